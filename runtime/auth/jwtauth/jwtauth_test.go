package jwtauth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/metadata"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/auth/jwtauth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

const (
	issuer   = "https://login.example.com"
	audience = "library"
)

// claims returns those of ann's good token, but for changes; nil removes one.
func claims(changes jwt.MapClaims) jwt.MapClaims {
	c := jwt.MapClaims{
		"iss": issuer, "aud": []string{"other", audience}, "sub": "ann",
		"exp": time.Now().Add(time.Hour).Unix(), "nbf": time.Now().Add(-time.Hour).Unix(),
	}
	maps.Copy(c, changes)
	for name, v := range c {
		if v == nil {
			delete(c, name)
		}
	}
	return c
}

func sign(t *testing.T, method jwt.SigningMethod, key any, c jwt.MapClaims, kid string) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	require.NoError(t, err)
	return text
}

func authenticate(t *testing.T, a auth.Authenticator, token string) (identity.Principal, error) {
	t.Helper()
	return a.Authenticate(metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization", "Bearer "+token)))
}

func TestTokens(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	a, err := jwtauth.New(jwtauth.Config{
		Keyfunc:    jwtauth.Keys(map[string]any{"old": public, "new": elliptical.Public()}),
		Algorithms: []string{"EdDSA", "ES256"}, Issuer: issuer, Audience: audience, Leeway: time.Minute,
	})
	require.NoError(t, err)
	good := func(changes jwt.MapClaims) string {
		return sign(t, jwt.SigningMethodEdDSA, private, claims(changes), "old")
	}
	at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	unsigned := func(header string) string {
		parts := strings.Split(good(nil), ".")
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1] + "."
	}
	for name, tt := range map[string]struct {
		token, err string
	}{
		"good":               {good(nil), ""},
		"of the other key":   {sign(t, jwt.SigningMethodES256, elliptical, claims(nil), "new"), ""},
		"one audience":       {good(jwt.MapClaims{"aud": audience}), ""},
		"expired just now":   {good(jwt.MapClaims{"exp": at(-30 * time.Second)}), ""},
		"expired":            {good(jwt.MapClaims{"exp": at(-2 * time.Minute)}), "token is expired"},
		"never expires":      {good(jwt.MapClaims{"exp": nil}), "exp claim is required"},
		"not valid yet":      {good(jwt.MapClaims{"nbf": at(2 * time.Minute)}), "token is not valid yet"},
		"wrong audience":     {good(jwt.MapClaims{"aud": "other"}), "aud"},
		"no audience":        {good(jwt.MapClaims{"aud": nil}), "aud"},
		"wrong issuer":       {good(jwt.MapClaims{"iss": issuer + "."}), "iss"},
		"no issuer":          {good(jwt.MapClaims{"iss": nil}), "iss"},
		"no subject":         {good(jwt.MapClaims{"sub": nil}), "the token has no sub"},
		"a number's subject": {good(jwt.MapClaims{"sub": 7}), "sub"},
		"another's key":      {sign(t, jwt.SigningMethodEdDSA, stranger, claims(nil), "old"), "signature is invalid"},
		"unknown key":        {sign(t, jwt.SigningMethodEdDSA, private, claims(nil), "older"), "names no key that is known"},
		"wrong algorithm":    {sign(t, jwt.SigningMethodES256, elliptical, claims(nil), "old"), "key is of invalid type"},
		"the key as secret":  {sign(t, jwt.SigningMethodHS256, der, claims(nil), "old"), "signing method HS256 is invalid"},
		"alg none":           {unsigned(`{"alg":"none","kid":"old"}`), "signing method none is invalid"},
		"alg NONE":           {unsigned(`{"alg":"NONE","kid":"old"}`), "signing method (alg) is unavailable"},
		"no alg":             {unsigned(`{"kid":"old"}`), "signing method (alg) is unspecified"},
		"no signature":       {unsigned(`{"alg":"EdDSA","kid":"old"}`), "signature is invalid"},
		"garbage":            {"garbage", "token is malformed"},
		"dots":               {"..", "token is malformed"},
		"cut":                {good(nil)[:40], "token is malformed"},
		"a byte changed":     {flip(good(nil)), "signature is invalid"},
		"empty":              {"", "the bearer token is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := authenticate(t, a, tt.token)
			if tt.err == "" {
				require.NoError(t, err)
				assert.Equal(t, identity.Principal{ID: "ann"}, p)
				return
			}
			require.ErrorContains(t, err, tt.err)
			require.NotErrorIs(t, err, auth.ErrAnonymous, "it says who calls, and it is wrong")
			assert.Empty(t, p)
			if len(tt.token) > 20 {
				assert.NotContains(t, err.Error(), tt.token[:20], "the error goes to the log")
			}
		})
	}
	_, err = a.Authenticate(t.Context())
	assert.ErrorIs(t, err, auth.ErrAnonymous)
}

// flip changes the signature of a token.
func flip(token string) string {
	b := []byte(token)
	at := len(b) - 10
	if b[at] == 'A' {
		b[at] = 'B'
	} else {
		b[at] = 'A'
	}
	return string(b)
}

// A secret verifies what it has signed, and claims can name somebody their own way.
func TestSecretAndPrincipal(t *testing.T) {
	t.Parallel()
	secret := []byte("a secret of at least thirty-two bytes")
	a, err := jwtauth.New(jwtauth.Config{
		Keyfunc: jwtauth.Key(secret), Algorithms: []string{"HS256"}, Issuer: issuer, Audience: audience,
		Principal: func(_ context.Context, c jwt.MapClaims) (identity.Principal, error) {
			return identity.Principal{ID: c["tenant"].(string) + "/" + c["sub"].(string)}, nil
		},
	})
	require.NoError(t, err)
	p, err := authenticate(t, a, sign(t, jwt.SigningMethodHS256, secret, claims(jwt.MapClaims{"tenant": "north"}), ""))
	require.NoError(t, err)
	assert.Equal(t, "north/ann", p.ID)
	_, err = authenticate(t, a, sign(t, jwt.SigningMethodHS256, []byte("another"), claims(nil), ""))
	require.ErrorContains(t, err, "signature is invalid")
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := jwtauth.Config{Keyfunc: jwtauth.Key([]byte("k")), Algorithms: []string{"HS256"}, Issuer: issuer, Audience: audience}
	for want, change := range map[string]func(*jwtauth.Config){
		"jwtauth: there is no Keyfunc":                                         func(c *jwtauth.Config) { c.Keyfunc = nil },
		"jwtauth: there are no Algorithms":                                     func(c *jwtauth.Config) { c.Algorithms = nil },
		`jwtauth: Algorithms has "none", which signs nothing`:                  func(c *jwtauth.Config) { c.Algorithms = []string{"none"} },
		`jwtauth: Algorithms has "RS1", which signs nothing`:                   func(c *jwtauth.Config) { c.Algorithms = []string{"RS1"} },
		"jwtauth: Algorithms has those of secrets beside those of public keys": func(c *jwtauth.Config) { c.Algorithms = []string{"RS256", "HS256"} },
		"jwtauth: there is no Issuer":                                          func(c *jwtauth.Config) { c.Issuer = "" },
		"jwtauth: there is no Audience":                                        func(c *jwtauth.Config) { c.Audience = "" },
		"jwtauth: Leeway is negative":                                          func(c *jwtauth.Config) { c.Leeway = -1 },
	} {
		c := good
		change(&c)
		_, err := jwtauth.New(c)
		assert.EqualError(t, err, want)
	}
}
