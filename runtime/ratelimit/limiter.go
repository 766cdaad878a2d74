package ratelimit

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/metadata"

	"github.com/protocrud/protoc-gen-go-crud/internal/richstatus"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// defaultTimeout is how long a call waits for the store.
const defaultTimeout = 50 * time.Millisecond

type keyFunc = func(ctx context.Context, call Call) (v string, ok bool)

// A Limiter charges calls to limits. Its methods Unary and Stream are interceptors. It
// is safe for concurrent use.
type Limiter struct {
	store    Store
	services []Service
	funcs    map[string]keyFunc
	peers    peers

	failClosed bool
	timeout    time.Duration
	logger     *slog.Logger
	observe    func(ctx context.Context, o Observation)

	// methods are the plans by the full name of the method; nil for one that no limit
	// holds for. rest are those of the methods that are not among them, by service.
	methods, rest map[string]*plan
	calls         sync.Pool
	counts        [outcomes]atomic.Int64
	failures      failures
}

// New returns a limiter of the limits of Services, over a store. The error says, for
// programmers, what is wrong with a limit: New checks all that generation checks for
// protos, and that each function that a limit names is registered.
func New(store Store, opts ...Option) (*Limiter, error) {
	l := &Limiter{
		store:   store,
		funcs:   map[string]keyFunc{},
		peers:   peers{bits: 128},
		timeout: defaultTimeout,
		logger:  slog.Default(),
		observe: func(context.Context, Observation) {},
		methods: map[string]*plan{},
		rest:    map[string]*plan{},
	}
	for _, opt := range opts {
		opt(l)
	}
	if _, ok := store.(*Memory); ok {
		l.timeout = 0
	}
	for _, s := range l.services {
		if err := l.addService(s); err != nil {
			return nil, err
		}
	}
	if store == nil && l.limits() {
		return nil, fmt.Errorf("ratelimit: there are limits and no store; NewMemory makes one")
	}
	return l, nil
}

// limits reports whether any call is limited.
func (l *Limiter) limits() bool {
	for _, plans := range []map[string]*plan{l.methods, l.rest} {
		for _, p := range plans {
			if p != nil {
				return true
			}
		}
	}
	return false
}

// Count returns how many calls had an outcome since New.
func (l *Limiter) Count(o Outcome) int64 { return l.counts[o].Load() }

// planOf returns what the calls of a method are charged to, nil if to nothing.
func (l *Limiter) planOf(method string) *plan {
	if p, ok := l.methods[method]; ok {
		return p
	}
	return l.rest[richstatus.ServiceOf(method)]
}

// A call is what one needs while it is charged.
type call struct {
	charges []Charge
	quotas  []Quota
	text    encoder
}

// charge charges a call. The error is that of a call that may not go on. headers are
// nil if nothing is known.
func (l *Limiter) charge(ctx context.Context, p *plan, of Call) (headers metadata.MD, err error) {
	c, _ := l.calls.Get().(*call)
	if c == nil {
		c = &call{}
	}
	c.charges, c.quotas = c.charges[:0], c.quotas[:0]
	for _, limit := range p.limits {
		c.charges = append(c.charges, Charge{l.budget(ctx, c, limit, of), limit.policy})
		c.quotas = append(c.quotas, Quota{})
	}
	if err := l.take(ctx, c); err != nil {
		// The store may still hold the slices; c is left to it.
		return nil, l.failed(ctx, of.Method, err)
	}
	defer l.calls.Put(c)
	o := Observation{Method: of.Method}
	if i := refusedBy(c.quotas); i >= 0 {
		refused := p.limits[i]
		o.Outcome, o.Policy, o.Wait = Refused, refused.policy.Name, c.quotas[i].Reset
		err = &ExceededError{Policy: *refused.policy, Keys: refused.keys, RetryAfter: o.Wait}
	}
	l.note(ctx, o)
	return p.headers(c.quotas), err
}

func (l *Limiter) note(ctx context.Context, o Observation) {
	l.counts[o.Outcome].Add(1)
	l.observe(ctx, o)
}

// take asks the store, for as long as a call waits for it.
func (l *Limiter) take(ctx context.Context, c *call) error {
	if l.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, l.timeout)
		defer cancel()
	}
	return l.store.Take(ctx, c.charges, c.quotas)
}

// refusedBy returns the budget for which a call waits longest; -1 if it is admitted.
func refusedBy(quotas []Quota) int {
	at := -1
	for i, q := range quotas {
		if q.Refused && (at < 0 || q.Reset > quotas[at].Reset) {
			at = i
		}
	}
	return at
}

// budget returns that of a limit which a call is charged to.
func (l *Limiter) budget(ctx context.Context, c *call, limit *limit, of Call) BudgetID {
	if len(limit.keys) == 0 {
		return limit.fixed
	}
	e := append(c.text[:0], limit.prefix...)
	for _, k := range limit.keys {
		e = l.appendKey(e, ctx, k, of)
	}
	c.text = e
	return e.id()
}

func (l *Limiter) appendKey(e encoder, ctx context.Context, k Key, of Call) encoder {
	switch k.source {
	case peerSource:
		return l.peers.appendTo(e, ctx)
	case principalSource:
		if p, ok := identity.FromContext(ctx); ok {
			return e.text(p.ID)
		}
	case metadataSource:
		if values := metadata.ValueFromIncomingContext(ctx, k.name); len(values) > 0 {
			return e.list(values)
		}
	case requestSource:
		for _, get := range k.get {
			if v, ok := get(of.Request); ok {
				return e.value(v)
			}
		}
	case funcSource:
		if v, ok := l.funcs[k.name](ctx, of); ok {
			return e.text(v)
		}
	}
	return e.missing()
}
