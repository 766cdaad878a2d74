package consumer_test

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A workspace is the consumer's checkout, and the tools of a machine that has the
// plugin installed.
type workspace struct {
	t   *testing.T
	dir string // the module
	bin string // the plugins, first in PATH
}

func newWorkspace(t *testing.T, module string) *workspace {
	t.Helper()
	root := moduleRoot(t)
	w := &workspace{t: t, dir: t.TempDir(), bin: t.TempDir()}
	require.NoError(t, os.CopyFS(w.dir, os.DirFS(filepath.Join("testdata", module))))
	w.goTool(root, "build", "-o", w.bin+string(filepath.Separator),
		"./cmd/protoc-gen-go-crud",
		"google.golang.org/protobuf/cmd/protoc-gen-go",
		"google.golang.org/grpc/cmd/protoc-gen-go-grpc")
	w.run(w.bin+"/protoc-gen-go-crud", "export", "--with-deps", "deps")
	w.writeModule(root)
	return w
}

// moduleRoot returns the folder of this module's go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	require.NoError(t, err)
	return filepath.Dir(strings.TrimSpace(string(out)))
}

// writeModule writes a go.mod that takes this module from its folder. The versions
// of everything else are this module's own.
func (w *workspace) writeModule(root string) {
	w.t.Helper()
	own, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(w.t, err)
	_, requirements, ok := strings.Cut(string(own), "\n\n")
	require.True(w.t, ok)
	text := "module example.com/consumer\n\n" + requirements +
		"\nrequire github.com/protocrud/protoc-gen-go-crud v0.0.0\n" +
		"\nreplace github.com/protocrud/protoc-gen-go-crud => " + root + "\n"
	require.NoError(w.t, os.WriteFile(filepath.Join(w.dir, "go.mod"), []byte(text), 0o644))
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(w.t, err)
	require.NoError(w.t, os.WriteFile(filepath.Join(w.dir, "go.sum"), sums, 0o644))
}

// run runs a program in the consumer's module and returns its output.
func (w *workspace) run(program string, args ...string) string {
	w.t.Helper()
	return w.runIn(w.dir, program, args...)
}

func (w *workspace) goTool(dir string, args ...string) {
	w.t.Helper()
	w.runIn(dir, "go", args...)
}

func (w *workspace) runIn(dir, program string, args ...string) string {
	w.t.Helper()
	cmd := w.command(w.t.Context(), program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoErrorf(w.t, err, "%s %s:\n%s", program, strings.Join(args, " "), out)
	return string(out)
}

func (w *workspace) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "PATH="+w.bin+string(os.PathListSeparator)+os.Getenv("PATH"), "GOFLAGS=-mod=mod", "GOWORK=off")
	return cmd
}

// tool returns the path of a program that the tests need.
func tool(t *testing.T, name, how string) string {
	t.Helper()
	if local := filepath.Join(moduleRoot(t), "bin", name); isFile(local) {
		return local
	}
	path, err := exec.LookPath(name)
	require.NoErrorf(t, err, "%s is needed; %s", name, how)
	return path
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// generated returns the files of the plugin below dir, by their paths in it.
func generated(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_crud.pb.go") {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(text)
		return err
	})
	require.NoError(t, err)
	return files
}
