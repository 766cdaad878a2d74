package apitest_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// readInner are the words of a database that no client may read.
var readInner = regexp.MustCompile(`(?i)sqlstate|select |violates|constraint |_fkey|_pkey|_key\b|pgx|sqlite|postgres|relation |column |\.go:`)

// readRefused demands a status with exactly one ErrorInfo, of this reason.
func readRefused(t testing.TB, err error, code codes.Code, reason string) *status.Status {
	t.Helper()
	require.Error(t, err)
	st := status.Convert(err)
	require.Equal(t, code.String(), st.Code().String(), "%v", err)
	infos := readDetails[*errdetails.ErrorInfo](st)
	require.Len(t, infos, 1, "ErrorInfo of %v", err)
	assert.Equal(t, reason, infos[0].GetReason())
	assert.Equal(t, "apitest", infos[0].GetDomain())
	assert.NotRegexp(t, readInner, prototext.Format(st.Proto()))
	return st
}

// readViolated demands INVALID_ARGUMENT with violations of just these fields, the
// first one of this reason.
func readViolated(t testing.TB, err error, reason string, fields ...string) []*errdetails.BadRequest_FieldViolation {
	t.Helper()
	bad := readDetails[*errdetails.BadRequest](readRefused(t, err, codes.InvalidArgument, reason))
	require.Len(t, bad, 1)
	var got []string
	for _, v := range bad[0].GetFieldViolations() {
		got = append(got, v.GetField())
		assert.NotEmpty(t, v.GetDescription())
		assert.NotEmpty(t, v.GetReason())
	}
	require.Equal(t, fields, got, "%v", err)
	return bad[0].GetFieldViolations()
}

// readNotFound demands NOT_FOUND of a resource.
func readNotFound(t testing.TB, err error, resource, name string) {
	t.Helper()
	infos := readDetails[*errdetails.ResourceInfo](readRefused(t, err, codes.NotFound, crud.ReasonResourceNotFound))
	require.Len(t, infos, 1)
	assert.Equal(t, resource, infos[0].GetResourceType())
	assert.Equal(t, name, infos[0].GetResourceName())
}

// readInfo is the error's ErrorInfo, empty if it has none.
func readInfo(err error) *errdetails.ErrorInfo {
	for _, info := range readDetails[*errdetails.ErrorInfo](status.Convert(err)) {
		return info
	}
	return nil
}

// readDetails returns the details of a type.
func readDetails[D any](st *status.Status) (all []D) {
	for _, d := range st.Details() {
		if d, ok := d.(D); ok {
			all = append(all, d)
		}
	}
	return all
}
