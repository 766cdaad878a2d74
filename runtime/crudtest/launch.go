package crudtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	superuser = "postgres"
	// portAttempts is how often another port is tried when somebody took the one
	// that was free.
	portAttempts = 5
	// maxSocketPath is what the shortest limit of the systems leaves for the path of
	// a Unix socket.
	maxSocketPath = 103
	// readyInterval is the pause between two looks at whether the server is ready.
	readyInterval = 5 * time.Millisecond
)

func (s *Server) dataDirectory() string { return s.dir.join("data") }
func (s *Server) logFile() string       { return s.dir.join("log") }

func (s *Server) start(ctx context.Context) error {
	if err := s.thread.do(func() error { return s.initialize(ctx) }); err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		port, err := freePort()
		if err != nil {
			return err
		}
		err = s.launch(ctx, port)
		if err == nil || attempt == portAttempts || !errors.Is(err, errPortTaken) {
			return err
		}
	}
}

// initialize makes the server's data directory.
func (s *Server) initialize(ctx context.Context) error {
	args := []string{"-D", s.dataDirectory(), "-U", superuser, "-A", "trust", "-E", "UTF8", "--no-sync"}
	cmd := exec.CommandContext(ctx, filepath.Join(s.programs, "initdb"), append(args, localeArgs(runtime.GOOS)...)...)
	// On SIGINT initdb removes what it made; its own children end with it.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopTimeout
	s.prepare(cmd)
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("initdb: %w", context.Cause(ctx))
	case err != nil:
		return fmt.Errorf("%s: %w\n%s", cmd.Path, err, bytes.TrimSpace(out))
	}
	return nil
}

// localeArgs chooses code-point order and the character classes of Unicode. macOS
// has no C.UTF-8.
func localeArgs(goos string) []string {
	if goos == "darwin" {
		return []string{"--locale=C", "--lc-ctype=en_US.UTF-8"}
	}
	return []string{"--locale=C.UTF-8"}
}

// prepare sets who runs cmd, where, and with which environment. PGDATA, PGPORT and
// the like would disturb the programs, and LC_ALL=C keeps their messages in English.
func (s *Server) prepare(cmd *exec.Cmd) {
	cmd.Dir = s.dir.path
	cmd.SysProcAttr = attributes(s.account)
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "PG") && !strings.HasPrefix(name, "LC_") && name != "LANG" && name != "LANGUAGE" {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C")
}

// launch starts the server on port and waits until it is ready. When another
// program has the port, it returns errPortTaken, and can be called again.
func (s *Server) launch(ctx context.Context, port int) error {
	log, err := os.Create(s.logFile())
	if err != nil {
		return err
	}
	defer log.Close()
	s.port = port
	cmd := exec.Command(filepath.Join(s.programs, "postgres"), s.args()...)
	cmd.Stdout, cmd.Stderr = log, log
	s.prepare(cmd)
	if err := s.thread.do(cmd.Start); err != nil {
		return err
	}
	s.process, s.exited = cmd, make(chan struct{})
	go s.wait(s.exited)
	return s.untilReady(ctx)
}

// wait collects the process, so that it is no zombie, whenever it ends.
func (s *Server) wait(exited chan<- struct{}) {
	s.exit = s.process.Wait()
	close(exited)
}

func (s *Server) args() []string {
	sockets := s.dir.path
	if len(filepath.Join(sockets, ".s.PGSQL.65535")) > maxSocketPath {
		sockets = ""
	}
	return append(
		[]string{
			"-D", s.dataDirectory(), "-c", "listen_addresses=127.0.0.1", "-c", "port=" + strconv.Itoa(s.port),
			"-c", "unix_socket_directories=" + sockets, "-c", "log_destination=stderr", "-c", "logging_collector=off",
		},
		s.config.args()...,
	)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (s *Server) untilReady(ctx context.Context) error {
	tick := time.NewTicker(readyInterval)
	defer tick.Stop()
	for {
		if s.ready() {
			return nil
		}
		select {
		case <-s.exited:
			return s.startError()
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL to accept connections: %w", context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// ready reads the server's state where pg_ctl does: in the eighth line of its pid
// file. A connection would not do, since it could reach another server on the port.
func (s *Server) ready() bool {
	pidFile, err := os.ReadFile(filepath.Join(s.dataDirectory(), "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(pidFile), "\n")
	return len(lines) >= 8 && strings.TrimSpace(lines[7]) == "ready"
}

var errPortTaken = errors.New("another program took the server's port")

// startError tells why the server ended before it was ready.
func (s *Server) startError() error {
	log, err := os.ReadFile(s.logFile())
	if err != nil {
		return err
	}
	if bytes.Contains(log, []byte("could not create any TCP/IP sockets")) {
		return fmt.Errorf("%w: %s", errPortTaken, bytes.TrimSpace(log))
	}
	return fmt.Errorf("PostgreSQL ended while it started (%v); its log: %s", s.exit, bytes.TrimSpace(log))
}
