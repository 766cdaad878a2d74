package server_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	testpb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// forward answers a request with the username of a call that it makes for it, with the
// request's headers as metadata.
func forward(conn *grpc.ClientConn) (http.Handler, error) {
	client := testpb.NewTestServiceClient(conn)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusRequestTimeout)
			return
		}
		md := metadata.MD{}
		for name, values := range r.Header {
			md.Set(name, values...)
		}
		md.Delete("connection")
		answer, err := client.UnaryCall(metadata.NewOutgoingContext(r.Context(), md), &testpb.SimpleRequest{})
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		_, _ = io.WriteString(w, answer.GetUsername())
	}), nil
}

// withHTTP has a config serve HTTP on the loopback interface, where the result says.
func withHTTP(t *testing.T, cfg *server.Config) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	cfg.HTTP.Listeners = []net.Listener{l}
	if cfg.HTTP.Handler == nil {
		cfg.HTTP.Handler = forward
	}
	return l.Addr().String()
}

// get returns the answer to GET.
func get(t *testing.T, client *http.Client, url string, header http.Header) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	if header != nil {
		r.Header = header
	}
	resp, err := client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(body)
}

// newClient returns one of its own connections, which speaks protocols.
func newClient(t *testing.T, protocols ...func(*http.Protocols)) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	if len(protocols) > 0 {
		transport.Protocols = &http.Protocols{}
		for _, set := range protocols {
			set(transport.Protocols)
		}
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// whoCalls answers with the peer of a call, and the metadata of a name.
func whoCalls(name string) service {
	return service{unary: func(ctx context.Context, _ *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
		p, _ := peer.FromContext(ctx)
		who := p.Addr.Network() + " " + p.Addr.String()
		if info, ok := p.AuthInfo.(credentials.TLSInfo); ok && len(info.State.VerifiedChains) > 0 {
			who += " " + info.State.VerifiedChains[0][0].Subject.CommonName
		}
		return &testpb.SimpleResponse{Username: who + strings.Join(metadata.ValueFromIncomingContext(ctx, name), " ")}, nil
	}}
}

// The peer of a call that HTTP makes is the one of the HTTP connection, for interceptors
// too, in both versions of HTTP.
func TestHTTPCallersArePeers(t *testing.T) {
	t.Parallel()
	seen := make(chan string, 1)
	cfg := server.Config{Services: whoCalls("none").with(declared(nil)), Trace: []server.Interceptor{{
		Unary: func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			p, _ := peer.FromContext(ctx)
			seen <- p.Addr.Network() + " " + p.Addr.String()
			return handler(ctx, req)
		},
	}}}
	addr := withHTTP(t, &cfg)
	run(t, cfg)
	for _, client := range []*http.Client{newClient(t), newClient(t, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) })} {
		code, who := get(t, client, "http://"+addr, nil)
		assert.Equal(t, http.StatusOK, code, who)
		assert.Regexp(t, `^tcp 127\.0\.0\.1:\d+$`, who)
		assert.Equal(t, who, <-seen)
	}
}

// Nobody becomes another caller by the metadata in which callers are named inside the
// process: over the network they mean nothing, and HTTP does not pass them on.
func TestCallersCannotBeMadeUp(t *testing.T) {
	t.Parallel()
	cfg := server.Config{Services: whoCalls("protocrud-caller").with(declared(nil))}
	ids := make(chan string, 1)
	cfg.HTTP.Handler = func(conn *grpc.ClientConn) (http.Handler, error) {
		h, err := forward(conn)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Set("Protocrud-Caller", <-ids)
			h.ServeHTTP(w, r)
		}), err
	}
	addr := withHTTP(t, &cfg)
	r := run(t, cfg)
	ids <- "made-up"
	_, who := get(t, newClient(t), "http://"+addr, nil)
	assert.Regexp(t, `^tcp 127\.0\.0\.1:\d+$`, who, "the metadata are gone")

	ctx := metadata.AppendToOutgoingContext(t.Context(), "protocrud-caller", "made-up")
	answer, err := r.client(t).UnaryCall(ctx, &testpb.SimpleRequest{})
	require.NoError(t, err)
	assert.Regexp(t, `^tcp 127\.0\.0\.1:\d+made-up$`, answer.GetUsername(), "as any other metadata")
}

// from returns a client whose connections come from an address.
func from(t *testing.T, addr string) *http.Client {
	t.Helper()
	client := newClient(t)
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(addr)}}
	client.Transport.(*http.Transport).DialContext = dialer.DialContext
	return client
}

// Each caller has a budget of its own, which is the same over HTTP and gRPC. Of a proxy that
// is trusted it is that of who called the proxy.
func TestHTTPCallersHaveBudgets(t *testing.T) {
	t.Parallel()
	info := declared(nil)
	info.Limits = []ratelimit.Limit{{MaxCalls: 1, Period: time.Hour, Keys: []ratelimit.Key{ratelimit.Peer()}}}
	cfg := server.Config{
		Services: service{}.with(info), LimitStore: ratelimit.NewMemory(),
		LimitOptions: []ratelimit.Option{ratelimit.TrustedProxies(netip.MustParsePrefix("127.0.0.9/32"))},
	}
	addr := withHTTP(t, &cfg)
	r := run(t, cfg)
	requireCode := func(want int, client *http.Client, forwardedFor string) {
		t.Helper()
		header := http.Header{}
		if forwardedFor != "" {
			header.Set("X-Forwarded-For", forwardedFor)
		}
		code, text := get(t, client, "http://"+addr, header)
		require.Equal(t, want, code, text)
	}
	requireCode(http.StatusOK, from(t, "127.0.0.1"), "")
	requireCode(http.StatusBadGateway, from(t, "127.0.0.1"), "")
	requireCode(http.StatusBadGateway, from(t, "127.0.0.1"), "192.0.2.1")
	requireCode(http.StatusOK, from(t, "127.0.0.2"), "")
	requireCode(http.StatusOK, from(t, "127.0.0.9"), "192.0.2.1")
	requireCode(http.StatusBadGateway, from(t, "127.0.0.9"), "198.51.100.1, 192.0.2.1")
	requireCode(http.StatusOK, from(t, "127.0.0.9"), "192.0.2.1, 198.51.100.1")
	_, err := r.client(t).UnaryCall(t.Context(), &testpb.SimpleRequest{})
	assert.Equal(t, codes.ResourceExhausted, status.Code(err), "the budget of 127.0.0.1")
}

// A client's certificate is the caller's over HTTP too.
func TestHTTPWithTLS(t *testing.T) {
	t.Parallel()
	ca, files := newAuthority(t, "ca"), certFiles(t)
	cert, key := ca.issue("server")
	put(t, files.CertFile, cert)
	put(t, files.KeyFile, key)
	files.ClientCAFile = filepath.Join(filepath.Dir(files.CertFile), "clients.pem")
	put(t, files.ClientCAFile, ca.pem)
	cfg := server.Config{Services: whoCalls("none").with(declared(nil)), TLS: files}
	addr := withHTTP(t, &cfg)
	run(t, cfg)
	cert, key = ca.issue("ann")
	pair, err := tls.X509KeyPair(cert, key)
	require.NoError(t, err)
	for _, protocols := range []func(*http.Protocols){
		func(p *http.Protocols) { p.SetHTTP1(true) }, func(p *http.Protocols) { p.SetHTTP2(true) },
	} {
		client := newClient(t, protocols)
		client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: ca.pool(), Certificates: []tls.Certificate{pair}}
		_, who := get(t, client, "https://"+addr, nil)
		assert.Regexp(t, `^tcp 127\.0\.0\.1:\d+ ann$`, who)
	}
}

// The health of the server is to be asked for by GET.
func TestHTTPHealth(t *testing.T) {
	t.Parallel()
	cfg := server.Config{Services: service{}.with(declared(nil))}
	addr := withHTTP(t, &cfg)
	run(t, cfg)
	client := newClient(t)
	require.Eventually(t, func() bool {
		code, text := get(t, client, "http://"+addr+"/healthz", nil)
		return code == http.StatusOK && text == "SERVING\n"
	}, 10*time.Second, time.Millisecond)
	resp, err := client.Post("http://"+addr+"/healthz", "text/plain", nil)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)
}

// A drain answers the requests that are begun, with calls that are made only then, and
// takes no more.
func TestHTTPDrains(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	cfg := server.Config{Services: whoCalls("none").with(declared(nil))}
	cfg.HTTP.Handler = func(conn *grpc.ClientConn) (http.Handler, error) {
		h, err := forward(conn)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(begun)
			<-end
			h.ServeHTTP(w, r)
		}), err
	}
	addr := withHTTP(t, &cfg)
	r := run(t, cfg)
	client, answered := newClient(t), make(chan int, 1)
	go func() {
		code, _ := get(t, client, "http://"+addr, nil)
		answered <- code
	}()
	<-begun
	r.stop()
	for _, addr := range []string{addr, r.addr} {
		require.Eventually(t, func() bool {
			conn, err := net.Dial("tcp", addr)
			if err == nil {
				_ = conn.Close()
			}
			return err != nil
		}, 10*time.Second, time.Millisecond)
	}
	close(end)
	assert.Equal(t, http.StatusOK, <-answered)
	assert.NoError(t, r.end())
}

// A request that hangs is cut when the time is over, and Run returns.
func TestHTTPDrainCuts(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	cfg := server.Config{DrainTimeout: 50 * time.Millisecond, Services: service{unary: func(ctx context.Context, _ *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
		close(begun)
		<-ctx.Done()
		return nil, status.FromContextError(ctx.Err()).Err()
	}}.with(declared(nil))}
	addr := withHTTP(t, &cfg)
	r := run(t, cfg)
	client, cut := newClient(t), make(chan error, 1)
	go func() {
		resp, err := client.Get("http://" + addr)
		if err == nil {
			_ = resp.Body.Close()
		}
		cut <- err
	}()
	<-begun
	assert.NoError(t, r.end())
	<-cut // with an error, or the call's
}

// Who sends a header or a body bit by bit does not hold a connection.
func TestHTTPSlowClients(t *testing.T) {
	t.Parallel()
	cfg := server.Config{Services: service{}.with(declared(nil))}
	cfg.HTTP.HeaderTimeout, cfg.HTTP.BodyTimeout = 100*time.Millisecond, 100*time.Millisecond
	addr := withHTTP(t, &cfg)
	run(t, cfg)
	for name, sent := range map[string]string{
		"header": "POST / HTTP/1.1\r\nHost: x\r\n",
		"body":   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
	} {
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		_, err = io.WriteString(conn, sent)
		require.NoError(t, err)
		_, err = io.ReadAll(conn) // ends when the server closes it
		assert.NoError(t, err, name)
		require.NoError(t, conn.Close())
	}
}

// Who takes nothing of an answer does not hold who writes it.
func TestHTTPClientsWhoDoNotRead(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	cfg := server.Config{Services: service{}.with(declared(nil))}
	cfg.HTTP.WriteTimeout = 100 * time.Millisecond
	cfg.HTTP.Handler = func(*grpc.ClientConn) (http.Handler, error) {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					failed <- err
					return
				}
			}
		}), nil
	}
	addr := withHTTP(t, &cfg)
	run(t, cfg)
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	assert.ErrorIs(t, <-failed, os.ErrDeadlineExceeded)
}

// The bounds of calls hold for those of HTTP.
func TestHTTPIsInFlight(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	cfg := server.Config{MaxInFlight: 1, Services: service{unary: func(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
		close(begun)
		<-end
		return &testpb.SimpleResponse{}, nil
	}}.with(declared(nil))}
	addr := withHTTP(t, &cfg)
	r := run(t, cfg)
	first := make(chan error, 1)
	client := r.client(t)
	go func() {
		_, err := client.UnaryCall(context.Background(), &testpb.SimpleRequest{})
		first <- err
	}()
	<-begun
	code, text := get(t, newClient(t), "http://"+addr, nil)
	assert.Equal(t, http.StatusBadGateway, code)
	assert.Contains(t, text, codes.ResourceExhausted.String())
	close(end)
	assert.NoError(t, <-first)
}

// What is wrong with HTTP keeps the server from starting.
func TestHTTPStartErrors(t *testing.T) {
	t.Parallel()
	services := service{}.with(declared(nil))
	for want, http := range map[string]server.HTTP{
		"HTTP.Addr or HTTP.Listeners is set, and there is no HTTP.Handler": {Addr: "127.0.0.1:0"},
		"no page":                      {Handler: func(*grpc.ClientConn) (http.Handler, error) { return nil, errors.New("no page") }},
		"HTTP.Handler returns nobody":  {Handler: func(*grpc.ClientConn) (http.Handler, error) { return nil, nil }},
		"HTTP.BodyTimeout is negative": {Handler: forward, BodyTimeout: -1},
		"unix: no such protocol":       {Handler: forward, Addr: "nowhere:nothing"},
	} {
		err := server.Run(t.Context(), server.Config{Services: services, Addr: "127.0.0.1:0", HTTP: http, Logger: quiet})
		if strings.HasPrefix(want, "unix:") {
			assert.ErrorContains(t, err, "nothing")
			continue
		}
		var start *server.StartError
		if assert.ErrorAs(t, err, &start, want) {
			assert.Equal(t, []string{want}, start.Problems)
		}
	}
}

// Calls that go on do not keep others from being made, however many there are.
func TestHTTPCallsDoNotWait(t *testing.T) {
	t.Parallel()
	const calls = 20
	begun, end := make(chan struct{}, calls), make(chan struct{})
	cfg := server.Config{MaxConcurrentStreams: 2, Services: service{unary: func(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
		begun <- struct{}{}
		<-end
		return &testpb.SimpleResponse{}, nil
	}}.with(declared(nil))}
	addr := withHTTP(t, &cfg)
	run(t, cfg)
	answered := make(chan int, calls)
	for range calls {
		client := newClient(t)
		go func() {
			code, _ := get(t, client, "http://"+addr, nil)
			answered <- code
		}()
	}
	for range calls {
		<-begun
	}
	close(end)
	for range calls {
		assert.Equal(t, http.StatusOK, <-answered)
	}
}

// The bound of headers is one of callers: an error of any length reaches them.
func TestHTTPLongErrors(t *testing.T) {
	t.Parallel()
	cfg := server.Config{MaxHeaderBytes: 4 << 10, Services: service{unary: func(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
		return nil, status.Error(codes.Aborted, strings.Repeat("x", 100_000))
	}}.with(declared(nil))}
	addr := withHTTP(t, &cfg)
	run(t, cfg)
	code, text := get(t, newClient(t), "http://"+addr, nil)
	assert.Equal(t, http.StatusBadGateway, code)
	assert.Contains(t, text, "Aborted")
	assert.Greater(t, len(text), 100_000)
}
