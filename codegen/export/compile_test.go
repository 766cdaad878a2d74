package export_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/export"
)

// What is printed must say what is linked: each compiler's reading of every
// exported file, options included, equals the descriptor it was printed from.
func TestExportedFilesCompileToTheLinkedDescriptors(t *testing.T) {
	t.Parallel()
	for compiler, compile := range map[string]func(t *testing.T, dir, image string){
		"protoc": protoc,
		"buf":    buf,
	} {
		t.Run(compiler, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			_, err := export.Write(dir, true)
			require.NoError(t, err)
			image := filepath.Join(t.TempDir(), "image.binpb")

			compile(t, dir, image)

			compiled := descriptors(t, image)
			for _, path := range withDependencies {
				linked, err := protoregistry.GlobalFiles.FindFileByPath(path)
				require.NoError(t, err, path)
				require.Contains(t, compiled, path)
				want := protodesc.ToFileDescriptorProto(linked)
				assert.Empty(t, cmp.Diff(want, compiled[path], protocmp.Transform()), path)
			}
		})
	}
}

func protoc(t *testing.T, dir, image string) {
	t.Helper()
	args := append([]string{"-I", dir, "--include_imports", "--descriptor_set_out", image}, withDependencies...)
	run(t, tool(t, "protoc"), args...)
}

func buf(t *testing.T, dir, image string) {
	t.Helper()
	run(t, tool(t, "buf"), "build", dir, "-o", image)
}

// tool returns the path of a compiler: the repository's own in bin, or what PATH
// has under the name.
func tool(t *testing.T, name string) string {
	t.Helper()
	pinned := filepath.Join("..", "..", "bin", name)
	if _, err := os.Stat(pinned); err == nil {
		return pinned
	}
	path, err := exec.LookPath(name)
	require.NoError(t, err, "%s is needed: make test installs it; "+
		"else apt-get install protobuf-compiler libprotobuf-dev, "+
		"and go install github.com/bufbuild/buf/cmd/buf@v1.75.0", name)
	return path
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// descriptors reads a set of files as a compiler writes it, without the source
// locations that linked descriptors lack.
func descriptors(t *testing.T, image string) map[string]*descriptorpb.FileDescriptorProto {
	t.Helper()
	raw, err := os.ReadFile(image)
	require.NoError(t, err)
	set := new(descriptorpb.FileDescriptorSet)
	require.NoError(t, proto.Unmarshal(raw, set))
	files, err := protodesc.NewFiles(set)
	require.NoError(t, err)
	compiled := map[string]*descriptorpb.FileDescriptorProto{}
	for _, file := range set.GetFile() {
		fd, err := files.FindFileByPath(file.GetName())
		require.NoError(t, err)
		compiled[file.GetName()] = protodesc.ToFileDescriptorProto(fd)
		compiled[file.GetName()].SourceCodeInfo = nil
	}
	return compiled
}
