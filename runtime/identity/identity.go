// Package identity holds who makes a call, in the call's context. An authenticator
// puts it there; page tokens, request ids, limit keys and authorization read it. It
// imports nothing of this module, so that everything may import it.
package identity

import "context"

// A Principal is who makes a call: a user, or a machine.
type Principal struct {
	// ID names the principal for as long as it exists, in the words of whoever
	// authenticated it. It is never empty.
	ID string
}

type key struct{}

// WithPrincipal returns a context of a call that p makes.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, key{}, p)
}

// FromContext returns who makes the call. ok is false for an anonymous one.
func FromContext(ctx context.Context) (p Principal, ok bool) {
	p, ok = ctx.Value(key{}).(Principal)
	return p, ok
}
