package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"google.golang.org/grpc/credentials"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/peer"
)

// An entrance is where HTTP requests come in. It notes whose they are and has them go on
// in time.
type entrance struct {
	HTTP
	next   http.Handler
	health healthpb.HealthServer
}

func (e *entrance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == e.HealthPath {
		answerHealth(w, r, e.health)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), callerKey{}, callerOf(r)))
	control := http.NewResponseController(w)
	if r.Body != nil && r.Body != http.NoBody {
		_ = control.SetReadDeadline(time.Now().Add(e.BodyTimeout)) // the connections of net/http have deadlines
		r.Body = &timelyBody{ReadCloser: r.Body, control: control}
	}
	timely := &timelyWriter{ResponseWriter: w, control: control, timeout: e.WriteTimeout}
	_ = control.SetWriteDeadline(time.Time{}) // that of the connection's request before
	defer timely.extend()                     // for what is written when the handler has returned
	e.next.ServeHTTP(timely, r)
}

// callerOf returns who is at the other end of a request's connection.
func callerOf(r *http.Request) *peer.Peer {
	p := &peer.Peer{Addr: addrOf(r.RemoteAddr)}
	p.LocalAddr, _ = r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if r.TLS != nil {
		p.AuthInfo = credentials.TLSInfo{
			State:          *r.TLS,
			CommonAuthInfo: credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity},
		}
	}
	return p
}

func addrOf(remote string) net.Addr {
	if addr, err := netip.ParseAddrPort(remote); err == nil {
		return net.TCPAddrFromAddrPort(addr)
	}
	return &net.UnixAddr{Name: remote, Net: "unix"}
}

// A timelyBody has no deadline once it was read.
type timelyBody struct {
	io.ReadCloser
	control *http.ResponseController
	once    sync.Once
}

func (b *timelyBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.once.Do(func() { _ = b.control.SetReadDeadline(time.Time{}) })
	}
	return n, err
}

// A timelyWriter gives each write its own time.
type timelyWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

func (w *timelyWriter) extend() { _ = w.control.SetWriteDeadline(time.Now().Add(w.timeout)) }

func (w *timelyWriter) Write(p []byte) (int, error) {
	w.extend()
	return w.ResponseWriter.Write(p)
}

// Flush makes it an http.Flusher.
func (w *timelyWriter) Flush() { _ = w.FlushError() }

// FlushError is what http.ResponseController calls.
func (w *timelyWriter) FlushError() error {
	w.extend()
	return w.control.Flush()
}

// Unwrap gives http.ResponseController the rest.
func (w *timelyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
