package server

import (
	"context"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"google.golang.org/grpc/credentials"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/auth/jwtauth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

const (
	issuer   = "library-login"
	audience = "library"
)

// authenticator believes the tokens that secret has signed. A principal is its role
// and its name: librarian/ann.
func authenticator(secret []byte) (auth.Authenticator, error) {
	return jwtauth.New(jwtauth.Config{
		Keyfunc: jwtauth.Key(secret), Algorithms: []string{"HS256"}, Issuer: issuer, Audience: audience,
		Principal: func(_ context.Context, claims jwt.MapClaims) (identity.Principal, error) {
			role, _ := claims["role"].(string)
			sub, err := claims.GetSubject()
			return identity.Principal{ID: role + "/" + sub}, err
		},
	})
}

// authorize gives librarians all permissions, and nobody else any.
func authorize(ctx context.Context, _ auth.Access) (bool, error) {
	p, _ := identity.FromContext(ctx)
	return strings.HasPrefix(p.ID, "librarian/"), nil
}

// NewToken returns the credentials of a client. A real service has them from whoever
// people log in to.
func NewToken(secret []byte, name, role string, lifetime time.Duration) (credentials.PerRPCCredentials, error) {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": issuer, "aud": audience, "sub": name, "role": role, "exp": time.Now().Add(lifetime).Unix(),
	}).SignedString(secret)
	return bearer(token), err
}

// A bearer is a token that goes with each call.
type bearer string

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

// RequireTransportSecurity is false, since the demo has no certificate.
func (bearer) RequireTransportSecurity() bool { return false }
