// Package draining carries, in the context of a stream, the news that its server is about
// to stop. The server puts it there, and handlers whose streams go on for as long as
// their clients live end them then.
package draining

import "context"

type key struct{}

// With returns a context whose streams end when draining is closed.
func With(ctx context.Context, draining <-chan struct{}) context.Context {
	return context.WithValue(ctx, key{}, draining)
}

// From returns the channel that is closed when the server drains, nil if nobody tells.
func From(ctx context.Context) <-chan struct{} {
	draining, _ := ctx.Value(key{}).(<-chan struct{})
	return draining
}
