package client

import "google.golang.org/grpc"

// retryOption says about one call what its method does not.
type retryOption struct {
	grpc.EmptyCallOption
	once, idempotent bool
}

// Once is an option of a call that is to be made once, whatever comes of it.
//
//	books.GetBook(ctx, req, client.Once())
func Once() grpc.CallOption { return retryOption{once: true} }

// Idempotent is an option of a call that may be made again when it is not known what
// became of it, such as an update that is bound to an etag.
func Idempotent() grpc.CallOption { return retryOption{idempotent: true} }

func retryOptionOf(opts []grpc.CallOption) (of retryOption) {
	for _, opt := range opts {
		if o, ok := opt.(retryOption); ok {
			of.once, of.idempotent = of.once || o.once, of.idempotent || o.idempotent
		}
	}
	return of
}
