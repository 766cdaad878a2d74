package server

import (
	"context"
	"log/slog"
	"time"

	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A follower has the health service say what pings of the database say.
type follower struct {
	Health
	service *health.Server
	names   []string // of services; the empty one is the server
	logger  *slog.Logger

	serving, asked, warned bool
	streak                 int // pings in a row that say otherwise
}

// follow pings until ctx ends.
func (f *follower) follow(ctx context.Context) {
	if f.DB == nil {
		f.set(true)
		return
	}
	f.set(false)
	ticks := time.NewTicker(f.Interval)
	defer ticks.Stop()
	for {
		if err := f.ping(ctx); ctx.Err() == nil {
			f.note(ctx, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

func (f *follower) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	return ping(ctx, f.DB)
}

// ping asks a database whether it is there, in its own way if it has one.
func ping(ctx context.Context, db crud.DB) error {
	if p, ok := db.(interface{ Ping(context.Context) error }); ok {
		return p.Ping(ctx)
	}
	_, err := db.Exec(ctx, "SELECT 1")
	return err
}

// note counts a ping. Only several in a row change what is said, so that one that is
// late does not send all clients away.
func (f *follower) note(ctx context.Context, err error) {
	up, needed := err == nil, f.Failures
	if up {
		needed = f.Successes
	}
	if !f.asked {
		f.asked = true
		if up {
			needed = 1
		} else {
			f.logger.WarnContext(ctx, "server: the database does not answer; health is NOT_SERVING", "error", err)
		}
	}
	if up == f.serving {
		f.streak = 0
		return
	}
	if f.streak++; f.streak < needed {
		return
	}
	f.streak = 0
	f.set(up)
	if up {
		f.logger.InfoContext(ctx, "server: the database answers; health is SERVING")
		f.warn(ctx)
	} else {
		f.logger.WarnContext(ctx, "server: the database does not answer; health is NOT_SERVING", "error", err)
	}
}

func (f *follower) set(serving bool) {
	f.serving = serving
	says := healthpb.HealthCheckResponse_NOT_SERVING
	if serving {
		says = healthpb.HealthCheckResponse_SERVING
	}
	for _, name := range f.names {
		f.service.SetServingStatus(name, says)
	}
}
