package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

type migrateOptions struct {
	source      source.Config
	database    string
	out         string
	name        string
	format      string
	destructive bool
}

var migrationName = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// runMigrate writes the migrations from a live database to the models, and prints the
// paths of the files and what the database has beyond the models.
func runMigrate(args []string, stdout io.Writer) error {
	o, err := parseMigrate(args)
	if errors.Is(err, flag.ErrHelp) {
		return runHelp(nil, stdout)
	}
	if err != nil {
		return usageError{fmt.Errorf("migrate: %w", err)}
	}
	plan, err := o.plan(context.Background())
	if err != nil {
		return err
	}
	at, err := migrate.After(o.out, time.Now())
	if err != nil {
		return err
	}
	files := plan.Files(o.format, o.name, at)
	if err := migrate.Write(o.out, files); err != nil {
		return err
	}
	return o.report(stdout, plan, files)
}

func parseMigrate(args []string) (o migrateOptions, err error) {
	o = migrateOptions{name: "crud", format: "goose"}
	o.source, err = parseSource("migrate", args, func(flags *flag.FlagSet) {
		flags.StringVar(&o.database, "database", "", "")
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

func (o migrateOptions) plan(ctx context.Context) (*migrate.Plan, error) {
	tables, others, err := readModels(o.source)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, o.database)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	plan, err := migrate.Make(ctx, conn, migrate.Config{Tables: tables, Others: others, Destructive: o.destructive})
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return plan, nil
}

func (o migrateOptions) report(stdout io.Writer, plan *migrate.Plan, files []migrate.File) error {
	var b strings.Builder
	for _, f := range files {
		b.WriteString(filepath.Join(o.out, f.Name) + "\n")
	}
	if len(files) == 0 {
		b.WriteString("The database has what the models say.\n")
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
