package codegen_test

import (
	"bytes"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/export"
)

// A workspace is what a consumer of the plugin has: protos, the protos that they
// import, and the tools. protoc and buf run in it.
type workspace struct {
	t      *testing.T
	dir    string
	protos source
}

// The folders of a workspace, which are import paths: the protos of a test, and those
// of others.
const (
	protosModule = "protos"
	depsModule   = "deps"
)

// newWorkspace makes a workspace of the protos below folder.
func newWorkspace(t *testing.T, folder string) *workspace {
	t.Helper()
	w := &workspace{t: t, dir: t.TempDir(), protos: readTree(t, folder, ".proto")}
	for name, content := range w.protos {
		w.write(path.Join(protosModule, name), content)
	}
	_, err := export.Write(filepath.Join(w.dir, depsModule), true)
	require.NoError(t, err)
	w.write("buf.yaml", "version: v2\nmodules:\n  - path: "+protosModule+"\n  - path: "+depsModule+"\n")
	return w
}

// in returns the workspace for a subtest.
func (w *workspace) in(t *testing.T) *workspace {
	sub := *w
	sub.t = t
	return &sub
}

func (w *workspace) write(name, content string) {
	w.t.Helper()
	file := filepath.Join(w.dir, filepath.FromSlash(name))
	require.NoError(w.t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(w.t, os.WriteFile(file, []byte(content), 0o644))
}

// usesEditions reports whether protoc, as distributions have it, is too old for a
// directory.
func (w *workspace) usesEditions(dir string) bool {
	for _, name := range w.protos.files(dir) {
		if strings.Contains(w.protos[name], "\nedition =") || strings.HasPrefix(w.protos[name], "edition =") {
			return true
		}
	}
	return false
}

// bufGenerate returns what buf and the three plugins make of all protos.
func (w *workspace) bufGenerate() map[string]string {
	w.t.Helper()
	bin := plugins(w.t)
	var config strings.Builder
	config.WriteString("version: v2\nplugins:\n")
	for _, name := range []string{"protoc-gen-go", "protoc-gen-go-grpc", "protoc-gen-go-crud"} {
		config.WriteString("  - local: " + filepath.Join(bin, name) + "\n    out: out\n    opt: paths=source_relative\n")
	}
	w.write("buf.gen.yaml", config.String())
	_, stderr, err := w.run(buf(w.t), "generate", protosModule)
	require.NoError(w.t, err, stderr)
	return readTree(w.t, filepath.Join(w.dir, "out"), "")
}

// protocGenerate returns what protoc and this plugin make of a directory.
func (w *workspace) protocGenerate(dir string) map[string]string {
	w.t.Helper()
	out := w.t.TempDir()
	_, stderr, err := w.protoc(dir, out)
	require.NoError(w.t, err, stderr)
	return readTree(w.t, out, "")
}

// bufError returns what the plugin says under buf of protos that are wrong.
func (w *workspace) bufError(dir string) string {
	w.t.Helper()
	template := `{"version":"v2","plugins":[{"local":"` + filepath.Join(plugins(w.t), "protoc-gen-go-crud") +
		`","out":"` + w.t.TempDir() + `","opt":"paths=source_relative"}]}`
	_, stderr, err := w.run(buf(w.t), "generate", "--template", template, "--path", path.Join(protosModule, dir))
	require.Error(w.t, err, "buf takes %s", dir)
	return said(w.t, stderr, "protoc-gen-go-crud: ")
}

// protocError returns what the plugin says under protoc of protos that are wrong.
func (w *workspace) protocError(dir string) string {
	w.t.Helper()
	_, stderr, err := w.protoc(dir, w.t.TempDir())
	require.Error(w.t, err, "protoc takes %s", dir)
	return said(w.t, stderr, "--go-crud_out: ")
}

// said returns the plugin's own words in what a tool printed.
func said(t *testing.T, stderr, prefix string) string {
	t.Helper()
	_, text, found := strings.Cut(stderr, prefix)
	require.True(t, found, stderr)
	return strings.Trim(text, "\n") + "\n"
}

func (w *workspace) protoc(dir, out string) (stdout, stderr string, err error) {
	w.t.Helper()
	return w.run("protoc", append([]string{
		"-I", protosModule, "-I", depsModule,
		"--plugin=" + filepath.Join(plugins(w.t), "protoc-gen-go-crud"),
		"--go-crud_out=" + out, "--go-crud_opt=paths=source_relative",
	}, w.protos.files(dir)...)...)
}

// run runs a program in the workspace.
func (w *workspace) run(program string, args ...string) (stdout, stderr string, err error) {
	w.t.Helper()
	var o, e bytes.Buffer
	cmd := exec.CommandContext(w.t.Context(), program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = w.dir, &o, &e
	err = cmd.Run()
	return o.String(), e.String(), err
}

// buf returns the pinned buf, which `make tools` puts into the repository's bin.
func buf(t *testing.T) string {
	t.Helper()
	program := filepath.Join(root(t), "bin", "buf")
	require.FileExists(t, program, "the tools are not installed")
	return program
}

// root returns the directory of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, parent, dir, "no go.mod above")
		dir = parent
	}
}

// pluginDir is where the plugins are, once a test has asked for them.
var pluginDir string

// buildPlugins makes the three plugins once for all tests.
var buildPlugins = sync.OnceValues(func() (output string, err error) {
	if pluginDir, err = os.MkdirTemp("", "plugins"); err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", pluginDir,
		"google.golang.org/protobuf/cmd/protoc-gen-go",
		"google.golang.org/grpc/cmd/protoc-gen-go-grpc",
		"github.com/protocrud/protoc-gen-go-crud/cmd/protoc-gen-go-crud").CombinedOutput()
	return string(out), err
})

// plugins returns the directory of the plugins.
func plugins(t *testing.T) string {
	t.Helper()
	output, err := buildPlugins()
	require.NoError(t, err, output)
	return pluginDir
}

func TestMain(m *testing.M) {
	code := m.Run()
	if pluginDir != "" {
		os.RemoveAll(pluginDir)
	}
	os.Exit(code)
}
