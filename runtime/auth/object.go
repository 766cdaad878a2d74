package auth

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/objectaccess"
	"github.com/protocrud/protoc-gen-go-crud/internal/richstatus"
)

// An Object is a resource that a call names, or the parent of those that it lists or
// creates.
type Object struct {
	// Type is the resource type (AIP-122), or the full name of the message of a model
	// that has none.
	Type string
	// Name is the resource's name, or its key as text where it has no name. The parent of
	// a List may have - for an id, where the model is read across parents (AIP-159).
	Name string
	// Key is the resource's key, of the Go type that is generated for it. It is nil for a
	// parent, and for a name that no key can have.
	Key any
}

// An ObjectAuthorizer decides what callers may do to single resources. It is safe for
// concurrent use.
type ObjectAuthorizer interface {
	// AuthorizeObject returns whether the caller, who is in ctx, has a permission on a
	// resource. It is asked whether the resource exists or not, and answers in both cases
	// what does not tell which it is. An error is as in [Authorizer].
	AuthorizeObject(ctx context.Context, a Access, o Object) (allowed bool, err error)
}

// An ObjectAuthorizerFunc is a func as an ObjectAuthorizer.
type ObjectAuthorizerFunc func(ctx context.Context, a Access, o Object) (allowed bool, err error)

// AuthorizeObject calls f.
func (f ObjectAuthorizerFunc) AuthorizeObject(ctx context.Context, a Access, o Object) (allowed bool, err error) {
	return f(ctx, a, o)
}

// Objects has an ObjectAuthorizer asked for the resources that calls name, after the
// permissions of the method: by generated methods once they know the key, before
// anything else of the request is looked at and before it is known whether the resource
// exists (AIP-211); by others with [CheckObject].
//
// Asked for are the resource of a Get, Update, Delete and Undelete; each one of a batch,
// in order; and the parent of a Create and of a List, if the model has one. A Create
// that finds its resource there already asks for that as well, and does not say so to
// those who may not. A lookup by another field than the key asks once it has found a
// resource, which for those who may not is not there. Rows that a List returns are not
// asked for one by one: what a caller sees of a collection is a scope of the store's.
//
// It is asked with each permission of the method, and with an empty one if there is
// none. Methods that are WithoutAuthorize do not ask.
func Objects(o ObjectAuthorizer) Option {
	return func(g *Guard) { g.objects = o }
}

// CheckObject asks for a resource in a method written by hand. It returns nil where the
// call goes on, because the caller may or because no ObjectAuthorizer is to be asked, and
// otherwise the status that answers it, PERMISSION_DENIED before all.
func CheckObject(ctx context.Context, o Object) error {
	ask := objectaccess.From(ctx)
	if ask == nil {
		return nil
	}
	return ask(ctx, o.Type, o.Name, o.Key)
}

// withObjects returns the context of a call whose method asks for resources.
func (g *Guard) withObjects(ctx context.Context, method string) context.Context {
	r := g.ruleOf(method)
	if g.objects == nil || r.unasked {
		return ctx
	}
	permissions := r.permissions
	if len(permissions) == 0 {
		permissions = []string{""}
	}
	return objectaccess.With(ctx, func(ctx context.Context, resourceType, name string, key any) error {
		for _, permission := range permissions {
			o := Object{Type: resourceType, Name: name, Key: key}
			allowed, err := g.objects.AuthorizeObject(ctx, Access{Method: method, Permission: permission}, o)
			if err != nil {
				return failed(ctx, method, err)
			}
			if !allowed {
				return deniedObject(method, permission, o)
			}
		}
		return nil
	})
}

// deniedObject does not tell whether the resource exists (AIP-211).
func deniedObject(method, permission string, o Object) error {
	what := "access"
	metadata := map[string]string{"method": method, "resource_type": o.Type, "resource_name": o.Name}
	if permission != "" {
		what = fmt.Sprintf("Permission '%s'", permission)
		metadata["permission"] = permission
	}
	message := fmt.Sprintf("%s denied on resource '%s' (or it might not exist).", what, o.Name)
	return richstatus.New(codes.PermissionDenied, message, richstatus.ServiceOf(method), ReasonPermissionDenied, metadata).Err()
}
