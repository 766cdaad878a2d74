package auth

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/metadata"

	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// Metadata returns the authenticator of calls by a metadata key, such as x-api-key, or
// one that a gateway sets whose calls alone reach the server. verify says whose value
// it is, or what is wrong with it. A call without the key is anonymous; one with
// several values, or an empty one, is refused.
func Metadata(key string, verify func(ctx context.Context, value string) (identity.Principal, error)) Authenticator {
	return AuthenticatorFunc(func(ctx context.Context) (identity.Principal, error) {
		values := metadata.ValueFromIncomingContext(ctx, key)
		switch {
		case len(values) == 0:
			return identity.Principal{}, ErrAnonymous
		case len(values) > 1 || values[0] == "":
			return identity.Principal{}, fmt.Errorf("auth: the call has %s several times, or empty", key)
		}
		return verify(ctx, values[0])
	})
}

// First returns the authenticator that asks several, in their order, until one knows of
// a caller. A call is anonymous if it is to all of them. What one refuses, none after it
// is asked about.
func First(authenticators ...Authenticator) Authenticator {
	return AuthenticatorFunc(func(ctx context.Context) (identity.Principal, error) {
		for _, a := range authenticators {
			if p, err := a.Authenticate(ctx); !errors.Is(err, ErrAnonymous) {
				return p, err
			}
		}
		return identity.Principal{}, ErrAnonymous
	})
}
