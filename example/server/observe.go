package server

import (
	"context"
	"log/slog"

	grpcprom "github.com/grpc-ecosystem/go-grpc-middleware/providers/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"

	crudserver "github.com/protocrud/protoc-gen-go-crud/runtime/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
)

// Observe adds to a config who looks on: OpenTelemetry traces calls, Prometheus counts
// them, and signals tell of those that nobody meant to fail.
func Observe(cfg crudserver.Config, registry prometheus.Registerer) crudserver.Config {
	counts := grpcprom.NewServerMetrics(grpcprom.WithServerHandlingTimeHistogram())
	exceptions := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "library_exceptions_total", Help: "Calls that panicked or failed with no status.",
	}, []string{"method"})
	registry.MustRegister(counts, exceptions)
	cfg.Trace = append(cfg.Trace, crudserver.Interceptor{Stats: otelgrpc.NewServerHandler()})
	cfg.Metrics = append(cfg.Metrics, crudserver.Interceptor{
		Unary: counts.UnaryServerInterceptor(), Stream: counts.StreamServerInterceptor(),
	})
	cfg.Signals = append(cfg.Signals, signals.Receiver{
		Exception: func(_ context.Context, c signals.Call, _ signals.Exception) {
			exceptions.WithLabelValues(c.Method).Inc()
		},
		Shutdown: func(ctx context.Context) { slog.InfoContext(ctx, "the library is closed") },
	})
	return cfg
}
