// Package objectaccess carries, in the context of a call, who is asked whether the call
// may do what it does to one resource (AIP-211). Interceptors put it there, and methods
// ask once they know which resource it is.
package objectaccess

import "context"

// An Ask returns nil if the call may go on, and otherwise the error that answers it. name
// is that of the resource, or its key as text where it has none; key is nil for a
// parent, and for a name that no key can have.
type Ask func(ctx context.Context, resourceType, name string, key any) error

type key struct{}

// With returns a context whose calls ask.
func With(ctx context.Context, ask Ask) context.Context { return context.WithValue(ctx, key{}, ask) }

// From returns who is asked, nil if nobody is.
func From(ctx context.Context) Ask {
	ask, _ := ctx.Value(key{}).(Ask)
	return ask
}
