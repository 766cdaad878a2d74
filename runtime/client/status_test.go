package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// What a server of the runtime says is read by a client, and by whoever calls a store
// in the process, wrapped or not.
func TestStatus(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err                        error
		notFound, exists, conflict bool
		reason                     string
		violations                 []client.Violation
		after                      time.Duration
		advised                    bool
	}{
		"none":         {},
		"foreign":      {err: errors.New("x")},
		"a plain code": {err: status.Error(codes.NotFound, "x"), notFound: true},
		"not found":    {err: &crud.Error{Code: codes.NotFound, Reason: crud.ReasonResourceNotFound}, notFound: true, reason: "RESOURCE_NOT_FOUND"},
		"exists":       {err: &crud.Error{Code: codes.AlreadyExists, Reason: crud.ReasonUniqueViolation}, exists: true, reason: "UNIQUE_VIOLATION"},
		"etag":         {err: &crud.Error{Code: codes.Aborted, Reason: crud.ReasonEtagMismatch}, conflict: true, reason: "ETAG_MISMATCH"},
		"a lost race": {
			err:      &crud.Error{Code: codes.Aborted, Reason: crud.ReasonConcurrentModification, RetryAfter: time.Second},
			conflict: true, reason: "CONCURRENT_MODIFICATION", after: time.Second, advised: true,
		},
		"advice of no time": {err: failure(codes.Unavailable, 0), advised: true},
		"violations": {
			err: &crud.Error{Code: codes.InvalidArgument, Reason: crud.ReasonInvalidField, Violations: []crud.Violation{
				{Field: "book.title", Description: "is required", Reason: crud.ReasonRequiredFieldMissing},
				{Field: "book.pages", Description: "is negative", Reason: crud.ReasonInvalidField},
			}},
			reason: "INVALID_FIELD",
			violations: []client.Violation{
				{Field: "book.title", Description: "is required", Reason: "REQUIRED_FIELD_MISSING"},
				{Field: "book.pages", Description: "is negative", Reason: "INVALID_FIELD"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, service{get: func(context.Context, *apitest.GetBookRequest) (*apitest.Book, error) { return &apitest.Book{}, tt.err }}, "")
			_, remote := dial(t, client.Config{Addr: r.addr, Retry: client.Retry{MaxAttempts: 1}}).GetBook(t.Context(), &apitest.GetBookRequest{})
			errs := []error{tt.err, remote}
			if tt.err != nil {
				errs = append(errs, fmt.Errorf("more: %w", remote), errors.Join(remote, errors.New("and more")))
			}
			for _, err := range errs {
				assert.Equal(t, tt.notFound, client.IsNotFound(err))
				assert.Equal(t, tt.exists, client.IsAlreadyExists(err))
				assert.Equal(t, tt.conflict, client.IsConflict(err))
				assert.Equal(t, tt.reason, client.Reason(err))
				assert.Equal(t, tt.violations, client.Violations(err))
				after, advised := client.RetryAfter(err)
				assert.Equal(t, tt.after, after)
				assert.Equal(t, tt.advised, advised)
			}
		})
	}
}
