package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/schema"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

// runSchema prints the SQL that makes the models' tables.
func runSchema(args []string, stdout io.Writer) error {
	dialect, out := "postgres", ""
	from, err := parseSource("schema", args, func(flags *flag.FlagSet) {
		flags.StringVar(&dialect, "dialect", dialect, "")
		flags.StringVar(&out, "out", "", "")
	})
	if errors.Is(err, flag.ErrHelp) {
		return runHelp(nil, stdout)
	}
	engine, known := schema.Dialects[dialect]
	if err == nil && !known {
		err = fmt.Errorf("unknown dialect %q; postgres and sqlite are known", dialect)
	}
	if err != nil {
		return usageError{fmt.Errorf("schema: %w", err)}
	}
	tables, _, err := readModels(from)
	if err != nil {
		return err
	}
	text, err := schema.SQL(engine, tables)
	if err != nil {
		return err
	}
	if out != "" {
		return os.WriteFile(out, []byte(text), 0o644)
	}
	_, err = io.WriteString(stdout, text)
	return err
}

// readModels returns the tables of the models in the protos, and those of other files
// that these refer to. What is wrong with the protos is the error, all of it.
func readModels(from source.Config) (tables, others []*schema.Table, err error) {
	gen, err := source.Read(context.Background(), from)
	if err != nil {
		return nil, nil, err
	}
	files, problems := model.Load(gen)
	if len(problems) > 0 {
		return nil, nil, problems
	}
	tables = schema.Tables(files)
	if len(tables) == 0 {
		return nil, nil, errors.New("no message of the files has option (protocrud.v1.model)")
	}
	return tables, schema.Referenced(files), nil
}

// parseSource parses the arguments of a command that reads protos: flags, which may
// stand before, between and after the files.
func parseSource(command string, args []string, more func(*flag.FlagSet)) (source.Config, error) {
	var c source.Config
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.Set, "descriptor-set", "", "")
	flags.Func("I", "", func(path string) error {
		c.Paths = append(c.Paths, path)
		return nil
	})
	more(flags)
	for {
		if err := flags.Parse(args); err != nil {
			return c, err
		}
		if flags.NArg() == 0 {
			break
		}
		c.Files = append(c.Files, flags.Arg(0))
		args = flags.Args()[1:]
	}
	switch {
	case len(c.Files) == 0 && c.Set == "":
		return c, errors.New("which .proto files to read is missing; or give --descriptor-set")
	case c.Set != "" && len(c.Paths) > 0:
		return c, errors.New("a descriptor set has no import paths; remove -I")
	}
	return c, nil
}
