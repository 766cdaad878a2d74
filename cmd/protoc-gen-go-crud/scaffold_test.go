package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const scaffolded = `syntax = "proto3";

package shop.v1;

import "protocrud/v1/options.proto";

option go_package = "example.com/shop/v1;shopv1";

// Tool is for sale.
message Tool {
  option (protocrud.v1.model) = {};

  // The number.
  int64 id = 1;
}
`

func writeScaffolded(t *testing.T) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	file = filepath.Join(dir, "shop", "v1", "tool.proto")
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(scaffolded), 0o644))
	return dir, file
}

func TestScaffold(t *testing.T) {
	t.Parallel()
	dir, file := writeScaffolded(t)
	tool := func(args ...string) (code int, stdout, stderr string) {
		var out, errs bytes.Buffer
		code = run(append([]string{"scaffold", "-I", dir, "--methods", "get,delete"}, args...), nil, &out, &errs)
		return code, out.String(), errs.String()
	}

	code, diff, stderr := tool("--dry-run", file)
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, diff, "+  rpc GetTool(GetToolRequest) returns (Tool) {\n")
	code, same, stderr := tool("--check", file)
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, diff, same)
	assert.Contains(t, stderr, "the files lack what is printed")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, scaffolded, string(text), "a dry run writes nothing")

	code, stdout, stderr := tool("shop/v1/tool.proto")
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, file+"\n", stdout)
	text, err = os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(text), "rpc DeleteTool(DeleteToolRequest) returns (google.protobuf.Empty)")

	code, stdout, stderr = tool("--check", file)
	assert.Equal(t, exitOK, code, stderr)
	assert.Empty(t, stdout)
}

func TestScaffoldUsage(t *testing.T) {
	t.Parallel()
	dir, file := writeScaffolded(t)
	for name, tc := range map[string]struct {
		args []string
		code int
		want string
	}{
		"help":                {[]string{"--help"}, exitOK, ""},
		"no file":             {nil, exitUsage, "which .proto files to read is missing"},
		"an unknown method":   {[]string{"--methods", "read", file}, exitUsage, `unknown method "read"`},
		"an unknown style":    {[]string{"--style", "uuid", file}, exitUsage, `unknown style "uuid"`},
		"an unknown field":    {[]string{"--fields", "mask", file}, exitUsage, `unknown field "mask"`},
		"both looks":          {[]string{"--check", "--dry-run", file}, exitUsage, "--check and --dry-run are given"},
		"another style":       {[]string{"--style", "name", file}, exitFailed, "shop.v1.Tool has no resource name"},
		"an unknown message":  {[]string{"--message", "Saw", file}, exitFailed, `message "Saw" is no model`},
		"a descriptor set":    {[]string{"--descriptor-set", "image.binpb"}, exitUsage, "a descriptor set cannot be added to"},
		"a file that is none": {[]string{"nothere.proto"}, exitFailed, "nothere.proto is below none of the import paths"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"scaffold"}
			if name != "a descriptor set" {
				args = append(args, "-I", dir)
			}
			var out, errs bytes.Buffer
			assert.Equal(t, tc.code, run(append(args, tc.args...), nil, &out, &errs))
			assert.Contains(t, errs.String(), tc.want)
		})
	}
}
