package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"

	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
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
