package crudtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

const (
	urlVariable = "CRUDTEST_DATABASE_URL"
	// startTimeout bounds the start of the shared server, on a machine under load.
	startTimeout = time.Minute
)

// shared is the server that the tests of this process share. It is started when
// the first test asks for it; a failure to start is told to all that ask.
var shared sharedServer

type sharedServer struct {
	mu     sync.Mutex
	server *Server
	err    error
}

// url returns where tests find PostgreSQL.
func (s *sharedServer) url() (string, error) {
	if url := os.Getenv(urlVariable); url != "" {
		return url, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil && s.err == nil {
		// Not the context of the test that happens to come first.
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		defer cancel()
		s.server, s.err = Start(ctx)
	}
	if s.err != nil {
		return "", s.err
	}
	return s.server.URL(), nil
}

func (s *sharedServer) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return nil
	}
	return s.server.Stop()
}

// Main runs the tests of a package, stops the server that they may have started,
// removes its directory, and exits with the code of the tests. Call it from
// TestMain:
//
//	func TestMain(m *testing.M) { crudtest.Main(m) }
//
// It does not return. When the server cannot be stopped, it says so on the
// standard error and exits with 1.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is [Main] for those who have more to do before they exit: it returns the code.
// What follows it may look for goroutines that are left over:
//
//	type tests struct{ *testing.M }
//
//	func (t tests) Run() int { return crudtest.Run(t.M) }
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(tests{m}) }
func Run(m *testing.M) int {
	code := m.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	return code
}
