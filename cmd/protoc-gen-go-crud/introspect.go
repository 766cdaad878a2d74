package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/codegen/introspect"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/scaffold"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

type introspectOptions struct {
	database, schema, out, style string
	tables, paths                []string
	check, dryRun, strict        bool
	config                       introspect.Config
}

// runIntrospect writes the protos of the tables of a database, or adds to those that are
// there. Without --out they are printed.
func runIntrospect(args []string, stdout, stderr io.Writer) error {
	o, err := parseIntrospect(args)
	if errors.Is(err, flag.ErrHelp) {
		return runHelp(nil, stdout)
	}
	if err != nil {
		return usageError{fmt.Errorf("introspect: %w", err)}
	}
	ctx := context.Background()
	db, err := o.read(ctx)
	if err != nil {
		return fmt.Errorf("introspect: %w", err)
	}
	f, err := introspect.Make(ctx, db, o.config, o.out, o.paths)
	if err != nil {
		return fmt.Errorf("introspect: %w", err)
	}
	for _, w := range f.Warnings {
		fmt.Fprintln(stderr, "warning: "+w)
	}
	if err := o.finish(f, stdout); err != nil {
		return err
	}
	if o.strict && len(f.Warnings) > 0 {
		return fmt.Errorf("introspect: %d warnings, and --strict", len(f.Warnings))
	}
	return nil
}

// finish writes, prints or compares the file.
func (o introspectOptions) finish(f *introspect.Output, stdout io.Writer) error {
	switch {
	case o.check && f.Text != f.Was:
		if _, err := io.WriteString(stdout, udiff.Unified(f.Path, f.Path, f.Was, f.Text)); err != nil {
			return err
		}
		return fmt.Errorf("introspect: %s is not what the database has", f.Path)
	case o.check || f.Text == f.Was && !o.dryRun && o.out != "":
		return nil
	case o.dryRun || o.out == "":
		_, err := io.WriteString(stdout, f.Text)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(f.Path, []byte(f.Text), 0o644); err != nil {
		return err
	}
	_, err := fmt.Fprintln(stdout, f.Path)
	return err
}

func parseIntrospect(args []string) (o introspectOptions, err error) {
	flags := flag.NewFlagSet("introspect", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	more := func(to *[]string) func(string) error {
		return func(text string) error {
			for part := range strings.SplitSeq(text, ",") {
				*to = append(*to, strings.TrimSpace(part))
			}
			return nil
		}
	}
	methods := ""
	flags.StringVar(&o.database, "database", "", "")
	flags.StringVar(&o.schema, "schema", "", "")
	flags.Func("table", "", func(name string) error { o.tables = append(o.tables, name); return nil })
	flags.Func("I", "", func(path string) error { o.paths = append(o.paths, path); return nil })
	flags.Func("columns", "", more(&o.config.Columns))
	flags.Func("exclude", "", more(&o.config.Exclude))
	flags.StringVar(&o.out, "out", "", "")
	flags.StringVar(&o.config.Package, "package", "", "")
	flags.StringVar(&o.config.GoPackage, "go-package", "", "")
	flags.StringVar(&o.style, "style", "id", "")
	flags.StringVar(&methods, "methods", methods, "")
	flags.BoolVar(&o.check, "check", false, "")
	flags.BoolVar(&o.dryRun, "dry-run", false, "")
	flags.BoolVar(&o.strict, "strict", false, "")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.config.Named, o.config.Some = o.style == "name", len(o.tables) > 0
	switch {
	case flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.database == "":
		err = errors.New("--database is missing, the URL of a PostgreSQL database or sqlite:FILE")
	case o.style != "id" && o.style != "name":
		err = fmt.Errorf("unknown style %q; id and name are known", o.style)
	case o.check && o.out == "":
		err = errors.New("--check is to compare with a file; name it with --out")
	case o.schema != "" && strings.HasPrefix(o.database, "sqlite:"):
		err = errors.New("SQLite has no schemas; remove --schema")
	}
	if err != nil {
		return o, err
	}
	switch methods {
	case "none":
	case "":
		o.config.Methods = scaffold.Standard
	default:
		kinds, err := scaffold.ParseMethods(methods)
		if err != nil {
			return o, err
		}
		o.config.Methods = func(*model.Model) []model.MethodKind { return kinds }
	}
	return o, nil
}

func (o introspectOptions) read(ctx context.Context) (*introspect.Database, error) {
	if strings.HasPrefix(o.database, "sqlite:") {
		name := strings.TrimPrefix(o.database, "sqlite:")
		if _, err := os.Stat(name); err != nil { // which opening would make
			return nil, err
		}
		db, err := sqlite.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = db.Close() }()
		return introspect.ReadSQLite(ctx, db, o.tables)
	}
	conn, err := pgx.Connect(ctx, o.database)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	return introspect.ReadPostgres(ctx, conn, o.schema, o.tables)
}
