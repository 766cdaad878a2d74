package server_test

import (
	"context"
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
	testpb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// An authority issues certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{t, cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// issue returns a certificate for the loopback interface, PEM.
func (a *authority) issue(name string) (cert, key []byte) {
	a.t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, k.Public(), a.key)
	require.NoError(a.t, err)
	keyDER, err := x509.MarshalECPrivateKey(k)
	require.NoError(a.t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
}

// put replaces a file at once, as a secret's volume does.
func put(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path+".new", content, 0o600))
	require.NoError(t, os.Rename(path+".new", path))
}

// certFiles are the files of a server's certificates.
func certFiles(t *testing.T) server.TLS {
	t.Helper()
	dir := t.TempDir()
	return server.TLS{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
}

// met calls on a new connection and returns the name in the server's certificate.
func met(t *testing.T, r *runner, config *tls.Config) (string, error) {
	t.Helper()
	conn, err := grpc.NewClient(r.addr, grpc.WithTransportCredentials(credentials.NewTLS(config)))
	require.NoError(t, err)
	defer conn.Close()
	var p peer.Peer
	if _, err := testpb.NewTestServiceClient(conn).EmptyCall(t.Context(), &testpb.Empty{}, grpc.Peer(&p)); err != nil {
		return "", err
	}
	return p.AuthInfo.(credentials.TLSInfo).State.PeerCertificates[0].Subject.CommonName, nil
}

// Certificates that change on disk are taken by new connections, and only whole.
// Connections that are open go on.
func TestCertificateReload(t *testing.T) {
	t.Parallel()
	ca, files := newAuthority(t, "ca"), certFiles(t)
	write := func(name string) {
		cert, key := ca.issue(name)
		put(t, files.CertFile, cert)
		put(t, files.KeyFile, key)
	}
	write("first")
	var log safeBuffer
	r := run(t, server.Config{Services: service{}.with(declared(nil)), TLS: files, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	trusting := &tls.Config{RootCAs: ca.pool()}
	standing := testpb.NewTestServiceClient(r.dial(t, grpc.WithTransportCredentials(credentials.NewTLS(trusting))))
	var p peer.Peer
	_, err := standing.EmptyCall(t.Context(), &testpb.Empty{}, grpc.Peer(&p))
	require.NoError(t, err)
	requireMet := func(want string) {
		t.Helper()
		name, err := met(t, r, trusting)
		require.NoError(t, err)
		require.Equal(t, want, name)
	}
	requireMet("first")
	write("second")
	requireMet("second")

	third, key := ca.issue("third")
	put(t, files.CertFile, third) // its key is not there yet
	requireMet("second")
	requireMet("second")
	assert.Len(t, log.linesWith("do not fit"), 1, "a problem is said once")
	put(t, files.KeyFile, key)
	requireMet("third")

	require.NoError(t, os.Remove(files.CertFile))
	requireMet("third")
	put(t, files.CertFile, []byte("nonsense"))
	requireMet("third")
	assert.Len(t, log.linesWith("do not fit"), 3)
	write("fourth")
	requireMet("fourth")
	assert.Len(t, log.linesWith("new certificates"), 3)

	var same peer.Peer
	_, err = standing.EmptyCall(t.Context(), &testpb.Empty{}, grpc.Peer(&same))
	require.NoError(t, err)
	assert.Equal(t, p.LocalAddr, same.LocalAddr, "the old connection")
}

// With authorities of clients, a client needs a certificate of one of those that are
// there now.
func TestMutualTLS(t *testing.T) {
	t.Parallel()
	ca, files := newAuthority(t, "ca"), certFiles(t)
	cert, key := ca.issue("server")
	put(t, files.CertFile, cert)
	put(t, files.KeyFile, key)
	mine, theirs := newAuthority(t, "mine"), newAuthority(t, "theirs")
	files.ClientCAFile = filepath.Join(filepath.Dir(files.CertFile), "clients.pem")
	put(t, files.ClientCAFile, mine.pem)
	r := run(t, server.Config{Services: service{}.with(declared(nil)), TLS: files})
	of := func(a *authority) *tls.Config {
		pair, err := tls.X509KeyPair(a.issue("client"))
		require.NoError(t, err)
		return &tls.Config{RootCAs: ca.pool(), GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }}
	}
	requireCode := func(want codes.Code, config *tls.Config) {
		t.Helper()
		_, err := met(t, r, config)
		require.Equal(t, want, status.Code(err), "%v", err)
	}
	requireCode(codes.OK, of(mine))
	requireCode(codes.Unavailable, of(theirs))
	requireCode(codes.Unavailable, &tls.Config{RootCAs: ca.pool()})
	put(t, files.ClientCAFile, theirs.pem)
	requireCode(codes.OK, of(theirs))
	requireCode(codes.Unavailable, of(mine))
	_, err := testpb.NewTestServiceClient(r.dial(t)).EmptyCall(t.Context(), &testpb.Empty{})
	assert.Equal(t, codes.Unavailable, status.Code(err), "plain text")
}

// Files that cannot be used keep the server from starting.
func TestTLSFiles(t *testing.T) {
	t.Parallel()
	ca, files := newAuthority(t, "ca"), certFiles(t)
	start := func(f server.TLS) error {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		return server.Run(ctx, server.Config{Services: service{}.with(declared(nil)), TLS: f, Addr: "127.0.0.1:0", Logger: quiet})
	}
	assert.ErrorContains(t, start(files), "no such file")
	assert.ErrorContains(t, start(server.TLS{CertFile: files.CertFile}), "one of TLS.CertFile and TLS.KeyFile is missing")
	assert.ErrorContains(t, start(server.TLS{ClientCAFile: files.CertFile}), "TLS.ClientCAFile needs TLS.CertFile and TLS.KeyFile")
	cert, key := ca.issue("server")
	put(t, files.CertFile, cert)
	put(t, files.KeyFile, key)
	require.NoError(t, start(files))
	files.ClientCAFile = files.KeyFile
	assert.ErrorContains(t, start(files), "has no certificate")
}
