package server

import (
	"context"
	"crypto/rand"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
)

// callerKey is that of a context's *peer.Peer, on the way from an HTTP request to the
// call that is made for it.
type callerKey struct{}

// callerHeader is the metadata in which a call inside the process names its caller.
const callerHeader = "protocrud-caller"

// callers are those of the calls inside the process that are in flight. A call names its
// caller by a random id, which is known here while the call lasts. Only the server inside
// asks, and takes the id out of the metadata.
type callers struct{ byID sync.Map }

func newCallers() *callers { return &callers{} }

// introduce returns the context of a call, and the func for its end. What a request's
// header says under the name is not passed on.
func (c *callers) introduce(ctx context.Context) (called context.Context, forget func()) {
	md, _ := metadata.FromOutgoingContext(ctx)
	if md == nil {
		md = metadata.MD{}
	}
	md.Delete(callerHeader)
	caller, ok := ctx.Value(callerKey{}).(*peer.Peer)
	if !ok {
		return metadata.NewOutgoingContext(ctx, md), func() {}
	}
	id := rand.Text()
	c.byID.Store(id, caller)
	md.Set(callerHeader, id)
	return metadata.NewOutgoingContext(ctx, md), func() { c.byID.Delete(id) }
}

// unary is an interceptor of the client.
func (c *callers) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	ctx, forget := c.introduce(ctx)
	defer forget()
	return invoker(ctx, method, req, reply, cc, opts...)
}

// stream is the one for streams.
func (c *callers) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	ctx, forget := c.introduce(ctx)
	s, err := streamer(ctx, desc, cc, method, append(opts, grpc.OnFinish(func(error) { forget() }))...)
	if err != nil {
		forget()
	}
	return s, err
}

// TagRPC makes the caller the peer of a call, before anybody else looks at it.
func (c *callers) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	md, _ := metadata.FromIncomingContext(ctx)
	ids := md.Get(callerHeader)
	if len(ids) != 1 {
		return ctx
	}
	md.Delete(callerHeader)
	ctx = metadata.NewIncomingContext(ctx, md)
	if caller, ok := c.byID.Load(ids[0]); ok {
		return peer.NewContext(ctx, caller.(*peer.Peer))
	}
	return ctx
}

// HandleRPC makes callers a stats.Handler, as do the methods below.
func (*callers) HandleRPC(context.Context, stats.RPCStats) {}

// TagConn returns ctx.
func (*callers) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// HandleConn does nothing.
func (*callers) HandleConn(context.Context, stats.ConnStats) {}
