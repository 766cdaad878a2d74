package rest

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	_ "google.golang.org/grpc/health/grpc_health_v1" // a service without a google.api.http
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/anypb"
)

// A detail that the program does not know is shown as its bytes, and keeps nothing else
// from being read: not the others, not the line of a stream that it is in.
func TestStatusOfAnyDetails(t *testing.T) {
	t.Parallel()
	known, err := anypb.New(&errdetails.ErrorInfo{Reason: "WHY"})
	require.NoError(t, err)
	st := &spb.Status{Code: 5, Message: "<none>", Details: []*anypb.Any{{TypeUrl: "type.googleapis.com/nobody.knows.This", Value: []byte{8, 1}}, known}}
	const want = `{"code": 5, "message": "<none>", "details": [
		{"@type": "type.googleapis.com/nobody.knows.This", "value": "CAE="},
		{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "WHY"}]}`
	c := newCodec(protojson.MarshalOptions{})
	text, err := c.Marshal(st)
	require.NoError(t, err)
	assert.JSONEq(t, want, string(text))
	text, err = c.Marshal(map[string]proto.Message{"error": st})
	require.NoError(t, err)
	assert.JSONEq(t, `{"error": `+want+`}`, string(text))
	text, err = c.Marshal(&spb.Status{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"code": 0, "message": "", "details": []}`, string(text))
}

// A body is one value, and a stream of a client's any number.
func TestDecoder(t *testing.T) {
	t.Parallel()
	c := newCodec(protojson.MarshalOptions{})
	read := func(body io.Reader) error { return c.NewDecoder(body).Decode(&errdetails.ErrorInfo{}) }
	assert.NoError(t, read(strings.NewReader(` {"reason": "X"} `)))
	assert.ErrorIs(t, read(strings.NewReader("")), io.EOF, "no body is an empty message")
	for body, want := range map[string]string{
		`{"reason": "X"} {}`: "something follows the JSON value",
		`{"reasons": "X"}`:   `unknown field "reasons"`,
		`{"reason": `:        "unexpected EOF",
		`{"reason": 1}`:      "invalid value for string",
		`[`:                  "unexpected EOF",
	} {
		err := read(strings.NewReader(body))
		assert.ErrorContains(t, err, want)
		assert.True(t, strings.HasPrefix(err.Error(), wrongBody), "%v", err)
		assert.False(t, errors.Is(err, io.EOF), "which the gateway takes for no body")
	}
	dec := c.NewDecoder(&namedBody{manyMessages{io.NopCloser(strings.NewReader(`{"reason": "X"} {"reason": "Y"}`))}})
	var m errdetails.ErrorInfo
	require.NoError(t, dec.Decode(&m))
	require.NoError(t, dec.Decode(&m))
	assert.Equal(t, "Y", m.GetReason())
	assert.ErrorIs(t, dec.Decode(&m), io.EOF)
}

// Templates are printed as the gateway prints its patterns, and match what they say.
func TestTemplates(t *testing.T) {
	t.Parallel()
	for template, tt := range map[string]struct{ printed, matches, other string }{
		"/v1/users/{id}":                             {"/v1/users/{id=*}", "/v1/users/1", "/v1/users/1/x"},
		"/v1/{name=shelves/*/books/*}:undelete":      {"/v1/{name=shelves/*/books/*}:undelete", "/v1/shelves/a/books/b:undelete", "/v1/shelves/a/books/b"},
		"/v1/{name=files/**}":                        {"/v1/{name=files/**}", "/v1/files/a/b/c", "/v1/files"},
		"/v1/members/{member.org_id}/{member.login}": {"/v1/members/{member.org_id=*}/{member.login=*}", "/v1/members/a/b", "/v1/members/a"},
	} {
		assert.Equal(t, tt.printed, printed(template))
		rs := routes{}
		rs.addRule(&route{}, &annotations.HttpRule{Pattern: &annotations.HttpRule_Get{Get: template}})
		assert.Equal(t, []string{"GET", "HEAD"}, rs.verbs(tt.matches), template)
		assert.Empty(t, rs.verbs(tt.other), template)
	}
}

// Masks of a query have the names of the proto or of JSON; keys of maps stay.
func TestPathsOfMasks(t *testing.T) {
	t.Parallel()
	of := (&descriptorpb.FieldDescriptorProto{}).ProtoReflect().Descriptor()
	for path, want := range map[string]string{
		"jsonName": "json_name", "json_name": "json_name", "options.debugRedact": "options.debug_redact", "options.targets": "options.targets",
	} {
		got, ok := protoPathIn(of, path)
		assert.True(t, ok, path)
		assert.Equal(t, want, got)
	}
	for _, path := range []string{"nope", "jsonName.nope", "options.nope", "*", "", "JSONName"} {
		_, ok := protoPathIn(of, path)
		assert.False(t, ok, path)
	}
	of = (&errdetails.ErrorInfo{}).ProtoReflect().Descriptor()
	got, ok := protoPathIn(of, "metadata.aKey.`with dots`")
	assert.True(t, ok)
	assert.Equal(t, "metadata.aKey.`with dots`", got)
}

// A parameter that the path sets, or a part or the whole of it, is no parameter of the
// query.
func TestBoundFields(t *testing.T) {
	t.Parallel()
	rt := &route{bound: []string{"user.id"}}
	for field, bound := range map[string]bool{"user.id": true, "user": true, "user.id.value": true, "user.identity": false, "us": false} {
		assert.Equal(t, bound, rt.binds(field), field)
	}
}

// Nobody is told to come back too early.
func TestSeconds(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]int64{0: 0, 1: 1, time.Second: 1, time.Second + 1: 2, -time.Second: 0} {
		assert.Equal(t, want, seconds(d), d)
	}
}

// What cannot be served is an error at the start.
func TestNewHandlerErrors(t *testing.T) {
	t.Parallel()
	for want, services := range map[string][]Service{
		"there are no services":                                    nil,
		"the service nobody.Has is not linked into this program":   {Of("nobody.Has", nil)},
		"google.rpc.Status is not a service":                       {Of("google.rpc.Status", nil)},
		"no method of grpc.health.v1.Health has a google.api.http": {Of("grpc.health.v1.Health", nil)},
	} {
		_, err := NewHandler(nil, Config{}, services...)
		assert.ErrorContains(t, err, want)
	}
}
