package client

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// A Config is what Dial needs. A field that is zero has its default.
type Config struct {
	// Addr is where the server is: host:port, unix:PATH, a target of gRPC's such as
	// dns:///host:port, or several host:port with commas between them. The replicas that
	// a name or a list stands for are called in turn. Default: what the environment
	// variable GRPC_CLIENT_ADDR says, or else GRPC_SERVER_ADDR.
	Addr string
	// TLS says how the server is known. Default: it is not, plain text.
	TLS TLS
	// Credentials go with each call, such as a token. Default: none.
	Credentials credentials.PerRPCCredentials

	// Timeout is the deadline of a unary call whose context has none, retries included.
	// Streams have their context's alone. Default: 10 s.
	Timeout time.Duration
	// MaxReceiveBytes is the largest answer. Default: 16 MiB, which is what runtime/server
	// sends at most.
	MaxReceiveBytes int
	// MaxSendBytes is the largest request. Default: 4 MiB, which is what runtime/server
	// takes at most.
	MaxSendBytes int
	Keepalive    Keepalive
	// WaitForReady has calls wait for a connection until their deadline. Default: calls
	// fail, once they are out of attempts, where the server cannot be reached.
	WaitForReady bool
	Retry        Retry

	// Logger is told of new certificates and of such that do not fit. Default:
	// slog.Default().
	Logger *slog.Logger
	// DialOptions are for gRPC, after all of the above. Interceptors among them see each
	// attempt of a call.
	DialOptions []grpc.DialOption
}

// Keepalive says when a connection is asked whether the server is still there.
type Keepalive struct {
	// Time is how long a connection may be silent before. A server disconnects who asks
	// too often: runtime/server those who do within 10 s, which is also the least here.
	// Default: 30 s.
	Time time.Duration
	// Timeout is how long the answer may take. Default: 10 s.
	Timeout time.Duration
	// WithoutCalls also asks where no call is in flight. Not all servers permit it;
	// runtime/server does. Default: only with calls in flight, streams among them.
	WithoutCalls bool
}

// Retry says how often calls that may be made again are; see the package.
type Retry struct {
	// MaxAttempts is how often a call is made, the first time included. 1 is once.
	// Default: 5.
	MaxAttempts int
	// Backoff is the mean pause before the second attempt, which doubles before each
	// further one. Default: 100 ms.
	Backoff time.Duration
	// MaxBackoff is the longest mean pause. What a server asks for in RetryInfo is waited
	// for in any case. Default: 2 s.
	MaxBackoff time.Duration
	// Exhausted also makes calls again that are RESOURCE_EXHAUSTED with RetryInfo, such as
	// those over a rate limit, where their deadline lies behind the wait. Default: the
	// caller is told.
	Exhausted bool
	// Services tell which of their methods may be called again, besides those that
	// their protos tell of.
	Services []Info
}

// withDefaults returns the config with the defaults of numbers said.
func (c Config) withDefaults() Config {
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	c.MaxReceiveBytes = cmp.Or(c.MaxReceiveBytes, 16<<20)
	c.MaxSendBytes = cmp.Or(c.MaxSendBytes, 4<<20)
	c.Keepalive.Time = cmp.Or(c.Keepalive.Time, 30*time.Second)
	c.Keepalive.Timeout = cmp.Or(c.Keepalive.Timeout, 10*time.Second)
	c.Retry.MaxAttempts = cmp.Or(c.Retry.MaxAttempts, 5)
	c.Retry.Backoff = cmp.Or(c.Retry.Backoff, 100*time.Millisecond)
	c.Retry.MaxBackoff = cmp.Or(c.Retry.MaxBackoff, 2*time.Second)
	return c
}

// complete returns the config with all defaults, or what is wrong with it.
func (c Config) complete() (Config, error) {
	c = c.withDefaults()
	if c.Addr == "" {
		c.Addr = cmp.Or(os.Getenv(EnvName(addrFlag)), os.Getenv(serverAddrVariable))
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	var errs []error
	if c.Addr == "" {
		errs = append(errs, fmt.Errorf("client: there is no address; set Config.Addr or %s", serverAddrVariable))
	}
	if err := c.TLS.check(); err != nil {
		errs = append(errs, fmt.Errorf("client: %w", err))
	}
	for _, n := range []struct {
		name  string
		value int64
	}{
		{"Timeout", int64(c.Timeout)},
		{"MaxReceiveBytes", int64(c.MaxReceiveBytes)},
		{"MaxSendBytes", int64(c.MaxSendBytes)},
		{"Keepalive.Time", int64(c.Keepalive.Time)},
		{"Keepalive.Timeout", int64(c.Keepalive.Timeout)},
		{"Retry.MaxAttempts", int64(c.Retry.MaxAttempts)},
		{"Retry.Backoff", int64(c.Retry.Backoff)},
		{"Retry.MaxBackoff", int64(c.Retry.MaxBackoff)},
	} {
		if n.value < 0 {
			errs = append(errs, fmt.Errorf("client: %s is negative", n.name))
		}
	}
	if 0 < c.Keepalive.Time && c.Keepalive.Time < minKeepalive {
		errs = append(errs, fmt.Errorf("client: Keepalive.Time is %s; the least is %s", c.Keepalive.Time, minKeepalive))
	}
	return c, errors.Join(errs...)
}

// minKeepalive is the least time between two pings that gRPC sends.
const minKeepalive = 10 * time.Second
