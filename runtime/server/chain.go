package server

import (
	"context"
	"slices"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/stats"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
)

// The names that a method opts out by, beside those that the guard and the limiter
// know.
const (
	trace    = "trace"
	logging  = "log"
	metrics  = "metrics"
	validate = "validate"
)

// A chain is the interceptors of a server, in their order.
type chain struct {
	unary  []grpc.UnaryServerInterceptor
	stream []grpc.StreamServerInterceptor
	stats  []stats.Handler
	out    optOuts
}

// optOuts are the methods that opt out of interceptors, by the interceptor's name.
type optOuts map[string]map[string]bool

func optOutsOf(services []*served) optOuts {
	out := optOuts{}
	for _, m := range methodsOf(&healthpb.Health_ServiceDesc) {
		out.add(logging, m) // probes say nothing that health's own records do not
	}
	for _, s := range services {
		for _, m := range s.info.Methods {
			for _, name := range m.Without {
				out.add(name, m.FullName)
			}
		}
	}
	return out
}

func (o optOuts) add(name, method string) {
	if o[name] == nil {
		o[name] = map[string]bool{}
	}
	o[name][method] = true
}

// add appends an interceptor that methods opt out of by name; nobody if it is empty.
func (c *chain) add(name string, i Interceptor) {
	out := c.out[name]
	if unary := i.Unary; unary != nil {
		if len(out) > 0 {
			unary = func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
				if out[info.FullMethod] {
					return handler(ctx, req)
				}
				return i.Unary(ctx, req, info, handler)
			}
		}
		c.unary = append(c.unary, unary)
	}
	if stream := i.Stream; stream != nil {
		if len(out) > 0 {
			stream = func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
				if out[info.FullMethod] {
					return handler(srv, stream)
				}
				return i.Stream(srv, stream, info, handler)
			}
		}
		c.stream = append(c.stream, stream)
	}
	if handler := i.Stats; handler != nil {
		if len(out) > 0 {
			handler = &choosyStats{handler, out}
		}
		c.stats = append(c.stats, handler)
	}
}

// newChain returns the interceptors of a config, in the order that the package says.
func newChain(cfg Config, services []*served, calls *inFlight, sig *signals.Signals) (*chain, error) {
	guard, limiter, err := guards(cfg, services)
	if err != nil {
		return nil, err
	}
	recovers := recoverer{cfg.Logger}
	logs := callLog{cfg.Logger}
	c := &chain{out: optOutsOf(services)}
	all := func(name string, interceptors ...Interceptor) {
		for _, i := range interceptors {
			c.add(name, i)
		}
	}
	all("", Interceptor{Unary: recovers.unary, Stream: recovers.stream})
	all(trace, cfg.Trace...)
	all(logging, Interceptor{Unary: logs.unary, Stream: logs.stream})
	if len(cfg.Signals) > 0 {
		all("", Interceptor{Unary: sig.Unary, Stream: sig.Stream})
	}
	all(metrics, cfg.Metrics...)
	all("", Interceptor{Unary: recovers.unary, Stream: recovers.stream})
	all("", Interceptor{Unary: calls.unary, Stream: calls.stream})
	// Guard and limiter know themselves who opts out of them.
	all("", Interceptor{Unary: guard.AuthenticateUnary, Stream: guard.AuthenticateStream})
	all("", Interceptor{Unary: limiter.Unary, Stream: limiter.Stream})
	all("", Interceptor{Unary: guard.AuthorizeUnary, Stream: guard.AuthorizeStream})
	all(validate, cfg.Validate...)
	all("", cfg.Interceptors...)
	return c, nil
}

// guards returns what is made of the services' Infos.
func guards(cfg Config, services []*served) (*auth.Guard, *ratelimit.Limiter, error) {
	access, limits := ownRules(cfg.ReflectionPermissions), []ratelimit.Info{}
	for _, s := range services {
		access, limits = append(access, s.info), append(limits, s.info)
	}
	opts := []auth.Option{auth.Services(access...), auth.Objects(cfg.Objects)}
	if cfg.DefaultDeny {
		opts = append(opts, auth.DefaultDeny())
	}
	guard, err := auth.New(cfg.Authenticator, cfg.Authorizer, opts...)
	if err != nil {
		return nil, nil, err
	}
	limiter, err := ratelimit.New(cfg.LimitStore, append(slices.Clone(cfg.LimitOptions), ratelimit.Services(limits...))...)
	return guard, limiter, err
}

// choosyStats pass over the calls of some methods.
type choosyStats struct {
	stats.Handler
	out map[string]bool
}

// unseen marks a call that a choosyStats passes over.
type unseen struct{ by *choosyStats }

func (s *choosyStats) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	if s.out[info.FullMethodName] {
		return context.WithValue(ctx, unseen{s}, true)
	}
	return s.Handler.TagRPC(ctx, info)
}

func (s *choosyStats) HandleRPC(ctx context.Context, rs stats.RPCStats) {
	if ctx.Value(unseen{s}) == nil {
		s.Handler.HandleRPC(ctx, rs)
	}
}
