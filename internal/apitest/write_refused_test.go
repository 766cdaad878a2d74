package apitest_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// writeRefused demands a status with exactly one ErrorInfo, of this reason.
func writeRefused(t testing.TB, err error, code codes.Code, reason string) *status.Status {
	t.Helper()
	require.Error(t, err)
	st := status.Convert(err)
	require.Equal(t, code.String(), st.Code().String(), "%v", err)
	infos := writeDetails[*errdetails.ErrorInfo](st)
	require.Len(t, infos, 1, "ErrorInfo of %v", err)
	assert.Equal(t, reason, infos[0].GetReason())
	writeWellFormed(t, st)
	return st
}

// writeViolated demands INVALID_ARGUMENT with violations of just these fields.
func writeViolated(t testing.TB, err error, reason string, fields ...string) {
	t.Helper()
	st := writeRefused(t, err, codes.InvalidArgument, reason)
	assert.Equal(t, fields, writeViolations(t, st))
}

// writeViolations returns the fields of BadRequest.
func writeViolations(t testing.TB, st *status.Status) (fields []string) {
	t.Helper()
	require.Len(t, writeDetails[*errdetails.BadRequest](st), 1, "%v", st)
	for _, v := range writeBadRequest(st) {
		fields = append(fields, v.GetField())
		assert.NotEmpty(t, v.GetDescription())
		assert.Regexp(t, writeReasonForm, v.GetReason())
	}
	return fields
}

// writeMissing demands NOT_FOUND, for this reason, of a resource.
func writeMissing(t testing.TB, err error, reason, resource, name string) {
	t.Helper()
	writeResourceIs(t, writeRefused(t, err, codes.NotFound, reason), resource, name)
}

// writeResourceIs demands ResourceInfo of a resource.
func writeResourceIs(t testing.TB, st *status.Status, resource, name string) {
	t.Helper()
	infos := writeDetails[*errdetails.ResourceInfo](st)
	require.Len(t, infos, 1)
	assert.Equal(t, resource, infos[0].GetResourceType())
	assert.Equal(t, name, infos[0].GetResourceName())
}

// writePrecondition demands PreconditionFailure of one violation.
func writePrecondition(t testing.TB, st *status.Status, kind, subject string) {
	t.Helper()
	failures := writeDetails[*errdetails.PreconditionFailure](st)
	require.Len(t, failures, 1)
	require.Len(t, failures[0].GetViolations(), 1)
	v := failures[0].GetViolations()[0]
	assert.Equal(t, []string{kind, subject}, []string{v.GetType(), v.GetSubject()})
	assert.NotEmpty(t, v.GetDescription())
}

// writeDetails returns the details of a type.
func writeDetails[D any](st *status.Status) (all []D) {
	for _, d := range st.Details() {
		if d, ok := d.(D); ok {
			all = append(all, d)
		}
	}
	return all
}

// writeBadRequest are the violations of a status.
func writeBadRequest(st *status.Status) []*errdetails.BadRequest_FieldViolation {
	if bad := writeDetails[*errdetails.BadRequest](st); len(bad) > 0 {
		return bad[0].GetFieldViolations()
	}
	return nil
}

// writeInfo is the ErrorInfo of a status, nil without one.
func writeInfo(st *status.Status) *errdetails.ErrorInfo {
	if infos := writeDetails[*errdetails.ErrorInfo](st); len(infos) > 0 {
		return infos[0]
	}
	return nil
}

var (
	writeReasonForm   = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,61}[A-Z0-9]$`)
	writeMetadataForm = regexp.MustCompile(`^[a-z][a-zA-Z0-9-_]+$`)
	// writeInner are the words of a database that no client may read.
	writeInner = regexp.MustCompile(`(?i)sqlstate|select |insert |update .* set|delete from|violates|constraint |duplicate key|_fkey|_pkey|_key\b|_check\b|_idx\b|crud_requests|revision|pgx|sqlite|postgres|relation |column |\.go:`)
)

// writeWellFormed holds a status to AIP-193 and to what a client may know.
func writeWellFormed(t testing.TB, st *status.Status) {
	t.Helper()
	seen := make(map[string]bool)
	for _, d := range st.Details() {
		name := string(d.(proto.Message).ProtoReflect().Descriptor().FullName())
		assert.False(t, seen[name], "two details are %s", name)
		seen[name] = true
	}
	for _, info := range writeDetails[*errdetails.ErrorInfo](st) {
		assert.Equal(t, "apitest", info.GetDomain())
		assert.Regexp(t, writeReasonForm, info.GetReason())
		for k := range info.GetMetadata() {
			assert.Regexp(t, writeMetadataForm, k)
		}
	}
	assert.NotRegexp(t, writeInner, prototext.Format(st.Proto()))
}

// writeSame demands that two messages are equal.
func writeSame(t testing.TB, want, got proto.Message, msgAndArgs ...any) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		assert.Fail(t, "messages differ (-want +got)\n"+diff, msgAndArgs...)
	}
}

// writeBytes is a message as its deterministic bytes.
func writeBytes(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	require.NoError(t, err)
	return b
}

// writeStale demands ABORTED for the etag.
func writeStale(t testing.TB, err error) {
	t.Helper()
	writeRefused(t, err, codes.Aborted, crud.ReasonEtagMismatch)
}
