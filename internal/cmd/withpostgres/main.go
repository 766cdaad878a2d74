// Command withpostgres runs a command with a throw-away PostgreSQL, whose URL it
// has in CRUDTEST_DATABASE_URL, and exits with the command's exit code:
//
//	go run ./internal/cmd/withpostgres go test ./...
//
// The test processes of many packages share the server that way. When the variable
// is set already, no server is started.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

const (
	urlVariable  = "CRUDTEST_DATABASE_URL"
	startTimeout = time.Minute
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
	}
	os.Exit(code)
}

// run runs the command and returns the exit code.
func run(command []string) (code int, err error) {
	if len(command) == 0 {
		return 2, errors.New("give a command to run")
	}
	// The command gets an interrupt too; the server is stopped after it has ended.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if os.Getenv(urlVariable) != "" {
		return execute(command, signals)
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	server, err := crudtest.Start(ctx)
	if err != nil {
		return 1, err
	}
	defer func() {
		if stopErr := server.Stop(); stopErr != nil {
			code, err = max(code, 1), errors.Join(err, stopErr)
		}
	}()
	if err := os.Setenv(urlVariable, server.URL()); err != nil {
		return 1, err
	}
	return execute(command, signals)
}

// execute runs the command, passes signals on to it, and returns its exit code.
func execute(command []string, signals <-chan os.Signal) (int, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			// It may have ended, and then the next round says so.
			_ = cmd.Process.Signal(s)
		case err := <-ended:
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				return max(exit.ExitCode(), 1), nil
			}
			return 0, err
		}
	}
}
