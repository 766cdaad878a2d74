package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args   []string
		stdin  string
		code   int
		stdout string
		stderr string // the first line
	}{
		"no request": {
			stdin: "\xff", code: 1,
			stderr: "protoc-gen-go-crud: ",
		},
		"version": {
			args: []string{"version"}, stdout: "protoc-gen-go-crud " + version(debug.ReadBuildInfo()) + "\n",
		},
		"version as a flag": {
			args: []string{"--version"}, stdout: "protoc-gen-go-crud " + version(debug.ReadBuildInfo()) + "\n",
		},
		"version of something": {
			args: []string{"version", "go"}, code: 2,
			stderr: `protoc-gen-go-crud: version: unexpected argument "go"`,
		},
		"help":              {args: []string{"help"}, stdout: usage()},
		"help as a flag":    {args: []string{"--help"}, stdout: usage()},
		"help, short":       {args: []string{"-h"}, stdout: usage()},
		"help of a command": {args: []string{"export", "--help"}, stdout: usage()},
		"help with a typo": {
			args: []string{"help", "exprot"}, code: 2,
			stderr: `protoc-gen-go-crud: help: unexpected argument "exprot"`,
		},
		"unknown command": {
			args: []string{"exprot", "dir"}, code: 2,
			stderr: `protoc-gen-go-crud: unknown command "exprot"`,
		},
		"unknown flag": {
			args: []string{"--verbose"}, code: 2,
			stderr: `protoc-gen-go-crud: unknown command "--verbose"`,
		},
		"empty command": {
			args: []string{""}, code: 2,
			stderr: `protoc-gen-go-crud: unknown command ""`,
		},
		"schema of nothing": {
			args: []string{"schema"}, code: 2,
			stderr: "protoc-gen-go-crud: schema: which .proto files to read is missing; or give --descriptor-set",
		},
		"schema of an unknown dialect": {
			args: []string{"schema", "--dialect", "mysql", "a.proto"}, code: 2,
			stderr: `protoc-gen-go-crud: schema: unknown dialect "mysql"; postgres and sqlite are known`,
		},
		"schema of a set with import paths": {
			args: []string{"schema", "--descriptor-set", "a.binpb", "-I", "b"}, code: 2,
			stderr: "protoc-gen-go-crud: schema: a descriptor set has no import paths; remove -I",
		},
		"schema of a file that is not there": {
			args: []string{"schema", "nowhere.proto"}, code: 1,
			stderr: `could not resolve path "nowhere.proto"`,
		},
		"migrate without a database": {
			args: []string{"migrate", "a.proto", "--out", "d"}, code: 2,
			stderr: "protoc-gen-go-crud: migrate: --database is missing, the URL of a PostgreSQL database",
		},
		"migrate SQLite": {
			args: []string{"migrate", "--database", "sqlite:a.db", "--out", "d", "a.proto"}, code: 2,
			stderr: "protoc-gen-go-crud: migrate: SQLite is not supported: it cannot change most of a table; make the tables anew with `schema --dialect sqlite` and copy the rows",
		},
		"migrate to nowhere": {
			args: []string{"migrate", "--database", "postgres:///", "a.proto"}, code: 2,
			stderr: "protoc-gen-go-crud: migrate: --out is missing, the directory of the migrations",
		},
		"migrate from nowhere": {
			args: []string{"migrate", "--database", "postgres:///", "--from=", "--out", "d", "a.proto"}, code: 2,
			stderr: `protoc-gen-go-crud: migrate: invalid value "" for flag -from: which directory to plan from is missing`,
		},
		"migrate from a directory that is not there": {
			args: []string{"migrate", "--database", "postgres:///", "--from", "none", "--out", "d", "a.proto"}, code: 1,
			stderr: "protoc-gen-go-crud: migrate: open none: ",
		},
		"migrate in an unknown format": {
			args: []string{"migrate", "--database", "postgres:///", "--out", "d", "--format", "flyway", "a.proto"}, code: 2,
			stderr: `protoc-gen-go-crud: migrate: unknown format "flyway"; known are goose, golang-migrate, atlas, plain`,
		},
		"migrate with a name that is none": {
			args: []string{"migrate", "--database", "postgres:///", "--out", "d", "--name", "a/b", "a.proto"}, code: 2,
			stderr: `protoc-gen-go-crud: migrate: name "a/b" is to be part of a file's name: write letters, digits and underscores`,
		},
		"export to nowhere": {
			args: []string{"export"}, code: 2,
			stderr: "protoc-gen-go-crud: export: which directory to write to is missing",
		},
		"export with a flag only": {
			args: []string{"export", "--with-deps"}, code: 2,
			stderr: "protoc-gen-go-crud: export: which directory to write to is missing",
		},
		"export to an empty name": {
			args: []string{"export", ""}, code: 2,
			stderr: "protoc-gen-go-crud: export: which directory to write to is missing",
		},
		"export to two places": {
			args: []string{"export", "a", "b"}, code: 2,
			stderr: `protoc-gen-go-crud: export: unexpected argument "b"`,
		},
		"export with an unknown flag": {
			args: []string{"export", "dir", "--deps"}, code: 2,
			stderr: "protoc-gen-go-crud: export: flag provided but not defined: -deps",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer

			code := run(tc.args, strings.NewReader(tc.stdin), &stdout, &stderr)

			assert.Equal(t, tc.code, code)
			assert.Equal(t, tc.stdout, stdout.String())
			first, rest, _ := strings.Cut(stderr.String(), "\n")
			if tc.code == exitUsage {
				assert.Equal(t, tc.stderr, first)
				assert.Equal(t, "\n"+usage(), rest)
			} else {
				assert.Contains(t, first, tc.stderr)
				assert.Empty(t, rest)
			}
		})
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args     []string // after the directory D is put in
		withDeps bool
	}{
		"options":              {args: []string{"export", "D"}},
		"dependencies, before": {args: []string{"export", "--with-deps", "D"}, withDeps: true},
		"dependencies, after":  {args: []string{"export", "D", "--with-deps"}, withDeps: true},
		"off":                  {args: []string{"export", "--with-deps=false", "D"}},
		"after a terminator":   {args: []string{"export", "--", "D"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "protos")
			for i, arg := range tc.args {
				tc.args[i] = strings.Replace(arg, "D", dir, 1)
			}
			var stdout, stderr bytes.Buffer

			code := run(tc.args, strings.NewReader(""), &stdout, &stderr)

			assert.Equal(t, exitOK, code, stderr.String())
			assert.Empty(t, stderr.String())
			paths := strings.Split(strings.TrimSuffix(stdout.String(), "\n"), "\n")
			assert.IsNonDecreasing(t, paths)
			for _, path := range paths {
				assert.FileExists(t, path)
			}
			assert.Contains(t, paths, filepath.Join(dir, "protocrud", "v1", "options.proto"))
			resource := filepath.Join(dir, "google", "api", "resource.proto")
			if tc.withDeps {
				assert.Contains(t, paths, resource)
			} else {
				assert.Len(t, paths, 1)
				assert.NoFileExists(t, resource)
			}
		})
	}
}

func TestExportFailure(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	blocked := filepath.Join(dir, "protocrud")
	require.NoError(t, os.WriteFile(blocked, nil, 0o644))
	var stdout, stderr bytes.Buffer

	code := run([]string{"export", dir}, strings.NewReader(""), &stdout, &stderr)

	assert.Equal(t, exitFailed, code)
	assert.Empty(t, stdout.String())
	assert.Contains(t, stderr.String(), blocked)
	assert.NotContains(t, stderr.String(), "Usage")
}

func TestOutputThatCannotBeWrittenIsAFailure(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"version": {"version"},
		"help":    {"help"},
		"export":  {"export", t.TempDir()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			assert.Equal(t, exitFailed, run(args, strings.NewReader(""), closedPipe{}, &stderr))
			assert.Equal(t, "protoc-gen-go-crud: broken pipe\n", stderr.String())
		})
	}
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestVersion(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		info *debug.BuildInfo
		ok   bool
		want string
	}{
		"released":        {&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, true, "v1.2.3"},
		"from a checkout": {&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, true, "(devel)"},
		"no version":      {&debug.BuildInfo{}, true, "(unknown)"},
		"no modules":      {nil, false, "(unknown)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, version(tc.info, tc.ok))
		})
	}
}

func TestUsageListsEveryCommand(t *testing.T) {
	t.Parallel()
	for _, c := range commands() {
		assert.Contains(t, usage(), "  protoc-gen-go-crud "+c.name)
		assert.NotEmpty(t, c.summary, c.name)
	}
}
