// Package redislimit keeps the budgets of rate limits in Redis, so that the replicas of
// a server share them. A call is one round trip: a script that charges all of its
// budgets or none, by Redis' own clock.
//
//	store, err := redislimit.New(redis.NewClient(&redis.Options{
//		Addr: "redis:6379", ContextTimeoutEnabled: true,
//	}))
//	limiter, err := ratelimit.New(store, ratelimit.Services(libraryv1.LibraryServiceInfo))
//
// A Redis that was restarted or flushed has full budgets, and is given the script
// again; keys expire by themselves when their budgets are full. What happens to calls
// while Redis is away is the limiter's choice.
package redislimit

import (
	"context"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/internal/counting"
)

//go:embed take.lua
var takeText string

var takeScript = redis.NewScript(takeText)

// An Option configures a Store.
type Option func(*Store)

// WithPrefix replaces what the names of keys begin with. Programs that share a Redis and
// not their limits have different ones. Default: "crud:limit:".
func WithPrefix(prefix string) Option {
	return func(s *Store) { s.prefix = prefix }
}

// A Store keeps budgets in Redis. It is safe for concurrent use.
type Store struct {
	client redis.UniversalClient
	prefix string
}

var _ ratelimit.Store = (*Store)(nil)

// New returns a store over a client, which stays the caller's to close: of one Redis, of
// one that Sentinel fails over ([redis.NewFailoverClient]), or of a cluster. The client's
// ContextTimeoutEnabled must be set, since a call would wait for a Redis that hangs
// otherwise; New looks at it where the client is one of go-redis' own.
//
// In a cluster all keys of a service are on one node, because a call is charged to
// several at once.
func New(client redis.UniversalClient, opts ...Option) (*Store, error) {
	if client == nil {
		return nil, errors.New("redislimit: there is no client")
	}
	if !keepsTime(client) {
		return nil, errors.New("redislimit: the client ignores the time limits of calls; set ContextTimeoutEnabled in its options")
	}
	s := &Store{client: client, prefix: "crud:limit:"}
	for _, opt := range opts {
		opt(s)
	}
	return s, nil
}

func keepsTime(client redis.UniversalClient) bool {
	switch c := client.(type) {
	case *redis.Client:
		return c.Options().ContextTimeoutEnabled
	case *redis.ClusterClient:
		return c.Options().ContextTimeoutEnabled
	case *redis.Ring:
		return c.Options().ContextTimeoutEnabled
	}
	return true
}

// perCharge is how many arguments and how many results of the script a charge has.
const (
	argsPerCharge    = 4
	resultsPerCharge = 3
)

// Take charges a call, in one script call.
func (s *Store) Take(ctx context.Context, charges []ratelimit.Charge, quotas []ratelimit.Quota) error {
	keys := make([]string, len(charges))
	args := make([]any, 0, argsPerCharge*len(charges))
	for i, c := range charges {
		keys[i] = s.key(c)
		args = append(args, counting.Of(c.Policy), c.Policy.MaxCalls, c.Policy.Period.Microseconds(), c.Policy.Burst)
	}
	// Run sends the script where Redis does not know it yet, or not any more.
	results, err := takeScript.Run(ctx, s.client, keys, args...).Int64Slice()
	if err != nil {
		return fmt.Errorf("redislimit: %w", err)
	}
	if len(results) != resultsPerCharge*len(charges) {
		return fmt.Errorf("redislimit: %d results for %d budgets", len(results), len(charges))
	}
	for i := range quotas {
		r := results[resultsPerCharge*i:]
		quotas[i] = ratelimit.Quota{Refused: r[0] == 1, Remaining: r[1], Reset: time.Duration(r[2]) * time.Microsecond}
	}
	return nil
}

// key returns the name of a budget. What is in braces decides about the node of a
// cluster.
func (s *Store) key(c ratelimit.Charge) string {
	return s.prefix + "{" + c.Policy.Service + "}" + base64.RawURLEncoding.EncodeToString(c.Budget[:])
}
