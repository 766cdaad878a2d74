package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/protocrud/protoc-gen-go-crud/codegen/export"
)

// runExport writes the protos and prints the paths of the files, one per line,
// sorted.
func runExport(args []string, stdout io.Writer) error {
	o, err := parseExport(args)
	if errors.Is(err, flag.ErrHelp) {
		return runHelp(nil, stdout)
	}
	if err != nil {
		return usageError{fmt.Errorf("export: %w", err)}
	}
	written, err := export.Write(o.dir, o.withDeps)
	for _, name := range written {
		if _, err := fmt.Fprintln(stdout, name); err != nil {
			return err
		}
	}
	return err
}

type exportOptions struct {
	dir      string
	withDeps bool
}

// parseExport parses the arguments of export. Flags may stand before and after
// the directory.
func parseExport(args []string) (exportOptions, error) {
	var o exportOptions
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&o.withDeps, "with-deps", false, "")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.dir = flags.Arg(0)
	if o.dir == "" {
		return o, errors.New("which directory to write to is missing")
	}
	if err := flags.Parse(flags.Args()[1:]); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, nil
}
