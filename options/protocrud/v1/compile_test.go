package protocrudv1_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// A compiler writes the descriptors of all files below a directory to image.
type compiler func(t *testing.T, dir, image string)

func protoc(t *testing.T, dir, image string) {
	t.Helper()
	run(t, tool(t, "protoc"), "-I", dir, "--include_imports", "--descriptor_set_out", image, "library.proto")
}

func buf(t *testing.T, dir, image string) {
	t.Helper()
	run(t, tool(t, "buf"), "build", dir, "-o", image)
}

// compile compiles the embedded source and testdata/library.proto, which imports
// it, and returns the files by path.
func compile(t *testing.T, compile compiler) map[string]protoreflect.FileDescriptor {
	t.Helper()
	dir := t.TempDir()
	library, err := os.ReadFile("testdata/library.proto")
	require.NoError(t, err)
	write(t, filepath.Join(dir, "library.proto"), library)
	write(t, filepath.Join(dir, filepath.FromSlash(protocrudv1.Path)), []byte(protocrudv1.Source()))
	image := filepath.Join(t.TempDir(), "image.binpb")

	compile(t, dir, image)

	raw, err := os.ReadFile(image)
	require.NoError(t, err)
	set := new(descriptorpb.FileDescriptorSet)
	require.NoError(t, proto.Unmarshal(raw, set))
	files, err := protodesc.NewFiles(set)
	require.NoError(t, err)
	compiled := map[string]protoreflect.FileDescriptor{}
	files.RangeFiles(func(fd protoreflect.FileDescriptor) bool {
		compiled[fd.Path()] = fd
		return true
	})
	return compiled
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, content, 0o644))
}

// tool returns the path of a compiler: the repository's own in bin, or what PATH
// has under the name.
func tool(t *testing.T, name string) string {
	t.Helper()
	pinned := filepath.Join("..", "..", "..", "bin", name)
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
