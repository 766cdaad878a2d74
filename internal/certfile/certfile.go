// Package certfile keeps TLS certificates as their files have them, read again when they
// change.
package certfile

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// A stamp tells two states of a file apart.
type stamp struct {
	size     int64
	modified time.Time
	info     os.FileInfo
}

func (s stamp) same(as stamp) bool {
	return s.size == as.size && s.modified.Equal(as.modified) && os.SameFile(s.info, as.info)
}

func stamps(files []string) ([]stamp, error) {
	var all []stamp
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		all = append(all, stamp{info.Size(), info.ModTime(), info})
	}
	return all, nil
}

// A Keeper has what was made of files as they last fit together. It is safe for
// concurrent use.
type Keeper struct {
	who    string
	files  []string
	load   func() (*tls.Config, error)
	logger *slog.Logger

	mu     sync.Mutex
	stamps []stamp
	config *tls.Config
	said   string // the last complaint
}

// New returns a Keeper of what load makes of files. who begins what it says in the log.
// The error is load's or a file's.
func New(who string, files []string, load func() (*tls.Config, error), logger *slog.Logger) (*Keeper, error) {
	k := &Keeper{who: who, files: files, load: load, logger: logger}
	return k, k.renew()
}

// Current returns the config for a handshake. While the files do not fit together, as
// between the writing of two of them, it is the one before.
func (k *Keeper) Current(ctx context.Context) *tls.Config {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch err := k.renew(); {
	case err == nil:
		k.said = ""
	case err.Error() != k.said:
		k.said = err.Error()
		k.logger.ErrorContext(ctx, k.who+": the certificates on disk do not fit; the ones before them hold", "error", err)
	}
	return k.config
}

// renew reads the files if they have changed. The stamps are from before the reading,
// so that a change meanwhile is seen the next time.
func (k *Keeper) renew() error {
	now, err := stamps(k.files)
	if err != nil || slices.EqualFunc(now, k.stamps, stamp.same) && k.config != nil {
		return err
	}
	config, err := k.load()
	if err != nil {
		return err
	}
	if k.config != nil {
		k.logger.Info(k.who + ": new certificates are in use")
	}
	k.stamps, k.config = now, config
	return nil
}

// Pool reads the certificates of authorities.
func Pool(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate", file)
	}
	return pool, nil
}
