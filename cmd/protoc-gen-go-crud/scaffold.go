package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/scaffold"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

type scaffoldOptions struct {
	source        source.Config
	config        scaffold.Config
	check, dryRun bool
}

// runScaffold adds the services of models to their files, and prints the paths of the
// files that it wrote, or what it would write.
func runScaffold(args []string, stdout io.Writer) error {
	o, err := parseScaffold(args)
	if errors.Is(err, flag.ErrHelp) {
		return runHelp(nil, stdout)
	}
	if err != nil {
		return usageError{fmt.Errorf("scaffold: %w", err)}
	}
	files, err := scaffold.Add(context.Background(), o.source, o.config)
	if err != nil {
		return err
	}
	for _, f := range files {
		text := f.Path + "\n"
		if o.check || o.dryRun {
			text = f.Diff()
		} else if err := os.WriteFile(f.Path, f.New, 0o644); err != nil {
			return err
		}
		if _, err := io.WriteString(stdout, text); err != nil {
			return err
		}
	}
	if o.check && len(files) > 0 {
		return errors.New("scaffold: the files lack what is printed; run it without --check")
	}
	return nil
}

func parseScaffold(args []string) (o scaffoldOptions, err error) {
	style, methods := "", ""
	o.source, err = parseSource("scaffold", args, func(flags *flag.FlagSet) {
		flags.Func("message", "", func(name string) error {
			o.config.Messages = append(o.config.Messages, name)
			return nil
		})
		flags.StringVar(&methods, "methods", "", "")
		flags.StringVar(&style, "style", "", "")
		flags.Func("fields", "", func(list string) error {
			fields, err := scaffold.ParseFields(list)
			o.config.Fields = append(o.config.Fields, fields...)
			return err
		})
		flags.BoolVar(&o.check, "check", false, "")
		flags.BoolVar(&o.dryRun, "dry-run", false, "")
	})
	if err != nil {
		return o, err
	}
	switch {
	case o.source.Set != "":
		return o, errors.New("a descriptor set cannot be added to; give the .proto files")
	case o.check && o.dryRun:
		return o, errors.New("--check and --dry-run are given; --check prints the same and fails")
	}
	if o.config.Style, err = scaffold.ParseStyle(style); err != nil {
		return o, err
	}
	if methods != "" {
		kinds, err := scaffold.ParseMethods(methods)
		o.config.Methods = func(*model.Model) []model.MethodKind { return kinds }
		return o, err
	}
	return o, nil
}
