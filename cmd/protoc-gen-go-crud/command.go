package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/scaffold"
)

// A command is a use of the program as a tool.
type command struct {
	name    string
	aliases []string
	args    string // as usage shows them
	summary string
	run     func(args []string, stdout io.Writer) error
}

// is reports whether word, the first argument, names the command.
func (c command) is(word string) bool {
	return word == c.name || slices.Contains(c.aliases, word)
}

// commands returns all commands, in the order in which usage lists them.
func commands() []command {
	return []command{
		{
			name: "export", args: "[--with-deps] DIR", run: runExport,
			summary: "write the option protos below DIR, an import path for protoc and buf;\n" +
				"--with-deps also writes the google/api, google/type and buf/validate\n" +
				"protos that annotated files import",
		},
		{
			name: "schema", args: "[--dialect postgres|sqlite] [--out FILE] [-I PATH]… FILE.proto…", run: runSchema,
			summary: "print the SQL that makes the tables of the files' models; a file is below the\n" +
				"working directory or an import path -I. --descriptor-set SET reads what\n" +
				"`buf build -o SET` wrote instead, whole or the files that are named",
		},
		{
			name: "migrate", run: runMigrate,
			args: "--database URL [--from DIR] --out DIR [--name N] [--format F] [--allow-destructive] [-I PATH]… FILE.proto…",
			summary: "write the migrations that make a PostgreSQL database what the files' models\n" +
				"say, for review; F is goose (the default), golang-migrate, atlas or plain.\n" +
				"Nothing is dropped, and no value can be lost, without --allow-destructive.\n" +
				"--from plans from the migrations of a directory, in the same format, instead:\n" +
				"they run in a database that is made at the URL, and dropped at the end",
		},
		{
			name: "introspect",
			args: "--database URL [--schema S] [--table T]… [--columns C,…] [--exclude C,…] [--out FILE|DIR] [--package P] [--go-package P] [--style id|name] [--methods M,…] [--check] [--dry-run] [--strict] [-I PATH]…",
			run:  func(args []string, stdout io.Writer) error { return runIntrospect(args, stdout, os.Stderr) },
			summary: "write the annotated protos of the tables of a database, PostgreSQL or sqlite:FILE,\n" +
				"or add to a file what its tables have beyond it: what a person wrote and the\n" +
				"numbers of fields stay, and what is gone is reserved. --check changes nothing,\n" +
				"prints the difference and fails if there is one; --strict fails on warnings",
		},
		{
			name: "scaffold", run: runScaffold,
			args: "[--message M]… [--methods LIST] [--style id|name] [--fields LIST] [--check | --dry-run] [-I PATH]… FILE.proto…",
			summary: "add to the files the services of their models, with the standard methods and\n" +
				"their messages; what is there is left as it is. LIST of methods is some of\n" +
				strings.Join(scaffold.Methods()[:6], ",") + ",\n" +
				strings.Join(scaffold.Methods()[6:], ",") + "; LIST of fields is some of\n" +
				strings.Join(scaffold.Fields(), ",") + ".\n" +
				"--dry-run prints what would change; --check fails if something would",
		},
		{name: "version", aliases: []string{"--version"}, run: runVersion, summary: "print the version"},
		{name: "help", aliases: []string{"-h", "-help", "--help"}, run: runHelp, summary: "print this text"},
	}
}

// A usageError is a mistake in the arguments.
type usageError struct{ error }

// noArguments returns a usageError if there are arguments.
func noArguments(command string, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usageError{fmt.Errorf("%s: unexpected argument %q", command, args[0])}
}

func runHelp(args []string, stdout io.Writer) error {
	if err := noArguments("help", args); err != nil {
		return err
	}
	_, err := io.WriteString(stdout, usage())
	return err
}

// usage returns what help prints.
func usage() string {
	var b strings.Builder
	b.WriteString("Usage:\n")
	writeUsage(&b, "", "generate, as a plugin: protoc and buf run it this way")
	for _, c := range commands() {
		writeUsage(&b, strings.TrimSuffix(c.name+" "+c.args, " "), c.summary)
	}
	return b.String()
}

func writeUsage(b *strings.Builder, args, summary string) {
	b.WriteString(strings.TrimSuffix("  protoc-gen-go-crud "+args, " ") + "\n")
	for line := range strings.SplitSeq(summary, "\n") {
		b.WriteString("      " + line + "\n")
	}
}
