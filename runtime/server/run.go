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
	front    *front // nil without HTTP
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
		return errors.Join(err, closeAll(cfg.Listeners), closeAll(cfg.HTTP.Listeners))
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := s.listen(ctx); err != nil {
		return fmt.Errorf("server: %w", errors.Join(err, closeAll(s.Listeners), closeAll(s.HTTP.Listeners), s.cut()))
	}
	return s.run(ctx, stop)
}

// listen opens the listeners that are not given.
func (s *running) listen(ctx context.Context) (err error) {
	if len(s.Listeners) == 0 {
		if s.Listeners, err = listen(ctx, s.Addr); err != nil {
			return err
		}
	}
	if s.front != nil && len(s.HTTP.Listeners) == 0 {
		s.HTTP.Listeners, err = listen(ctx, s.HTTP.Addr)
	}
	return err
}

func listen(ctx context.Context, addr string) ([]net.Listener, error) {
	var lc net.ListenConfig
	network := "tcp"
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		network, addr = "unix", path
	}
	l, err := lc.Listen(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return []net.Listener{l}, nil
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
	if err := s.build(services); err != nil {
		return nil, &StartError{Problems: []string{err.Error()}}
	}
	s.follower = &follower{Health: cfg.Health, service: s.health, names: []string{""}, logger: cfg.Logger}
	for _, service := range services {
		s.follower.names = append(s.follower.names, service.desc.ServiceName)
		if service.plain {
			cfg.Logger.Warn("server: nothing is declared of a service; it has no limits and no permissions", "service", service.desc.ServiceName)
		}
	}
	return s, nil
}

// build makes the servers: that of the network and, where HTTP is served, the one inside.
// They have the same services, interceptors and bounds.
func (s *running) build(services []*served) error {
	options, err := s.options(services)
	if err != nil {
		return err
	}
	var certificates *keeper
	outside := options
	if s.TLS.CertFile != "" {
		if certificates, err = newKeeper(s.TLS, s.Logger); err != nil {
			return err
		}
		outside = append([]grpc.ServerOption{grpc.Creds(credentials.NewTLS(certificates.tlsConfig()))}, options...)
	}
	s.server = grpc.NewServer(outside...)
	s.register(s.server, services)
	if s.HTTP.Handler == nil {
		return nil
	}
	if s.front, err = s.newFront(options, certificates); err != nil {
		return err
	}
	s.register(s.front.inside.server, services)
	return nil
}

func (s *running) register(server *grpc.Server, services []*served) {
	for _, service := range services {
		server.RegisterService(service.desc, service.impl)
	}
	healthpb.RegisterHealthServer(server, s.health)
	if s.Reflection {
		reflection.Register(server)
	}
}

// options returns those of the gRPC servers, but for their credentials.
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
	options = append(options, s.ServerOptions...)
	return append(options, grpc.ChainStreamInterceptor(doorman{s.draining}.stream)), nil
}

// run serves until ctx ends. stop has the next signal end the process.
func (s *running) run(ctx context.Context, stop func()) error {
	following, unfollow := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { s.follower.follow(following) })
	failed := make(chan error, len(s.Listeners)+len(s.HTTP.Listeners)+1)
	s.serve(ctx, func(serve func() error) { wg.Go(func() { failed <- serve() }) })
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

// serve has each listener served in its own goroutine, which begin starts.
func (s *running) serve(ctx context.Context, begin func(serve func() error)) {
	say := func(protocol string, l net.Listener) {
		s.Logger.InfoContext(ctx, "server: serving", "protocol", protocol, "address", l.Addr().String(), "tls", s.TLS.CertFile != "")
	}
	for _, l := range s.Listeners {
		say("gRPC", l)
		begin(func() error { return s.server.Serve(l) })
	}
	if s.front == nil {
		return
	}
	begin(func() error { return s.front.inside.server.Serve(s.front.inside.listener) })
	for _, l := range s.HTTP.Listeners {
		say("HTTP", l)
		begin(func() error { return s.front.serve(l) })
	}
}

// drain ends the serving: nobody is sent here any more, then nobody is let in, and who
// is in has time to finish.
func (s *running) drain(ctx context.Context) {
	s.Logger.InfoContext(ctx, "server: draining", "delay", s.DrainDelay, "timeout", s.DrainTimeout)
	s.health.Shutdown()
	<-time.After(s.DrainDelay)
	close(s.draining)
	drained := make(chan struct{})
	stopping, cancel := context.WithTimeout(ctx, s.DrainTimeout)
	defer cancel()
	go func() {
		defer close(drained)
		s.stop(stopping)
	}()
	select {
	case <-drained:
	case <-stopping.Done():
	}
	late := stopping.Err() != nil
	if late {
		s.Logger.WarnContext(ctx, "server: calls did not end in time, and are cut", "calls", s.calls.calls.Load())
	}
	if err := s.cut(); err != nil {
		s.Logger.WarnContext(ctx, "server: HTTP did not end in good order", "error", err)
	}
	if late {
		select { // for those that see the end of their context
		case <-drained:
		case <-time.After(cutTime):
		}
	}
	s.Logger.InfoContext(ctx, "server: drained")
}

// stop waits for the calls in flight, of which ctx bounds those of HTTP.
func (s *running) stop(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(s.server.GracefulStop)
	if s.front != nil {
		wg.Go(func() { s.front.stop(ctx) })
	}
	wg.Wait()
}

// cut ends the calls in flight, and gives back what the servers hold.
func (s *running) cut() error {
	s.server.Stop()
	if s.front != nil {
		return s.front.cut()
	}
	return nil
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
