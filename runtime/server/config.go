package server

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
)

// A Config is what Run needs. A field that is zero has its default.
type Config struct {
	// Services are what is served, beside the health service.
	Services []Service

	// Addr is where to listen: host:port, or unix:PATH. Default: ":50051".
	Addr string
	// Listeners are served instead of Addr. Run closes them.
	Listeners []net.Listener
	// TLS are the certificates, of HTTP too. Default: none, plain text.
	TLS TLS

	// MaxReceiveBytes is the largest message of a client, inflated. Default: 4 MiB.
	MaxReceiveBytes int
	// MaxSendBytes is the largest answer. Default: 16 MiB.
	MaxSendBytes int
	// MaxHeaderBytes is the largest header list of a call. Default: 64 KiB.
	MaxHeaderBytes int
	// MaxConcurrentStreams bounds the calls of a connection; the client holds back
	// what is over it. Default: 250.
	MaxConcurrentStreams int
	// MaxInFlight bounds the calls of the whole server, streams among them. A call over
	// it is RESOURCE_EXHAUSTED with RetryInfo. Default: no bound.
	MaxInFlight int
	Keepalive   Keepalive

	// Authenticator finds who calls. Default: all calls are anonymous.
	Authenticator auth.Authenticator
	// Authorizer decides about the permissions that protos declare.
	Authorizer auth.Authorizer
	// Objects decides about the resources that calls name, where a method is not without
	// authorize. Default: nobody is asked.
	Objects auth.ObjectAuthorizer
	// DefaultDeny refuses the calls of methods that no permission is declared for,
	// but for those without authorize and the health service.
	DefaultDeny bool
	// LimitStore keeps the budgets of the limits that protos declare.
	LimitStore ratelimit.Store
	// LimitOptions are for the limiter. The Services among them are limited too.
	LimitOptions []ratelimit.Option

	// Trace, Metrics and Validate are what stands at these places of the order, and
	// Interceptors what stands behind all others. The first is the outermost.
	Trace, Metrics, Validate, Interceptors []Interceptor
	// Signals are told what becomes of calls.
	Signals []signals.Receiver
	// Logger takes what the server has to say. Default: slog.Default().
	Logger *slog.Logger

	// HTTP is what is served beside gRPC. Default: nothing.
	HTTP HTTP

	Health Health
	// Reflection tells clients what is served. Default: it does not.
	Reflection bool
	// ReflectionPermissions are those that reflection asks for. Default: none, also
	// with DefaultDeny.
	ReflectionPermissions []string

	// DrainDelay is how long calls are still taken after health says NOT_SERVING, so
	// that load balancers see it. Default: 0.
	DrainDelay time.Duration
	// DrainTimeout is how long the calls in flight have to end, after the delay.
	// Default: 6 s, so that all of the stop fits the 10 s that containers usually have.
	DrainTimeout time.Duration
	// ShutdownTimeout is how long the shutdown signal and hooks have. Default: 2 s.
	ShutdownTimeout time.Duration
	// OnShutdown are called in their order when no call is in flight any more. Their
	// errors are Run's.
	OnShutdown []func(ctx context.Context) error

	// ServerOptions are for gRPC, after all of the above. Interceptors among them stand
	// behind Interceptors.
	ServerOptions []grpc.ServerOption

	// ListMethods has Run write what is served to standard output, and return.
	ListMethods bool
}

// Keepalive says when connections are asked for, kept and closed.
type Keepalive struct {
	// Time is how long a connection may be silent before the client is asked whether
	// it is still there. Default: 1 min.
	Time time.Duration
	// Timeout is how long its answer may take. Default: 10 s.
	Timeout time.Duration
	// MinTime is the least time between two pings of a client. One that pings more
	// often is disconnected. Default: 10 s.
	MinTime time.Duration
	// MaxIdle is how long a connection without calls is kept. Default: forever.
	MaxIdle time.Duration
	// MaxAge is after how long a connection is closed, in good order, so that clients
	// spread over replicas again. Default: never.
	MaxAge time.Duration
	// MaxAgeGrace is how long its calls may go on then. Default: until they end.
	MaxAgeGrace time.Duration
}

// Health says whether the server can work.
type Health struct {
	// DB is the database that the health service follows: NOT_SERVING before it
	// answers, and while it does not. Default: none; SERVING from the start.
	DB crud.DB
	// Interval is the time between two pings. Default: 2 s.
	Interval time.Duration
	// Timeout is how long a ping may take. It waits for a connection like calls do, so
	// an exhausted pool fails it. Default: 1 s.
	Timeout time.Duration
	// Failures in a row make the server NOT_SERVING. Default: 3.
	Failures int
	// Successes in a row make it SERVING again. Default: 2; at the start one is enough.
	Successes int
}

// An Interceptor stands around calls. Parts that are nil are left out.
type Interceptor struct {
	Unary  grpc.UnaryServerInterceptor
	Stream grpc.StreamServerInterceptor
	// Stats looks on from outside of all interceptors, as otelgrpc's handler does.
	Stats stats.Handler
}

// withDefaults returns the config with the defaults of numbers and addresses said.
func (c Config) withDefaults() Config {
	c.Addr = cmp.Or(c.Addr, ":50051")
	c.MaxReceiveBytes = cmp.Or(c.MaxReceiveBytes, 4<<20)
	c.MaxSendBytes = cmp.Or(c.MaxSendBytes, 16<<20)
	c.MaxHeaderBytes = cmp.Or(c.MaxHeaderBytes, 64<<10)
	c.MaxConcurrentStreams = cmp.Or(c.MaxConcurrentStreams, 250)
	c.Keepalive.Time = cmp.Or(c.Keepalive.Time, time.Minute)
	c.Keepalive.Timeout = cmp.Or(c.Keepalive.Timeout, 10*time.Second)
	c.Keepalive.MinTime = cmp.Or(c.Keepalive.MinTime, 10*time.Second)
	c.Health.Interval = cmp.Or(c.Health.Interval, 2*time.Second)
	c.Health.Timeout = cmp.Or(c.Health.Timeout, time.Second)
	c.Health.Failures = cmp.Or(c.Health.Failures, 3)
	c.Health.Successes = cmp.Or(c.Health.Successes, 2)
	c.HTTP = c.HTTP.withDefaults()
	c.DrainTimeout = cmp.Or(c.DrainTimeout, 6*time.Second)
	c.ShutdownTimeout = cmp.Or(c.ShutdownTimeout, 2*time.Second)
	return c
}
