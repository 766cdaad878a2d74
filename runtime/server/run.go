package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
)

const (
	// handshakeTimeout is how long a new connection may take to be one.
	handshakeTimeout = 20 * time.Second
	// cutTime is how long calls that are cut have to come to their end.
	cutTime = time.Second
)

// A running server is one that Run made.
type running struct {
	Config
	server   *grpc.Server
	health   *health.Server
	follower *follower
	signals  *signals.Signals
	calls    *inFlight
	draining chan struct{}
}

// Run serves until ctx ends or SIGTERM or SIGINT arrives, drains, and returns nil, also
// when calls that did not end in time were cut. It returns a *StartError if it cannot
// start, and the error of a listener or of the OnShutdown hooks.
//
// When Run has returned, no handler runs but those that ignore the end of their
// context. What they may still hold, such as connections of a pool, is best closed in
// OnShutdown, which has a time limit.
func Run(ctx context.Context, cfg Config) error {
	if cfg.ListMethods {
		return ListMethods(os.Stdout, cfg.Services...)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	s, err := newRunning(cfg.withDefaults())
	if err != nil {
		return errors.Join(err, closeAll(cfg.Listeners))
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(s.Listeners) == 0 {
		l, err := listen(ctx, s.Addr)
		if err != nil {
			return fmt.Errorf("server: %w", err)
		}
		s.Listeners = []net.Listener{l}
	}
	return s.run(ctx, stop)
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		return lc.Listen(ctx, "unix", path)
	}
	return lc.Listen(ctx, "tcp", addr)
}

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

func newRunning(cfg Config) (*running, error) {
	services, err := cfg.look()
	if err != nil {
		return nil, err
	}
	s := &running{
		Config:   cfg,
		health:   health.NewServer(),
		signals:  signals.New(cfg.Signals...),
		calls:    &inFlight{most: int64(cfg.MaxInFlight)},
		draining: make(chan struct{}),
	}
	options, err := s.options(services)
	if err != nil {
		return nil, &StartError{Problems: []string{err.Error()}}
	}
	s.server = grpc.NewServer(options...)
	s.follower = &follower{Health: cfg.Health, service: s.health, names: []string{""}, logger: cfg.Logger}
	for _, service := range services {
		s.server.RegisterService(service.desc, service.impl)
		s.follower.names = append(s.follower.names, service.desc.ServiceName)
		if service.plain {
			cfg.Logger.Warn("server: nothing is declared of a service; it has no limits and no permissions", "service", service.desc.ServiceName)
		}
	}
	healthpb.RegisterHealthServer(s.server, s.health)
	if cfg.Reflection {
		reflection.Register(s.server)
	}
	return s, nil
}

// options returns those of the gRPC server.
func (s *running) options(services []*served) ([]grpc.ServerOption, error) {
	chain, err := newChain(s.Config, services, s.calls, s.signals)
	if err != nil {
		return nil, err
	}
	k := s.Keepalive
	options := []grpc.ServerOption{
		grpc.ConnectionTimeout(handshakeTimeout),
		grpc.MaxRecvMsgSize(s.MaxReceiveBytes),
		grpc.MaxSendMsgSize(s.MaxSendBytes),
		grpc.MaxHeaderListSize(uint32(min(s.MaxHeaderBytes, math.MaxUint32))),
		grpc.MaxConcurrentStreams(uint32(min(s.MaxConcurrentStreams, math.MaxUint32))),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			Time: k.Time, Timeout: k.Timeout,
			MaxConnectionIdle: k.MaxIdle, MaxConnectionAge: k.MaxAge, MaxConnectionAgeGrace: k.MaxAgeGrace,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: k.MinTime, PermitWithoutStream: true}),
		grpc.ChainUnaryInterceptor(chain.unary...),
		grpc.ChainStreamInterceptor(chain.stream...),
	}
	for _, h := range chain.stats {
		options = append(options, grpc.StatsHandler(h))
	}
	if s.TLS.CertFile != "" {
		c, err := s.TLS.keep(s.Logger)
		if err != nil {
			return nil, err
		}
		options = append(options, grpc.Creds(credentials.NewTLS(c)))
	}
	options = append(options, s.ServerOptions...)
	return append(options, grpc.ChainStreamInterceptor(doorman{s.draining}.stream)), nil
}

// run serves until ctx ends. stop has the next signal end the process.
func (s *running) run(ctx context.Context, stop func()) error {
	following, unfollow := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { s.follower.follow(following) })
	failed := make(chan error, len(s.Listeners))
	for _, l := range s.Listeners {
		s.Logger.InfoContext(ctx, "server: serving", "address", l.Addr().String(), "tls", s.TLS.CertFile != "")
		wg.Go(func() { failed <- s.server.Serve(l) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stop()
	unfollow()
	detached := context.WithoutCancel(ctx)
	s.drain(detached)
	wg.Wait()
	if err != nil {
		err = fmt.Errorf("server: %w", err)
	}
	return errors.Join(err, s.shutdown(detached))
}

// drain ends the serving: nobody is sent here any more, then nobody is let in, and who
// is in has time to finish.
func (s *running) drain(ctx context.Context) {
	s.Logger.InfoContext(ctx, "server: draining", "delay", s.DrainDelay, "timeout", s.DrainTimeout)
	s.health.Shutdown()
	<-time.After(s.DrainDelay)
	close(s.draining)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		s.server.GracefulStop()
	}()
	select {
	case <-drained:
	case <-time.After(s.DrainTimeout):
		s.Logger.WarnContext(ctx, "server: calls did not end in time, and are cut", "calls", s.calls.calls.Load())
		s.server.Stop()
		select { // for those that see the end of their context
		case <-drained:
		case <-time.After(cutTime):
		}
	}
	s.Logger.InfoContext(ctx, "server: drained")
}

// shutdown tells all who want to know, for as long as they have.
func (s *running) shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.ShutdownTimeout)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		s.signals.Shutdown(ctx)
		var errs []error
		for _, hook := range s.OnShutdown {
			errs = append(errs, hook(ctx))
		}
		done <- errors.Join(errs...)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("server: the shutdown hooks did not end within %s", s.ShutdownTimeout)
	}
}
