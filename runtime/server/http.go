package server

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/protocrud/protoc-gen-go-crud/internal/certfile"
)

// HTTP is what is served beside gRPC: REST, Connect, gRPC-Web, and pages. HTTP/1.1 and
// HTTP/2 are spoken, the latter in plain text too where there is no TLS.
type HTTP struct {
	// Handler returns what answers HTTP; Run calls it once. conn leads to the services
	// inside the process, and its calls pass the interceptors as those of gRPC clients
	// do. A call with the context of an HTTP request is its caller's: peer.FromContext
	// returns the address and the certificate of the HTTP connection. Run closes conn.
	// Default: HTTP is not served.
	Handler func(conn *grpc.ClientConn) (http.Handler, error)
	// Addr is where to listen: host:port, or unix:PATH. Default: ":8080".
	Addr string
	// Listeners are served instead of Addr. Run closes them.
	Listeners []net.Listener
	// HealthPath is where GET is answered with 200 while health is SERVING, and with
	// 503 while it is not. Default: /healthz.
	HealthPath string

	// HeaderTimeout is how long the header of a request may take. Default: 10 s.
	HeaderTimeout time.Duration
	// BodyTimeout is how long the body of a request may take, but for that of a stream
	// of messages. Default: 30 s.
	BodyTimeout time.Duration
	// WriteTimeout is how long a client may take nothing of an answer. Default: 30 s.
	WriteTimeout time.Duration
	// IdleTimeout is how long a connection without requests is kept. Default: 2 min.
	IdleTimeout time.Duration
}

func (h HTTP) withDefaults() HTTP {
	if h.Handler != nil {
		h.Addr = cmp.Or(h.Addr, ":8080")
	}
	h.HealthPath = cmp.Or(h.HealthPath, "/healthz")
	h.HeaderTimeout = cmp.Or(h.HeaderTimeout, 10*time.Second)
	h.BodyTimeout = cmp.Or(h.BodyTimeout, 30*time.Second)
	h.WriteTimeout = cmp.Or(h.WriteTimeout, 30*time.Second)
	h.IdleTimeout = cmp.Or(h.IdleTimeout, 2*time.Minute)
	return h
}

func (h HTTP) check() error {
	if h.Handler == nil && (h.Addr != "" || len(h.Listeners) > 0) {
		return errors.New("HTTP.Addr or HTTP.Listeners is set, and there is no HTTP.Handler")
	}
	return nil
}

// A front is the HTTP side of a server.
type front struct {
	http   *http.Server
	inside *inside
}

// newFront returns the HTTP side. options are those of the gRPC server, certificates is
// nil without TLS.
func (s *running) newFront(options []grpc.ServerOption, certificates *certfile.Keeper) (*front, error) {
	in, err := newInside(s.Config, options)
	if err != nil {
		return nil, err
	}
	handler, err := s.HTTP.Handler(in.conn)
	if err == nil && handler == nil {
		err = errors.New("HTTP.Handler returns nobody")
	}
	if err != nil {
		return nil, errors.Join(err, in.conn.Close())
	}
	f := &front{inside: in, http: &http.Server{
		Handler:           &entrance{HTTP: s.HTTP, next: handler, health: s.health},
		ReadHeaderTimeout: s.HTTP.HeaderTimeout,
		IdleTimeout:       s.HTTP.IdleTimeout,
		MaxHeaderBytes:    s.MaxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: s.MaxConcurrentStreams},
		Protocols:         &http.Protocols{},
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelWarn),
	}}
	f.http.Protocols.SetHTTP1(true)
	if certificates != nil {
		f.http.Protocols.SetHTTP2(true)
		f.http.TLSConfig = serving(certificates, "h2", "http/1.1")
	} else {
		f.http.Protocols.SetUnencryptedHTTP2(true)
	}
	return f, nil
}

// serve serves a listener until the front is stopped, and returns nil then.
func (f *front) serve(l net.Listener) error {
	var err error
	if f.http.TLSConfig != nil {
		err = f.http.ServeTLS(l, "", "")
	} else {
		err = f.http.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// stop ends the serving when no request is in flight any more. Requests that are begun
// may still make calls.
func (f *front) stop(ctx context.Context) {
	_ = f.http.Shutdown(ctx) // what is over the time is cut
	f.inside.server.GracefulStop()
}

// cut ends all requests and calls.
func (f *front) cut() error {
	err := f.http.Close()
	f.inside.server.Stop()
	return errors.Join(err, f.inside.conn.Close())
}

// answerHealth says what the health service says of the server.
func answerHealth(w http.ResponseWriter, r *http.Request, health healthpb.HealthServer) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	answer, err := health.Check(r.Context(), &healthpb.HealthCheckRequest{})
	w.Header().Set("Cache-Control", "no-store")
	if err != nil || answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		http.Error(w, healthpb.HealthCheckResponse_NOT_SERVING.String(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(answer.GetStatus().String() + "\n")) // who went away does not read it
}
