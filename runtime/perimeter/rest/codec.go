package rest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/httpbody"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// A marshaler is a codec that leaves google.api.HttpBody as it is.
type marshaler struct{ runtime.HTTPBodyMarshaler }

// StreamContentType is that of lines of JSON, or of the pieces of an HttpBody.
func (m *marshaler) StreamContentType(v any) string {
	if _, ok := v.(*httpbody.HttpBody); ok {
		return m.ContentType(v)
	}
	return "application/x-ndjson"
}

// A codec is the gateway's of JSON, which refuses what a message does not have.
type codec struct{ runtime.JSONPb }

func newCodec(options protojson.MarshalOptions) *codec {
	return &codec{runtime.JSONPb{MarshalOptions: options}}
}

// Marshal writes what a line of a stream and a field of a message are too.
func (c *codec) Marshal(v any) ([]byte, error) {
	switch v := v.(type) {
	case *spb.Status:
		return c.status(v)
	case map[string]proto.Message:
		if st, ok := v["error"].(*spb.Status); ok {
			text, err := c.status(st)
			if err != nil {
				return nil, err
			}
			return json.Marshal(map[string]json.RawMessage{"error": text})
		}
	}
	return c.JSONPb.Marshal(v)
}

// status writes a status of which no detail can keep the others from being read.
func (c *codec) status(st *spb.Status) ([]byte, error) {
	text := struct {
		Code    int32             `json:"code"`
		Message string            `json:"message"`
		Details []json.RawMessage `json:"details"`
	}{Code: st.GetCode(), Message: st.GetMessage(), Details: []json.RawMessage{}}
	for _, d := range st.GetDetails() {
		detail, err := c.detail(d)
		if err != nil {
			return nil, err
		}
		text.Details = append(text.Details, detail)
	}
	return json.Marshal(text)
}

// detail writes one whose type is known, or its bytes.
func (c *codec) detail(d *anypb.Any) ([]byte, error) {
	if text, err := c.MarshalOptions.Marshal(d); err == nil {
		return text, nil
	}
	return json.Marshal(map[string]string{"@type": d.GetTypeUrl(), "value": base64.StdEncoding.EncodeToString(d.GetValue())})
}

// NewDecoder returns one of a body, which holds a single value unless it is a stream.
func (c *codec) NewDecoder(r io.Reader) runtime.Decoder {
	body, named := r.(*namedBody)
	values := json.NewDecoder(r)
	return runtime.DecoderFunc(func(v any) error {
		var value json.RawMessage
		if err := values.Decode(&value); err != nil {
			return problem(err)
		}
		if err := c.JSONPb.Unmarshal(value, v); err != nil {
			return problem(err)
		}
		if named {
			if _, many := body.ReadCloser.(manyMessages); many {
				return nil
			}
		}
		if _, err := values.Token(); !errors.Is(err, io.EOF) {
			return problem(errors.New("something follows the JSON value"))
		}
		return nil
	})
}

// problem returns an error of a body with a text that answerError knows.
func problem(err error) error {
	text := err.Error()
	if errors.Is(err, io.EOF) || strings.HasPrefix(text, tooLarge) || strings.HasPrefix(text, notWhole) {
		return err
	}
	return fmt.Errorf("%s%s", wrongBody, strings.TrimSpace(strings.TrimPrefix(strings.ReplaceAll(text, "\u00a0", " "), "proto:")))
}

// Unmarshal decodes a whole body.
func (c *codec) Unmarshal(data []byte, v any) error {
	return c.NewDecoder(bytes.NewReader(data)).Decode(v)
}
