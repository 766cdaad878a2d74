package server

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A scriptedDB answers pings as its script says: y, n, or h for one that hangs.
type scriptedDB struct {
	crud.DB
	script string
	pings  int
}

// Dialect is one whose sessions need no bounds.
func (db *scriptedDB) Dialect() crud.Dialect { return crud.SQLite }

func (db *scriptedDB) Exec(ctx context.Context, _ string, _ ...any) (pgconn.CommandTag, error) {
	i := min(db.pings, len(db.script)-1)
	db.pings++
	switch db.script[i] {
	case 'y':
		return pgconn.CommandTag{}, nil
	case 'h':
		<-ctx.Done()
		return pgconn.CommandTag{}, ctx.Err()
	default:
		return pgconn.CommandTag{}, errors.New("down")
	}
}

// Health turns when several pings in a row say otherwise, and not before.
func TestHysteresis(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ script, want string }{
		{"yyy", "yyy"},
		{"nnyyy", "nnnyy"}, // down when it was asked first: it takes two to turn
		{"ynny", "yyyy"},
		{"ynnynny", "yyyyyyy"},
		{"ynnnn", "yyynn"},
		{"ynnnyy", "yyynny"},
		{"ynnnynyy", "yyynnnny"},
		{"yhhhyy", "yyynny"},
	} {
		t.Run(tt.script, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := health.NewServer()
				f := &follower{
					Health:  Config{Health: Health{DB: &scriptedDB{script: tt.script}}}.withDefaults().Health,
					service: service, names: []string{"", "a.B"}, logger: slog.New(slog.DiscardHandler),
				}
				ctx, stop := context.WithCancel(t.Context())
				defer synctest.Wait()
				defer stop()
				go f.follow(ctx)
				got := ""
				for range tt.want {
					time.Sleep(f.Timeout) // until the ping is over
					synctest.Wait()
					for _, name := range f.names {
						answer, err := service.Check(ctx, &healthpb.HealthCheckRequest{Service: name})
						require.NoError(t, err)
						if name == "" {
							got += map[bool]string{true: "y", false: "n"}[answer.GetStatus() == healthpb.HealthCheckResponse_SERVING]
						}
					}
					time.Sleep(f.Interval - f.Timeout)
				}
				assert.Equal(t, tt.want, got)
			})
		})
	}
}
