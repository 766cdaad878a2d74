package client

import (
	"context"
	"fmt"
	"iter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const (
	// watchBackoff is the mean pause before a watch is opened a second time; it doubles.
	watchBackoff = 100 * time.Millisecond
	// maxWatchBackoff is the longest mean pause of a watch.
	maxWatchBackoff = 10 * time.Second
)

// Watch returns the events of a stream that can be resumed, which open is, as a client
// has it. Its request and its events have a string resume_token.
//
//	for event, err := range client.Watch(ctx, c.WatchBooks, req) {
//		if err != nil { … }
//	}
//
// Where the stream breaks with UNAVAILABLE, or ends, as with a server that stops, it is
// opened again from the token of the last event that the loop's body took, after a
// pause that grows to 10 s as long as no event comes; what the server asks for in
// RetryInfo is waited for. An event that the body has not taken comes again. Any other
// error, such as that of a token too old, comes with no event and ends the loop.
//
// It goes on until ctx ends. The error is then that of the context; if the stream could
// not be opened any more, it says why.
//
// The watch begins at req's resume_token. req is not changed. To go on in another
// process, keep the token of the last event that was dealt with.
func Watch[Req, Res proto.Message, S interface{ Recv() (Res, error) }](ctx context.Context, open func(context.Context, Req, ...grpc.CallOption) (S, error), req Req, opts ...grpc.CallOption) iter.Seq2[Res, error] {
	return func(yield func(Res, error) bool) {
		var none Res
		w, err := newWatch(req)
		if err != nil {
			yield(none, err)
			return
		}
		opts := append([]grpc.CallOption{Once()}, opts...) // the watch opens it again by itself
		for {
			var event Res
			var err error // nil if the stream ends
			for event, err = range Stream(ctx, open, clone(w.req).(Req), opts...) {
				if err != nil {
					break
				}
				if !yield(event, nil) {
					return
				}
				if err = w.took(event); err != nil {
					yield(none, err)
					return
				}
			}
			if err := w.pause(ctx, err); err != nil {
				yield(none, err)
				return
			}
		}
	}
}

// A watch is opened again and again.
type watch struct {
	req      proto.Message // the watch's own
	token    protoreflect.FieldDescriptor
	failures int // in a row
}

func newWatch(req proto.Message) (*watch, error) {
	in := req.ProtoReflect().Descriptor()
	w := &watch{req: clone(req), token: textField(in, resumeToken)}
	if w.token == nil {
		return nil, fmt.Errorf("client: %s has no string %s; its stream cannot be resumed", in.FullName(), resumeToken)
	}
	return w, nil
}

// took has the watch go on behind an event. One without a token is at the place of the
// one before.
func (w *watch) took(event proto.Message) error {
	w.failures = 0
	m := event.ProtoReflect()
	f := textField(m.Descriptor(), resumeToken)
	if f == nil {
		return fmt.Errorf("client: %s has no string %s; its stream cannot be resumed", m.Descriptor().FullName(), resumeToken)
	}
	if token := m.Get(f).String(); token != "" {
		w.req.ProtoReflect().Set(w.token, protoreflect.ValueOfString(token))
	}
	return nil
}

// pause waits until the stream may be opened again after an error; the end of the stream
// is none. It returns the error of the watch if that is over.
func (w *watch) pause(ctx context.Context, err error) error {
	if ctx.Err() == nil && err != nil && status.Code(err) != codes.Unavailable {
		return err
	}
	w.failures++
	if ctx.Err() == nil && sleep(ctx, pauseBefore(w.failures, watchBackoff, maxWatchBackoff, err)) {
		return nil
	}
	ended := status.FromContextError(ctx.Err())
	if status.Code(err) != codes.Unavailable {
		return ended.Err()
	}
	return status.Errorf(ended.Code(), "%s; the stream could not be opened: %s", ended.Message(), status.Convert(err).Message())
}
