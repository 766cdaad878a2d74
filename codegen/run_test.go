package codegen_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen"
)

// run gives a request to the plugin.
func run(t testing.TB, req *pluginpb.CodeGeneratorRequest) *pluginpb.CodeGeneratorResponse {
	t.Helper()
	resp := &pluginpb.CodeGeneratorResponse{}
	require.NoError(t, proto.Unmarshal(runBytes(t, req), resp))
	return resp
}

func runBytes(t testing.TB, req *pluginpb.CodeGeneratorRequest) []byte {
	t.Helper()
	in, err := proto.Marshal(req)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, codegen.Run(bytes.NewReader(in), &out))
	return out.Bytes()
}

func TestRunWritesAFilePerProto(t *testing.T) {
	t.Parallel()
	protos := sources(t, goldenDir)
	resp := run(t, protos.request(t, "scalars/in.proto", "enums/kind/kind.proto"))
	require.Nil(t, resp.Error, resp.GetError())
	require.Len(t, resp.File, 1, "kind.proto has no models and no services")
	assert.Equal(t, "scalars/in_crud.pb.go", resp.File[0].GetName())
}

func TestRunParameters(t *testing.T) {
	t.Parallel()
	protos := sources(t, goldenDir)
	const module = "github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/scalars"
	tests := []struct {
		parameter string
		file      string // generated
		err       string // or said instead
	}{
		{parameter: "", file: module + "/in_crud.pb.go"},
		{parameter: "paths=import", file: module + "/in_crud.pb.go"},
		{parameter: "paths=source_relative", file: "scalars/in_crud.pb.go"},
		{parameter: "module=" + module, file: "in_crud.pb.go"},
		{parameter: "Mscalars/in.proto=example.com/own", file: "example.com/own/in_crud.pb.go"},
		{parameter: "module=example.com/other", err: `does not match prefix "example.com/other"`},
		{parameter: "paths=nowhere", err: `unknown path type "nowhere"`},
		{parameter: "paths=source_relative,colour=blue", err: `unknown parameter "colour"; the plugin knows paths,`},
		{parameter: "verbose", err: `unknown parameter "verbose"`},
	}
	for _, tt := range tests {
		t.Run(tt.parameter, func(t *testing.T) {
			t.Parallel()
			req := protos.request(t, "scalars/in.proto")
			req.Parameter = proto.String(tt.parameter)
			resp := run(t, req)
			if tt.err != "" {
				assert.Contains(t, resp.GetError(), tt.err)
				assert.Empty(t, resp.File)
				return
			}
			require.Nil(t, resp.Error, resp.GetError())
			require.Len(t, resp.File, 1)
			assert.Equal(t, tt.file, resp.File[0].GetName())
		})
	}
}

// protoc hides what a plugin says behind a complaint of its own if the answer does not
// announce what the protos use.
func TestRunAnnouncesFeaturesEvenInErrors(t *testing.T) {
	t.Parallel()
	good := sources(t, goldenDir).request(t, "scalars/in.proto")
	wrong := sources(t, badDir).request(t, "nokey/in.proto")
	mistaken := sources(t, goldenDir).request(t, "scalars/in.proto")
	mistaken.Parameter = proto.String("colour=blue")
	for _, req := range []*pluginpb.CodeGeneratorRequest{good, wrong, mistaken} {
		resp := run(t, req)
		assert.Equal(t, uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL|
			pluginpb.CodeGeneratorResponse_FEATURE_SUPPORTS_EDITIONS), resp.GetSupportedFeatures())
		assert.Equal(t, int32(descriptorpb.Edition_EDITION_PROTO2), resp.GetMinimumEdition())
		assert.Equal(t, int32(descriptorpb.Edition_EDITION_2024), resp.GetMaximumEdition())
	}
}

// One proto that is wrong stops all files, so that no tree is half regenerated.
func TestRunWritesNothingBesideAnError(t *testing.T) {
	t.Parallel()
	protos := sources(t, goldenDir)
	for name, content := range sources(t, badDir) {
		protos[name] = content
	}
	resp := run(t, protos.request(t, "scalars/in.proto", "nokey/in.proto", "storage/in.proto"))
	assert.Contains(t, resp.GetError(), "bad.nokey.Book")
	assert.Contains(t, resp.GetError(), "bad.storage.Book")
	assert.Empty(t, resp.File)
}

func TestRunAnnotates(t *testing.T) {
	t.Parallel()
	req := sources(t, goldenDir).request(t, "plainservice/in.proto")
	req.Parameter = proto.String("paths=source_relative,annotate_code=true")
	resp := run(t, req)
	require.Nil(t, resp.Error, resp.GetError())
	require.Len(t, resp.File, 2)
	assert.Equal(t, "plainservice/in_crud.pb.go.meta", resp.File[1].GetName())
	assert.Contains(t, resp.File[1].GetContent(), "plainservice/in.proto")
}

func TestRunRefusesWhatIsNoRequest(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := codegen.Run(strings.NewReader("syntax = \"proto3\";"), &out)
	require.ErrorContains(t, err, "no CodeGeneratorRequest")
	assert.Empty(t, out.Bytes())
}

type brokenPipe struct{}

var errBroken = errors.New("broken pipe")

func (brokenPipe) Read([]byte) (int, error)  { return 0, errBroken }
func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestRunReturnsErrorsOfItsStreams(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, codegen.Run(brokenPipe{}, io.Discard), errBroken)
	require.ErrorIs(t, codegen.Run(strings.NewReader(""), brokenPipe{}), errBroken)
}

// The same protos give the same bytes, in whatever order protoc sends them.
func TestRunIsDeterministic(t *testing.T) {
	t.Parallel()
	good := sources(t, goldenDir)
	bad := sources(t, badDir)
	// Cases of several packages, which have no table in common.
	var several []string
	for _, dir := range good.directories() {
		switch top, _, _ := strings.Cut(dir, "/"); top {
		case "apart", "composite", "enums", "farparent", "keywords", "services", "shadows":
			several = append(several, good.files(dir)...)
		}
	}
	require.Len(t, several, 13)
	tests := map[string]*pluginpb.CodeGeneratorRequest{
		"files":  good.request(t, several...),
		"errors": bad.request(t, bad.files("")...),
	}
	for name, req := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := run(t, req)
			assert.Equal(t, name == "errors", first.Error != nil, first.GetError())
			hash := func(req *pluginpb.CodeGeneratorRequest) string {
				return fmt.Sprintf("%x", sha256.Sum256(runBytes(t, req)))
			}
			want := hash(req)
			r := rand.New(rand.NewPCG(1, 2))
			for range 100 {
				require.Equal(t, want, hash(shuffled(req, r)))
			}
		})
	}
}
