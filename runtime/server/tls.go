package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
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

// files are those that are read, in the order of their stamps.
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
	pem, err := os.ReadFile(t.ClientCAFile)
	if err != nil {
		return nil, err
	}
	c.ClientCAs, c.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !c.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate", t.ClientCAFile)
	}
	return c, nil
}

// A stamp tells two states of a file apart.
type stamp struct {
	size     int64
	modified time.Time
	info     os.FileInfo
}

func (s stamp) same(as stamp) bool {
	return s.size == as.size && s.modified.Equal(as.modified) && os.SameFile(s.info, as.info)
}

func (t TLS) stamps() ([]stamp, error) {
	var stamps []stamp
	for _, file := range t.files() {
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		stamps = append(stamps, stamp{info.Size(), info.ModTime(), info})
	}
	return stamps, nil
}

// A keeper has the certificates as they last fit together.
type keeper struct {
	files  TLS
	logger *slog.Logger

	mu     sync.Mutex
	stamps []stamp
	config *tls.Config
	said   string // the last complaint
}

func newKeeper(files TLS, logger *slog.Logger) (*keeper, error) {
	k := &keeper{files: files, logger: logger}
	return k, k.renew()
}

// tlsConfig returns the config of a server that asks the keeper at each handshake.
func (k *keeper) tlsConfig() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"h2"},
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) { return k.current(hello.Context()), nil },
	}
}

// current returns the certificates of a handshake.
func (k *keeper) current(ctx context.Context) *tls.Config {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch err := k.renew(); {
	case err == nil:
		k.said = ""
	case err.Error() != k.said:
		k.said = err.Error()
		k.logger.ErrorContext(ctx, "server: the certificates on disk do not fit; the ones before them hold", "error", err)
	}
	return k.config
}

// renew reads the files if they have changed. The stamps are from before the reading,
// so that a change meanwhile is seen the next time.
func (k *keeper) renew() error {
	stamps, err := k.files.stamps()
	if err != nil || slices.EqualFunc(stamps, k.stamps, stamp.same) {
		return err
	}
	config, err := k.files.load()
	if err != nil {
		return err
	}
	if k.config != nil {
		k.logger.Info("server: new certificates are in use")
	}
	k.stamps, k.config = stamps, config
	return nil
}
