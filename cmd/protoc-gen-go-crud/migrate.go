package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate"
	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/history"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

type migrateOptions struct {
	source      source.Config
	database    string
	from        string
	out         string
	name        string
	format      string
	destructive bool
}

var migrationName = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// runMigrate writes the migrations from a live database, or from what a directory's
// migrations make, to the models. It prints the paths of the files, what the database has
// beyond the models, and what was not read of the directory.
func runMigrate(args []string, stdout io.Writer) error {
	o, err := parseMigrate(args)
	if errors.Is(err, flag.ErrHelp) {
		return runHelp(nil, stdout)
	}
	if err != nil {
		return usageError{fmt.Errorf("migrate: %w", err)}
	}
	// An interrupted plan drops the database that it has made.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	earlier, err := o.earlier()
	if err != nil {
		return err
	}
	plan, err := o.plan(ctx, earlier)
	if err != nil {
		return err
	}
	at, err := o.after()
	if err != nil {
		return err
	}
	files := plan.Files(o.format, o.name, at)
	if err := o.ordered(earlier, files); err != nil {
		return err
	}
	if err := migrate.Write(o.out, files); err != nil {
		return err
	}
	return o.report(stdout, plan, files, earlier)
}

func parseMigrate(args []string) (o migrateOptions, err error) {
	o = migrateOptions{name: "crud", format: "goose"}
	o.source, err = parseSource("migrate", args, func(flags *flag.FlagSet) {
		flags.StringVar(&o.database, "database", "", "")
		flags.Func("from", "", func(dir string) error {
			if dir == "" {
				return errors.New("which directory to plan from is missing")
			}
			o.from = dir
			return nil
		})
		flags.StringVar(&o.out, "out", "", "")
		flags.StringVar(&o.name, "name", o.name, "")
		flags.StringVar(&o.format, "format", o.format, "")
		flags.BoolVar(&o.destructive, "allow-destructive", false, "")
	})
	switch {
	case err != nil:
	case o.database == "":
		err = errors.New("--database is missing, the URL of a PostgreSQL database")
	case strings.HasPrefix(o.database, "sqlite:"):
		err = errors.New("SQLite is not supported: it cannot change most of a table; make the tables anew with `schema --dialect sqlite` and copy the rows")
	case o.out == "":
		err = errors.New("--out is missing, the directory of the migrations")
	case !slices.Contains(migrate.Formats, o.format):
		err = fmt.Errorf("unknown format %q; known are %s", o.format, strings.Join(migrate.Formats, ", "))
	case !migrationName.MatchString(o.name):
		err = fmt.Errorf("name %q is to be part of a file's name: write letters, digits and underscores", o.name)
	}
	return o, err
}

func (o migrateOptions) plan(ctx context.Context, earlier *history.History) (plan *migrate.Plan, err error) {
	tables, others, err := readModels(o.source)
	if err != nil {
		return nil, err
	}
	from := func(ctx context.Context, conn *pgx.Conn) (err error) {
		plan, err = migrate.Make(ctx, conn, migrate.Config{Tables: tables, Others: others, Destructive: o.destructive})
		return err
	}
	if earlier != nil {
		err = earlier.Replay(ctx, o.database, from)
	} else {
		err = o.live(ctx, from)
	}
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return plan, nil
}

// live lends a connection to the database.
func (o migrateOptions) live(ctx context.Context, use func(context.Context, *pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, o.database)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	return use(ctx, conn)
}

func (o migrateOptions) report(stdout io.Writer, plan *migrate.Plan, files []migrate.File, earlier *history.History) error {
	var b strings.Builder
	for _, f := range files {
		b.WriteString(filepath.Join(o.out, f.Name) + "\n")
	}
	switch {
	case len(files) > 0:
	case earlier != nil:
		b.WriteString("The migrations make what the models say.\n")
	default:
		b.WriteString("The database has what the models say.\n")
	}
	if earlier != nil {
		for _, name := range earlier.Ignored {
			b.WriteString("Not run, for it has no version: " + filepath.Join(o.from, name) + "\n")
		}
	}
	for _, kept := range plan.Kept {
		b.WriteString("Stays, though no model has it: " + kept + "\n")
	}
	if len(plan.Kept) > 0 && !o.destructive {
		b.WriteString("With --allow-destructive these are dropped where they can be.\n")
	}
	_, err := io.WriteString(stdout, b.String())
	return err
}
