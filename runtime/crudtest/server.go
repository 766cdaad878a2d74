package crudtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// stopTimeout bounds the wait for a server that was told to stop.
const stopTimeout = 10 * time.Second

// A Server is a throw-away PostgreSQL that [Start] started. Its methods are safe
// for concurrent use.
type Server struct {
	programs string
	account  *account
	config   serverConfig
	dir      *directory
	thread   thread
	port     int
	process  *exec.Cmd
	exited   chan struct{} // closed when process has ended; nil before it started
	exit     error         // how process ended; read it after exited
	stop     func() error
}

// Start makes a PostgreSQL server of the programs installed on this machine, in a
// temporary directory, and returns when it accepts connections: after a second or
// two. ctx bounds the start alone. The caller stops the server with Stop; package
// crudtest's documentation says what happens without it.
//
// The server has at most 200 connections, encoding UTF8 and the locale C.UTF-8.
// What is written to it is lost when the machine crashes.
//
// The error says what is missing, or shows the end of the server's log.
func Start(ctx context.Context, opts ...ServerOption) (*Server, error) {
	s, err := newServer(opts)
	if err != nil {
		return nil, fmt.Errorf("crudtest: %w", err)
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("crudtest: %w", err), s.Stop())
	}
	return s, nil
}

func newServer(opts []ServerOption) (*Server, error) {
	if errUnsupported != nil {
		return nil, errUnsupported
	}
	config, err := newServerConfig(opts)
	if err != nil {
		return nil, err
	}
	programs, err := findPrograms(installed)
	if err != nil {
		return nil, err
	}
	a, err := serverAccount()
	if err != nil {
		return nil, err
	}
	dir, err := newDirectory(a)
	if err != nil {
		return nil, err
	}
	s := &Server{programs: programs, account: a, config: config, dir: dir, thread: newThread()}
	s.stop = sync.OnceValue(s.shutDown)
	return s, nil
}

// URL returns the URL of the database "postgres" for its superuser, who needs no
// password.
func (s *Server) URL() string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User(superuser),
		Host:     "127.0.0.1:" + strconv.Itoa(s.port),
		Path:     "/postgres",
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Log returns what the server has logged so far. A statement that log_statement
// selects is there before its client gets the answer. After Stop there is no log,
// and Log returns an error.
func (s *Server) Log() (string, error) {
	log, err := os.ReadFile(s.logFile())
	if err != nil {
		return "", fmt.Errorf("crudtest: %w", err)
	}
	return string(log), nil
}

// Stop ends the server, cuts its connections and removes its directory. Further
// calls do nothing and return the first one's error.
func (s *Server) Stop() error { return s.stop() }

func (s *Server) shutDown() error {
	err := errors.Join(s.quit(), s.dir.remove())
	s.thread.close()
	if err != nil {
		return fmt.Errorf("crudtest: stop PostgreSQL: %w", err)
	}
	return nil
}

// quit ends the process, if there is one, and waits for its end.
func (s *Server) quit() error {
	if s.exited == nil {
		return nil
	}
	if err := s.process.Process.Signal(signalQuit); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.exited:
		return nil
	case <-time.After(stopTimeout):
	}
	if err := s.process.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-s.exited
	return fmt.Errorf("the server did not stop within %v and was killed", stopTimeout)
}
