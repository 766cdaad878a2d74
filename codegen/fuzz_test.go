package codegen_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen"
)

// Whatever reaches the plugin: it does not panic, what it writes is Go, and beside an
// error it writes nothing.
//
// An input is a request without the protos that every case imports. They are added
// here, so that inputs stay small and changes hit what a consumer writes.
func FuzzGenerate(f *testing.F) {
	imported := map[string]*descriptorpb.FileDescriptorProto{}
	for _, dir := range []string{goldenDir, badDir} {
		protos := sources(f, dir)
		for _, d := range protos.directories() {
			req := protos.request(f, protos.files(d)...)
			for _, file := range req.ProtoFile {
				if _, own := protos[file.GetName()]; !own {
					file.SourceCodeInfo = nil
					imported[file.GetName()] = file
				}
			}
			req.ProtoFile = slices.DeleteFunc(req.ProtoFile, func(file *descriptorpb.FileDescriptorProto) bool {
				return imported[file.GetName()] != nil
			})
			data, err := proto.Marshal(req)
			require.NoError(f, err)
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checkAnswer(t, data)
		req := &pluginpb.CodeGeneratorRequest{}
		if proto.Unmarshal(data, req) != nil {
			return
		}
		for _, file := range imported {
			req.ProtoFile = append(req.ProtoFile, file)
		}
		data, err := proto.MarshalOptions{AllowPartial: true}.Marshal(req)
		require.NoError(t, err)
		checkAnswer(t, data)
	})
}

// checkAnswer gives the bytes to the plugin.
func checkAnswer(t *testing.T, data []byte) {
	t.Helper()
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
}
