package client

import (
	"context"
	"errors"
	"io"
	"iter"

	"google.golang.org/grpc"
)

// Stream returns the messages of a stream of the server, which open is, as a client has
// it.
//
//	for book, err := range client.Stream(ctx, c.StreamBooks, req) {
//		if err != nil { … }
//	}
//
// Each loop opens a stream of its own, and cancels it when it is left early, by break,
// return or a panic. An error comes with no message, and ends the loop; the end of the
// stream ends it without one.
func Stream[Req, Res any, S interface{ Recv() (Res, error) }](ctx context.Context, open func(context.Context, Req, ...grpc.CallOption) (S, error), req Req, opts ...grpc.CallOption) iter.Seq2[Res, error] {
	return func(yield func(Res, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var none Res
		stream, err := open(ctx, req, opts...)
		if err != nil {
			yield(none, err)
			return
		}
		for {
			res, err := stream.Recv()
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(none, err)
				return
			case !yield(res, nil):
				return
			}
		}
	}
}
