package client

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/protocrud/protoc-gen-go-crud/internal/certfile"
)

// TLS says how the server is known. It is used where any of its fields is set. The files
// are PEM. They are looked at with each new connection, and read again when they have
// changed. While new ones do not fit together, the old ones hold.
type TLS struct {
	// Enabled uses TLS where nothing else needs to be said: the authorities are those of
	// the system.
	Enabled bool
	// CAFile has the authorities of servers' certificates. Default: those of the system.
	CAFile string
	// CertFile and KeyFile are the client's, for servers that ask for them (mTLS). Both or
	// none are given.
	CertFile, KeyFile string
	// ServerName is the name in the server's certificate. Default: the host of the
	// address.
	ServerName string
}

func (t TLS) check() error {
	if (t.CertFile == "") != (t.KeyFile == "") {
		return errors.New("one of TLS.CertFile and TLS.KeyFile is missing")
	}
	return nil
}

func (t TLS) files() (files []string) {
	for _, f := range []string{t.CAFile, t.CertFile, t.KeyFile} {
		if f != "" {
			files = append(files, f)
		}
	}
	return files
}

// load reads the files.
func (t TLS) load() (c *tls.Config, err error) {
	c = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		if c.RootCAs, err = certfile.Pool(t.CAFile); err != nil {
			return nil, err
		}
	}
	if t.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{cert}
	}
	return c, nil
}

// credentials returns those of connections.
func (t TLS) credentials(logger *slog.Logger) (credentials.TransportCredentials, error) {
	if t == (TLS{}) {
		return insecure.NewCredentials(), nil
	}
	k, err := certfile.New("client", t.files(), t.load, logger)
	if err != nil {
		return nil, err
	}
	first := credentials.NewTLS(k.Current(context.Background()))
	return &freshTLS{TransportCredentials: first, keeper: k}, nil
}

// freshTLS asks for the certificates of each handshake; all else is gRPC's TLS. A
// tls.Config has no place for authorities that change.
type freshTLS struct {
	credentials.TransportCredentials
	keeper *certfile.Keeper
}

func (f *freshTLS) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return credentials.NewTLS(f.keeper.Current(ctx)).ClientHandshake(ctx, authority, conn)
}

func (f *freshTLS) Clone() credentials.TransportCredentials {
	return &freshTLS{TransportCredentials: f.TransportCredentials.Clone(), keeper: f.keeper}
}
