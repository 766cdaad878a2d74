// Command protoc-gen-go-crud is a plugin for protoc and buf that generates typed
// repositories and gRPC servers from annotated messages. Without arguments it is
// the plugin. With one it is a tool; protoc-gen-go-crud help lists its commands.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/protocrud/protoc-gen-go-crud/codegen"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run does what the arguments, without the program's name, ask for and returns
// the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		return exitCode(stderr, codegen.Run(stdin, stdout))
	}
	for _, c := range commands() {
		if c.is(args[0]) {
			return exitCode(stderr, c.run(args[1:], stdout))
		}
	}
	return exitCode(stderr, usageError{fmt.Errorf("unknown command %q", args[0])})
}

// exitCode reports err, if there is one, and returns the exit code for it.
func exitCode(stderr io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "protoc-gen-go-crud: %v\n", err)
	if errors.As(err, new(usageError)) {
		fmt.Fprint(stderr, "\n", usage())
		return exitUsage
	}
	return exitFailed
}
