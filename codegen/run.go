package codegen

import (
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/pluginpb"
)

// Run is the plugin: it reads a CodeGeneratorRequest from in and writes one
// CodeGeneratorResponse to out. What is wrong with the protos or the parameters is
// in the response's error, as protoc's contract has it. An error that Run returns is
// that of in, of out, or a mistake of the generator's own; nothing is written then.
func Run(in io.Reader, out io.Writer) error {
	data, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	req := &pluginpb.CodeGeneratorRequest{}
	if err := proto.Unmarshal(data, req); err != nil {
		return fmt.Errorf("the input is no CodeGeneratorRequest, as protoc and buf send one: %w", err)
	}
	resp, err := respond(req)
	if err != nil {
		return err
	}
	data, err = proto.MarshalOptions{Deterministic: true}.Marshal(resp)
	if err != nil {
		return fmt.Errorf("write the response: %w", err)
	}
	_, err = out.Write(data)
	return err
}

// respond answers a request.
func respond(req *pluginpb.CodeGeneratorRequest) (*pluginpb.CodeGeneratorResponse, error) {
	gen, err := protogen.Options{ParamFunc: unknownParameter}.New(inOrder(req))
	if err != nil {
		return refuse(err), nil
	}
	files := Generate(gen)
	resp := gen.Response()
	if resp.Error == nil {
		return resp, nil
	}
	for _, f := range files {
		if _, err := f.Content(); err != nil {
			return nil, fmt.Errorf("a mistake in protoc-gen-go-crud, please report it: %w", err)
		}
	}
	return refuse(errors.New(resp.GetError())), nil
}

// refuse returns the response of a run that cannot generate anything.
func refuse(err error) *pluginpb.CodeGeneratorResponse {
	gen := &protogen.Plugin{}
	announce(gen)
	gen.Error(err)
	return gen.Response()
}

// unknownParameter is asked for the parameters that protogen does not know itself.
func unknownParameter(name, _ string) error {
	return fmt.Errorf("unknown parameter %q; the plugin knows paths, module, annotate_code, default_api_level, "+
		"M<file>=<import path> and apilevelM<file>=<level>, as protoc-gen-go does", name)
}
