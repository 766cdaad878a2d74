package auth

import (
	"context"
	"crypto/x509"
	"errors"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// Certificate returns the authenticator of clients by the certificate of their
// connection (mTLS), which the server's credentials have verified. name says whose a
// verified certificate is; CommonName and URI do. A connection without a certificate is
// anonymous.
func Certificate(name func(*x509.Certificate) (identity.Principal, error)) Authenticator {
	return AuthenticatorFunc(func(ctx context.Context) (identity.Principal, error) {
		p, ok := peer.FromContext(ctx)
		if !ok {
			return identity.Principal{}, ErrAnonymous
		}
		info, ok := p.AuthInfo.(credentials.TLSInfo)
		switch {
		case !ok || len(info.State.PeerCertificates) == 0:
			return identity.Principal{}, ErrAnonymous
		case len(info.State.VerifiedChains) == 0:
			return identity.Principal{}, errors.New("auth: nobody has verified the client's certificate")
		}
		return name(info.State.VerifiedChains[0][0])
	})
}

// CommonName takes the common name of a certificate's subject for its owner's.
func CommonName(c *x509.Certificate) (identity.Principal, error) {
	if c.Subject.CommonName == "" {
		return identity.Principal{}, errors.New("auth: the certificate has no common name")
	}
	return identity.Principal{ID: c.Subject.CommonName}, nil
}

// URI takes the URI of a certificate for its owner's name, as SPIFFE has it: exactly
// one.
func URI(c *x509.Certificate) (identity.Principal, error) {
	if len(c.URIs) != 1 {
		return identity.Principal{}, errors.New("auth: the certificate has none or several URIs")
	}
	return identity.Principal{ID: c.URIs[0].String()}, nil
}
