// Package jwtauth authenticates calls by JSON Web Tokens (RFC 7519), which they carry
// as authorization: Bearer TOKEN. It is a package of its own because it brings
// golang-jwt with it.
//
//	authenticator, err := jwtauth.New(jwtauth.Config{
//		Keyfunc:    jwtauth.Keys(map[string]any{"2026": publicKey}),
//		Algorithms: []string{"EdDSA"},
//		Issuer:     "https://login.example.com",
//		Audience:   "library",
//	})
package jwtauth

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// A Config says which tokens are believed. A token must be signed, not expired and
// already valid, and be of the issuer and for the audience.
type Config struct {
	// Keyfunc returns the key that verifies a token, by its header. Key and Keys make
	// one, and so do libraries that read key sets (JWKS). It is called for each call.
	Keyfunc jwt.Keyfunc
	// Algorithms are those of signatures that are believed, by their names: EdDSA,
	// ES256. "none" is not possible, nor are those of secrets (HS256) beside those of
	// public keys, since a public key is no secret.
	Algorithms []string
	// Issuer is what iss must be.
	Issuer string
	// Audience must be among aud.
	Audience string
	// Leeway is how far clocks may be apart. Default: 0.
	Leeway time.Duration
	// Principal says whose the claims of a token are that is believed. Default: that
	// of sub, which then must not be empty.
	Principal func(ctx context.Context, claims jwt.MapClaims) (identity.Principal, error)
}

// New returns the authenticator. Calls without a bearer token are anonymous. The error
// says, for programmers, what the config lacks.
func New(c Config) (auth.Authenticator, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Principal == nil {
		c.Principal = subject
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods(c.Algorithms), jwt.WithIssuer(c.Issuer), jwt.WithAudience(c.Audience),
		jwt.WithExpirationRequired(), jwt.WithLeeway(c.Leeway),
	)
	return auth.Bearer(func(ctx context.Context, token string) (identity.Principal, error) {
		claims := jwt.MapClaims{}
		if _, err := parser.ParseWithClaims(token, claims, c.Keyfunc); err != nil {
			return identity.Principal{}, fmt.Errorf("jwtauth: %w", err)
		}
		return c.Principal(ctx, claims)
	}), nil
}

func (c Config) check() error {
	secret := func(algorithm string) bool { return strings.HasPrefix(algorithm, "HS") }
	for _, a := range c.Algorithms {
		if a == "none" || jwt.GetSigningMethod(a) == nil {
			return fmt.Errorf("jwtauth: Algorithms has %q, which signs nothing", a)
		}
	}
	switch {
	case c.Keyfunc == nil:
		return errors.New("jwtauth: there is no Keyfunc")
	case len(c.Algorithms) == 0:
		return errors.New("jwtauth: there are no Algorithms")
	case slices.ContainsFunc(c.Algorithms, secret) && slices.ContainsFunc(c.Algorithms, func(a string) bool { return !secret(a) }):
		return errors.New("jwtauth: Algorithms has those of secrets beside those of public keys")
	case c.Issuer == "":
		return errors.New("jwtauth: there is no Issuer")
	case c.Audience == "":
		return errors.New("jwtauth: there is no Audience")
	case c.Leeway < 0:
		return errors.New("jwtauth: Leeway is negative")
	}
	return nil
}

// subject is the principal of sub.
func subject(_ context.Context, claims jwt.MapClaims) (identity.Principal, error) {
	sub, err := claims.GetSubject()
	if err == nil && sub == "" {
		err = errors.New("the token has no sub")
	}
	if err != nil {
		return identity.Principal{}, fmt.Errorf("jwtauth: %w", err)
	}
	return identity.Principal{ID: sub}, nil
}

// Key returns the keyfunc of issuers with one key: a secret as []byte, or a public key.
func Key(key crypto.PublicKey) jwt.Keyfunc {
	return func(*jwt.Token) (any, error) { return key, nil }
}

// Keys returns the keyfunc of issuers whose tokens name one of several keys by kid.
// Two of them let an issuer change its key: tokens of both are believed for a while.
func Keys(byID map[string]any) jwt.Keyfunc {
	return func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		key, ok := byID[id]
		if !ok {
			return nil, errors.New("the token names no key that is known")
		}
		return key, nil
	}
}
