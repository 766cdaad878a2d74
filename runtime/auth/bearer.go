package auth

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/metadata"

	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// Bearer returns the authenticator of calls with the metadata authorization: Bearer
// TOKEN (RFC 6750). verify says whose token it is, or what is wrong with it. A call
// without authorization, or with one of another scheme, is anonymous; one with several
// is refused.
func Bearer(verify func(ctx context.Context, token string) (identity.Principal, error)) Authenticator {
	return AuthenticatorFunc(func(ctx context.Context) (identity.Principal, error) {
		values := metadata.ValueFromIncomingContext(ctx, "authorization")
		if len(values) > 1 {
			return identity.Principal{}, errors.New("auth: the call has authorization several times")
		}
		if len(values) == 0 {
			return identity.Principal{}, ErrAnonymous
		}
		scheme, token, _ := strings.Cut(values[0], " ")
		if !strings.EqualFold(scheme, "bearer") {
			return identity.Principal{}, ErrAnonymous
		}
		if token = strings.TrimSpace(token); token == "" {
			return identity.Principal{}, errors.New("auth: the bearer token is empty")
		}
		return verify(ctx, token)
	})
}
