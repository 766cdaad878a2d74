package connectrpc

import (
	"bytes"
	"fmt"

	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protojson"
	protobuf "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A message is one on its way: its bytes in protobuf's binary form. A client's that is not
// what the method takes is kept as an error, so that it is answered like those of services.
type message struct {
	of   protoreflect.MessageType
	wire []byte
	err  error
}

// binary is the codec of clients whose messages pass as they are.
type binary struct{}

// Name is that of connect's codec.
func (binary) Name() string { return proto.Name }

// Marshal also takes the statuses that connect sends itself.
func (binary) Marshal(v any) ([]byte, error) {
	switch v := v.(type) {
	case *message:
		return v.wire, nil
	case protobuf.Message:
		return protobuf.Marshal(v)
	}
	return nil, fmt.Errorf("connectrpc: %T is no message", v)
}

// Unmarshal keeps no reference to data, which connect uses again.
func (binary) Unmarshal(data []byte, v any) error {
	switch v := v.(type) {
	case *message:
		v.wire = bytes.Clone(data)
		return nil
	case protobuf.Message:
		return protobuf.Unmarshal(data, v)
	}
	return fmt.Errorf("connectrpc: %T is no message", v)
}

// jsonText is the codec of clients that speak JSON.
type jsonText struct{ name string }

// Name is that of connect's codec.
func (j jsonText) Name() string { return j.name }

// Marshal writes the fields that are set, in lowerCamel.
func (jsonText) Marshal(v any) ([]byte, error) {
	switch v := v.(type) {
	case *message:
		m := v.of.New().Interface()
		if err := protobuf.Unmarshal(v.wire, m); err != nil {
			return nil, err
		}
		return protojson.Marshal(m)
	case protobuf.Message:
		return protojson.Marshal(v)
	}
	return nil, fmt.Errorf("connectrpc: %T is no message", v)
}

// Unmarshal refuses nothing itself; see message.
func (jsonText) Unmarshal(data []byte, v any) error {
	switch v := v.(type) {
	case *message:
		m := v.of.New().Interface()
		if v.err = protojson.Unmarshal(data, m); v.err == nil {
			v.wire, v.err = protobuf.Marshal(m)
		}
		return nil
	case protobuf.Message:
		return protojson.Unmarshal(data, v)
	}
	return fmt.Errorf("connectrpc: %T is no message", v)
}

// wire is the codec of the calls that are made for requests.
type wire struct{}

// Name is that of gRPC's codec.
func (wire) Name() string { return proto.Name }

// Marshal takes a *message.
func (wire) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.(*message).wire)}, nil
}

// Unmarshal takes a *message.
func (wire) Unmarshal(data mem.BufferSlice, v any) error {
	v.(*message).wire = data.Materialize()
	return nil
}
