package codegen_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen"
)

// Whatever reaches the plugin: it does not panic, what it writes is Go, and beside an
// error it writes nothing.
func FuzzGenerate(f *testing.F) {
	for _, dir := range []string{goldenDir, badDir} {
		protos := sources(f, dir)
		for _, d := range protos.directories() {
			data, err := proto.Marshal(protos.request(f, protos.files(d)...))
			require.NoError(f, err)
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		if err := codegen.Run(bytes.NewReader(data), &out); err != nil {
			require.Empty(t, out.Bytes())
			require.NotContains(t, err.Error(), "please report")
			return
		}
		resp := &pluginpb.CodeGeneratorResponse{}
		require.NoError(t, proto.Unmarshal(out.Bytes(), resp))
		if resp.Error != nil {
			require.Empty(t, resp.File)
			require.NotEmpty(t, resp.GetError())
		}
	})
}
