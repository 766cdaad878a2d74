package ratelimit

import (
	"context"
	"log/slog"
	"net/netip"
	"time"
)

// An Option configures a Limiter.
type Option func(*Limiter)

// Services says which limits hold: those of generated Infos and of Services that are
// made in Go. RPCs of other services are not limited.
func Services(infos ...Info) Option {
	return func(l *Limiter) {
		for _, info := range infos {
			l.services = append(l.services, info.RateLimits())
		}
	}
}

// A Call is what a function registered with WithFunc knows of a call, beside its
// context.
type Call struct {
	// Method is /package.Service/Method.
	Method string
	// Request is that of a unary call, and the first message of a stream if the
	// stream was charged with it. It is nil when a stream is charged as it starts.
	Request any
}

// WithFunc registers the function that limits name as func:NAME. ok is false where the
// call has no value. It is called from several goroutines at once.
func WithFunc(name string, value func(ctx context.Context, call Call) (v string, ok bool)) Option {
	return func(l *Limiter) { l.funcs[name] = value }
}

// TrustedProxies says behind which proxies callers are: the address of a caller whose
// connection comes from one of these is the last in the metadata x-forwarded-for that
// is not a trusted proxy's. Without it nobody's word is taken.
func TrustedProxies(networks ...netip.Prefix) Option {
	return func(l *Limiter) { l.peers.trusted = append(l.peers.trusted, networks...) }
}

// TrustLocalProxies takes peers that have no IP address for trusted proxies: those on
// unix sockets and on connections inside the process, such as a REST gateway's.
func TrustLocalProxies() Option {
	return func(l *Limiter) { l.peers.trustLocal = true }
}

// WithIPv6Prefix has callers share the budgets of a peer whose IPv6 addresses begin with
// the same bits; 64 is what a home is given. Default: 128, the whole address.
func WithIPv6Prefix(bits int) Option {
	return func(l *Limiter) { l.peers.bits = bits }
}

// FailClosed has calls refused with UNAVAILABLE where the store fails. Default: they
// are admitted, since a limiter's trouble is no reason to stop the service.
func FailClosed() Option {
	return func(l *Limiter) { l.failClosed = true }
}

// WithStoreTimeout bounds the time that a call waits for the store. After it the store
// has failed. Default: 50 ms. A Memory does not wait.
func WithStoreTimeout(d time.Duration) Option {
	return func(l *Limiter) { l.timeout = d }
}

// WithLogger sets where the store's failures are said, at most once a second. Default:
// slog.Default().
func WithLogger(logger *slog.Logger) Option {
	return func(l *Limiter) { l.logger = logger }
}

// WithObserver has a function called for each call that a limit holds for, before the
// call goes on. It is for metrics, is called from several goroutines at once, and
// should be quick.
func WithObserver(observe func(ctx context.Context, o Observation)) Option {
	return func(l *Limiter) { l.observe = observe }
}

// An Observation is what became of a call.
type Observation struct {
	// Method is /package.Service/Method.
	Method  string
	Outcome Outcome
	// Policy is the name of the policy that refused the call, and Wait the time until
	// it would not.
	Policy string
	Wait   time.Duration
	// Err is the store's error, of FailedOpen and FailedClosed.
	Err error
}

// An Outcome is what became of a call.
type Outcome uint8

const (
	// Admitted is a call within its limits.
	Admitted Outcome = iota
	// Refused is a call over a limit.
	Refused
	// FailedOpen is a call that was admitted because the store failed.
	FailedOpen
	// FailedClosed is a call that was refused because the store failed.
	FailedClosed

	outcomes = iota
)

// String returns the name in the form of a metric's label: failed_open.
func (o Outcome) String() string {
	return [...]string{"admitted", "refused", "failed_open", "failed_closed"}[o]
}
