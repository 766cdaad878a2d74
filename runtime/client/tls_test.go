package client_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
)

// An authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return authority{cert, key}
}

func (a authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// issue returns a certificate for 127.0.0.1 and library.example, PEM.
func (a authority) issue(t *testing.T, name string) (cert, key []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"library.example"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, k.Public(), a.key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalECPrivateKey(k)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
}

// put replaces a file at once, as a secret's volume does.
func put(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path+".new", content, 0o600))
	require.NoError(t, os.Rename(path+".new", path))
}

// secure starts a server with a certificate of an authority, which wants one of its
// clients if clients is not nil.
func secure(t *testing.T, a authority, clients *x509.CertPool) *running {
	t.Helper()
	pair, err := tls.X509KeyPair(a.issue(t, "server"))
	require.NoError(t, err)
	config := &tls.Config{Certificates: []tls.Certificate{pair}}
	if clients != nil {
		config.ClientCAs, config.ClientAuth = clients, tls.RequireAndVerifyClientCert
	}
	return start(t, answering, "", grpc.Creds(credentials.NewTLS(config)))
}

// A client knows its server by the authority and the name in the certificate.
func TestTLS(t *testing.T) {
	t.Parallel()
	mine, theirs := newAuthority(t), newAuthority(t)
	r := secure(t, mine, nil)
	dir := t.TempDir()
	put(t, filepath.Join(dir, "mine"), mine.pem())
	put(t, filepath.Join(dir, "theirs"), theirs.pem())
	for name, tt := range map[string]struct {
		cfg    client.Config
		reason string
	}{
		"known":            {client.Config{TLS: client.TLS{CAFile: filepath.Join(dir, "mine")}}, ""},
		"by another name":  {client.Config{TLS: client.TLS{CAFile: filepath.Join(dir, "mine"), ServerName: "library.example"}}, ""},
		"in a list":        {client.Config{Addr: r.addr + "," + r.addr, TLS: client.TLS{CAFile: filepath.Join(dir, "mine")}}, ""},
		"by a wrong name":  {client.Config{TLS: client.TLS{CAFile: filepath.Join(dir, "mine"), ServerName: "other.example"}}, "not other.example"},
		"another's":        {client.Config{TLS: client.TLS{CAFile: filepath.Join(dir, "theirs")}}, "certificate signed by unknown authority"},
		"not the system's": {client.Config{TLS: client.TLS{Enabled: true}}, "certificate signed by unknown authority"},
		"plain text":       {client.Config{}, "no connection to " + r.addr},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Retry = quick
			if tt.cfg.Addr == "" {
				tt.cfg.Addr = r.addr
			}
			_, err := dial(t, tt.cfg).GetBook(t.Context(), &apitest.GetBookRequest{})
			if tt.reason == "" {
				require.NoError(t, err)
				return
			}
			assert.Equal(t, codes.Unavailable, status.Code(err))
			assert.ErrorContains(t, err, tt.reason)
		})
	}
}

// A client's own certificate and its authorities are those that are on disk when it
// connects.
func TestCertificatesChangeOnDisk(t *testing.T) {
	t.Parallel()
	first, second := newAuthority(t), newAuthority(t)
	clients := x509.NewCertPool()
	clients.AddCert(first.cert)
	clients.AddCert(second.cert)
	dir := t.TempDir()
	files := client.TLS{CAFile: filepath.Join(dir, "ca"), CertFile: filepath.Join(dir, "cert"), KeyFile: filepath.Join(dir, "key")}
	write := func(a authority, name string) {
		cert, key := a.issue(t, name)
		put(t, files.CAFile, a.pem())
		put(t, files.CertFile, cert)
		put(t, files.KeyFile, key)
	}
	write(first, "ann")
	met := make(chan string, 10)
	start := func(a authority, addr string) *running {
		pair, err := tls.X509KeyPair(a.issue(t, "server"))
		require.NoError(t, err)
		return start(t, answering, addr, grpc.Creds(credentials.NewTLS(&tls.Config{
			Certificates: []tls.Certificate{pair}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert,
			VerifyConnection: func(s tls.ConnectionState) error {
				met <- s.PeerCertificates[0].Subject.CommonName
				return nil
			},
		})))
	}
	r := start(first, "")
	c := dial(t, client.Config{Addr: r.addr, TLS: files, WaitForReady: true, Timeout: time.Minute, Logger: slog.New(slog.DiscardHandler)})
	var p peer.Peer
	_, err := c.GetBook(t.Context(), &apitest.GetBookRequest{}, grpc.Peer(&p))
	require.NoError(t, err)
	assert.Equal(t, credentials.PrivacyAndIntegrity, p.AuthInfo.(credentials.TLSInfo).SecurityLevel)
	r.Stop()
	write(second, "bob")
	start(second, r.addr)
	_, err = c.GetBook(t.Context(), &apitest.GetBookRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"ann", "bob"}, []string{<-met, <-met})
}
