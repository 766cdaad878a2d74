package ratelimit_test

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
)

// call makes a unary call without a connection.
func call(ctx context.Context, l *ratelimit.Limiter, method string, req any) (any, error) {
	return l.Unary(ctx, req, &grpc.UnaryServerInfo{FullMethod: method}, func(context.Context, any) (any, error) { return "answer", nil })
}

func newLimiter(t testing.TB, declared ratelimit.Service, opts ...ratelimit.Option) *ratelimit.Limiter {
	t.Helper()
	declared.Name = service
	var c clock
	l, err := ratelimit.New(ratelimit.NewMemory(ratelimit.WithClock(c.now)), append(opts, ratelimit.Services(declared))...)
	require.NoError(t, err)
	return l
}

// What is wrong with a limit is said when the limiter is made.
func TestNewRefuses(t *testing.T) {
	t.Parallel()
	limit := func(change func(*ratelimit.Limit)) ratelimit.Service {
		l := ratelimit.Limit{MaxCalls: 1, Period: time.Second}
		change(&l)
		return ratelimit.Service{Name: "a.B", Limits: []ratelimit.Limit{l}}
	}
	group := func(a, b ratelimit.Limit) ratelimit.Service {
		a.Group, b.Group, a.Period, b.Period = "g", "g", time.Second, time.Second
		return ratelimit.Service{Name: "a.B", Methods: []ratelimit.Method{
			{FullName: "/a.B/C", Limits: []ratelimit.Limit{a}}, {FullName: "/a.B/D", Limits: []ratelimit.Limit{b}},
		}}
	}
	tests := []struct {
		declared ratelimit.Service
		want     string
	}{
		{limit(func(l *ratelimit.Limit) { l.MaxCalls = 0 }), "ratelimit: a.B has a limit with a MaxCalls of 0; at least 1 is needed"},
		{limit(func(l *ratelimit.Limit) { l.Period = 0 }), "ratelimit: a.B has a limit with a Period of 0s; it must be at least 1ms and at most ten years"},
		{limit(func(l *ratelimit.Limit) { l.Burst = 1 }), "ratelimit: a.B has a limit with a Burst, which only TokenBucket has"},
		{limit(func(l *ratelimit.Limit) { l.Algorithm, l.Burst = ratelimit.TokenBucket, -1 }), "ratelimit: a.B has a limit with a Burst of -1; at least 1 is needed"},
		{limit(func(l *ratelimit.Limit) { l.Algorithm, l.Burst = ratelimit.TokenBucket, 1<<62 }), "ratelimit: a.B has a limit with a Burst of 4611686018427387904, which takes more than a century to come back"},
		{limit(func(l *ratelimit.Limit) { l.Algorithm, l.MaxCalls = ratelimit.TokenBucket, 20_000_000 }), "ratelimit: a.B has a limit with 20000000 calls per 1s, faster than a call in 100ns, the most that TokenBucket counts"},
		{limit(func(l *ratelimit.Limit) { l.Algorithm = 7 }), "ratelimit: a.B has a limit with an unknown algorithm, Algorithm(7)"},
		{limit(func(l *ratelimit.Limit) { l.Group = "a\nb" }), `ratelimit: a.B has a limit with a Group "a\nb"; only printable ASCII is allowed`},
		{limit(func(l *ratelimit.Limit) { l.Keys = make([]ratelimit.Key, 1) }), "ratelimit: a.B has a limit with a zero Key; make it with Peer, Principal, Metadata, Request or Func"},
		{limit(func(l *ratelimit.Limit) { l.Keys = []ratelimit.Key{ratelimit.Func("who")} }), `ratelimit: a limit of a.B has the key func:who; register it with WithFunc("who", …)`},
		{group(ratelimit.Limit{MaxCalls: 1}, ratelimit.Limit{MaxCalls: 2}), `ratelimit: limits of the group "g" disagree: 1 call per 1s, keys [], SLIDING_WINDOW, burst 0, and for a.B/D 2 calls per 1s, keys [], SLIDING_WINDOW, burst 0`},
		{ratelimit.Service{Name: "a.B", Methods: []ratelimit.Method{{FullName: "/a.C/D"}}}, `ratelimit: the method "/a.C/D" is none of a.B`},
		{ratelimit.Service{Name: "a.B", Methods: []ratelimit.Method{{FullName: "/a.B/D", Limits: limits(1)}, {FullName: "/a.B/D"}}}, "ratelimit: /a.B/D is given twice"},
		{ratelimit.Service{Name: "a.B", Methods: []ratelimit.Method{{FullName: "/a.B/D", Limits: limits(1), Exempt: true}}}, "ratelimit: /a.B/D is Exempt and has limits"},
		{ratelimit.Service{}, `ratelimit: "" is no name of a service`},
	}
	for _, tt := range tests {
		_, err := ratelimit.New(ratelimit.NewMemory(), ratelimit.Services(tt.declared))
		assert.EqualError(t, err, tt.want)
	}
	_, err := ratelimit.New(ratelimit.NewMemory(), ratelimit.Services(ratelimit.Service{Name: "a.B"}, ratelimit.Service{Name: "a.B"}))
	require.EqualError(t, err, "ratelimit: a.B is given twice")
	_, err = ratelimit.New(nil, ratelimit.Services(ratelimit.Service{Name: "a.B", Limits: limits(1)}))
	require.EqualError(t, err, "ratelimit: there are limits and no store; NewMemory makes one")
	_, err = ratelimit.New(nil, ratelimit.Services(ratelimit.Service{Name: "a.B"}))
	require.NoError(t, err, "without limits none is needed")
}

// Peers are told apart by address, and a proxy's word is taken only if it is trusted.
func TestPeers(t *testing.T) {
	t.Parallel()
	proxies := ratelimit.TrustedProxies(netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"))
	tests := []struct {
		name         string
		opts         []ratelimit.Option
		a, b         string // addr, or addr and x-forwarded-for after a space
		sameBudget   bool
		differentNet bool
	}{
		{name: "ports", a: "192.0.2.1:1", b: "192.0.2.1:2", sameBudget: true},
		{name: "addresses", a: "192.0.2.1:1", b: "192.0.2.2:1"},
		{name: "mapped", a: "192.0.2.1:1", b: "[::ffff:192.0.2.1]:1", sameBudget: true},
		{name: "zones", a: "[fe80::1%eth0]:1", b: "[fe80::1%eth1]:1"},
		{name: "a word that is not trusted", a: "192.0.2.1:1 198.51.100.1", b: "192.0.2.1:1 198.51.100.2", sameBudget: true},
		{name: "a caller that is no proxy", opts: []ratelimit.Option{proxies}, a: "192.0.2.1:1 198.51.100.1", b: "192.0.2.1:1 198.51.100.2", sameBudget: true},
		{name: "behind a proxy", opts: []ratelimit.Option{proxies}, a: "10.0.0.1:1 198.51.100.1", b: "10.0.0.1:1 198.51.100.2"},
		{name: "behind different proxies", opts: []ratelimit.Option{proxies}, a: "10.0.0.1:1 198.51.100.1", b: "[fd00::1]:1 198.51.100.1:4711", sameBudget: true},
		{name: "made-up hops", opts: []ratelimit.Option{proxies}, a: "10.0.0.1:1 203.0.113.1,198.51.100.1", b: "10.0.0.1:1 203.0.113.2, 198.51.100.1, 10.1.1.1", sameBudget: true},
		{name: "no word", opts: []ratelimit.Option{proxies}, a: "10.0.0.1:1", b: "10.0.0.2:1"},
		{name: "nonsense", opts: []ratelimit.Option{proxies}, a: "10.0.0.1:1 x", b: "10.0.0.1:1 y", sameBudget: true},
		{name: "a proxy without address", opts: []ratelimit.Option{ratelimit.TrustLocalProxies()}, a: "bufconn 198.51.100.1", b: "bufconn 198.51.100.2"},
		{name: "one that is not trusted", a: "bufconn 198.51.100.1", b: "bufconn 198.51.100.2", sameBudget: true},
		{name: "IPv6 of one home", opts: []ratelimit.Option{ratelimit.WithIPv6Prefix(64)}, a: "[2001:db8::1]:1", b: "[2001:db8::2]:1", sameBudget: true},
		{name: "IPv6 of two homes", opts: []ratelimit.Option{ratelimit.WithIPv6Prefix(64)}, a: "[2001:db8::1]:1", b: "[2001:db8:0:1::1]:1"},
		{name: "IPv6", a: "[2001:db8::1]:1", b: "[2001:db8::2]:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLimiter(t, ratelimit.Service{Limits: limits(1, ratelimit.Peer())}, tt.opts...)
			_, err := call(from(tt.a), l, unary, nil)
			require.NoError(t, err)
			_, err = call(from(tt.a), l, unary, nil)
			refused(t, err)
			_, err = call(from(tt.b), l, unary, nil)
			if tt.sameBudget {
				refused(t, err)
				return
			}
			require.NoError(t, err)
		})
	}
}

type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }

// from returns the context of a call from an address, with what a proxy says after a
// space.
func from(text string) context.Context {
	ctx := context.Background()
	for i := range text {
		if text[i] == ' ' {
			ctx = metadata.NewIncomingContext(ctx, metadata.Pairs("x-forwarded-for", text[i+1:]))
			text = text[:i]
			break
		}
	}
	var addr net.Addr = address(text)
	if port, err := netip.ParseAddrPort(text); err == nil && port.Port()%2 == 1 {
		addr = net.TCPAddrFromAddrPort(port)
	}
	return peer.NewContext(ctx, &peer.Peer{Addr: addr})
}

// Without a peer in the context the value is missing, and no peer's.
func TestNoPeer(t *testing.T) {
	t.Parallel()
	l := newLimiter(t, ratelimit.Service{Limits: limits(1, ratelimit.Peer())})
	for _, ctx := range []context.Context{context.Background(), from(""), from("192.0.2.1:1")} {
		_, err := call(ctx, l, unary, nil)
		require.NoError(t, err)
	}
}

// The kinds of values do not collide, and a request of another type has none.
func TestRequestValues(t *testing.T) {
	t.Parallel()
	key := ratelimit.Request("v",
		ratelimit.From(func(v ratelimit.Value) ratelimit.Value { return v }),
		ratelimit.From(func(s string) ratelimit.Value { return ratelimit.Text(s) }))
	l := newLimiter(t, ratelimit.Service{Limits: limits(1, key)})
	for _, v := range []any{
		ratelimit.Value{},
		ratelimit.Int(int64(-1)), ratelimit.Uint(uint32(0)), ratelimit.Bool(true), ratelimit.Text(""), "other",
		ratelimit.Int(int32(48)), ratelimit.Text("0"), ratelimit.If(true, ratelimit.Text([]byte{1})),
	} {
		_, err := call(bg, l, unary, v)
		require.NoError(t, err, "%v", v)
	}
	for _, v := range []any{
		nil, 3.5, ratelimit.If(false, ratelimit.Text("x")), ratelimit.Int(int32(-1)), ratelimit.Bool(false),
		ratelimit.Uint(uint64(1)), "", ratelimit.Text("other"), ratelimit.Text("\x01"),
	} {
		_, err := call(bg, l, unary, v)
		refused(t, err)
	}
}

// A transport takes headers and forgets them.
type transport struct{ grpc.ServerTransportStream }

func (transport) SetHeader(metadata.MD) error { return nil }

func BenchmarkUnary(b *testing.B) {
	ctx := metadata.NewIncomingContext(from("192.0.2.1:1"), metadata.Pairs("tenant", "acme"))
	ctx = grpc.NewContextWithServerTransportStream(ctx, transport{})
	many := func(keys ...ratelimit.Key) ratelimit.Limit {
		return ratelimit.Limit{MaxCalls: 1_000_000_000, Period: time.Second, Keys: keys}
	}
	for _, tt := range []struct {
		name   string
		limits []ratelimit.Limit
	}{
		{"no limit", nil},
		{"one", []ratelimit.Limit{many()}},
		{"peer", []ratelimit.Limit{many(ratelimit.Peer())}},
		{"peer, tenant", []ratelimit.Limit{many(ratelimit.Peer()), many(ratelimit.Metadata("tenant"))}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			l := newLimiter(b, ratelimit.Service{Limits: tt.limits})
			info := &grpc.UnaryServerInfo{FullMethod: unary}
			handler := func(context.Context, any) (any, error) { return nil, nil }
			b.ReportAllocs()
			for b.Loop() {
				if _, err := l.Unary(ctx, nil, info, handler); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
