package server

import (
	"crypto/tls"
	"errors"
	"log/slog"

	"github.com/protocrud/protoc-gen-go-crud/internal/certfile"
)

// TLS names the files of the certificates, PEM. They are looked at with each new
// connection, and read again when they have changed. While new ones do not fit
// together, as between the writing of two of them, the old ones hold.
type TLS struct {
	// CertFile and KeyFile are the server's. Both or none are given.
	CertFile, KeyFile string
	// ClientCAFile has the authorities of clients' certificates. With it a client needs
	// one (mTLS); see auth.Certificate.
	ClientCAFile string
}

func (t TLS) check() error {
	switch {
	case (t.CertFile == "") != (t.KeyFile == ""):
		return errors.New("one of TLS.CertFile and TLS.KeyFile is missing")
	case t.ClientCAFile != "" && t.CertFile == "":
		return errors.New("TLS.ClientCAFile needs TLS.CertFile and TLS.KeyFile")
	}
	return nil
}

// files are those that are read.
func (t TLS) files() []string {
	files := []string{t.CertFile, t.KeyFile}
	if t.ClientCAFile != "" {
		files = append(files, t.ClientCAFile)
	}
	return files
}

// load reads the files.
func (t TLS) load() (*tls.Config, error) {
	cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2"},
		Certificates: []tls.Certificate{cert},
	}
	if t.ClientCAFile == "" {
		return c, nil
	}
	c.ClientAuth = tls.RequireAndVerifyClientCert
	c.ClientCAs, err = certfile.Pool(t.ClientCAFile)
	return c, err
}

// keep returns the config of a server that looks at the files with each handshake.
func (t TLS) keep(logger *slog.Logger) (*tls.Config, error) {
	k, err := certfile.New("server", t.files(), t.load, logger)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2"},
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			return k.Current(hello.Context()), nil
		},
	}, nil
}
