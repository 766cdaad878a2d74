package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// cutTime is how long calls that are cut have to come to their end.
const cutTime = time.Second

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
