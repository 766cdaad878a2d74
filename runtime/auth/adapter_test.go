package auth_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

func TestCertificate(t *testing.T) {
	t.Parallel()
	spiffe := &url.URL{Scheme: "spiffe", Host: "example.com", Path: "/books"}
	cert := &x509.Certificate{Subject: pkix.Name{CommonName: "books"}, URIs: []*url.URL{spiffe}}
	over := func(info credentials.AuthInfo) context.Context {
		return peer.NewContext(t.Context(), &peer.Peer{AuthInfo: info})
	}
	verified := func(c *x509.Certificate) context.Context {
		return over(credentials.TLSInfo{State: tls.ConnectionState{
			PeerCertificates: []*x509.Certificate{c}, VerifiedChains: [][]*x509.Certificate{{c}},
		}})
	}
	for name, tt := range map[string]struct {
		ctx  context.Context
		name func(*x509.Certificate) (identity.Principal, error)
		want string
		err  string
	}{
		"common name":    {verified(cert), auth.CommonName, "books", ""},
		"uri":            {verified(cert), auth.URI, "spiffe://example.com/books", ""},
		"no common name": {verified(&x509.Certificate{}), auth.CommonName, "", "auth: the certificate has no common name"},
		"no uri":         {verified(&x509.Certificate{}), auth.URI, "", "auth: the certificate has none or several URIs"},
		"two uris":       {verified(&x509.Certificate{URIs: []*url.URL{spiffe, spiffe}}), auth.URI, "", "auth: the certificate has none or several URIs"},
		"not verified": {
			over(credentials.TLSInfo{State: tls.ConnectionState{PeerCertificates: []*x509.Certificate{cert}}}),
			auth.CommonName, "", "auth: nobody has verified the client's certificate",
		},
		"no certificate": {over(credentials.TLSInfo{}), auth.CommonName, "", auth.ErrAnonymous.Error()},
		"plain text":     {over(nil), auth.CommonName, "", auth.ErrAnonymous.Error()},
		"no peer":        {t.Context(), auth.CommonName, "", auth.ErrAnonymous.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := auth.Certificate(tt.name).Authenticate(tt.ctx)
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, p.ID)
		})
	}
}

func TestMetadataAndFirst(t *testing.T) {
	t.Parallel()
	a := auth.First(auth.Bearer(verify), auth.Metadata("X-Api-Key", verify))
	for name, tt := range map[string]struct {
		pairs []string
		want  string
		err   string
	}{
		"the key":             {[]string{"x-api-key", "ann"}, "ann", ""},
		"a wrong key":         {[]string{"x-api-key", "forged"}, "", "a secret reason"},
		"an empty key":        {[]string{"x-api-key", ""}, "", "auth: the call has X-Api-Key several times, or empty"},
		"two keys":            {[]string{"x-api-key", "ann", "x-api-key", "bob"}, "", "auth: the call has X-Api-Key several times, or empty"},
		"a token":             {[]string{"authorization", "Bearer bob"}, "bob", ""},
		"both":                {[]string{"authorization", "Bearer bob", "x-api-key", "ann"}, "bob", ""},
		"a wrong token, both": {[]string{"authorization", "Bearer forged", "x-api-key", "ann"}, "", "a secret reason"},
		"neither":             {[]string{"x-other", "ann"}, "", auth.ErrAnonymous.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := a.Authenticate(metadata.NewIncomingContext(t.Context(), metadata.Pairs(tt.pairs...)))
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, p.ID)
		})
	}
}
