package client

import (
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// IsNotFound reports whether what a call named does not exist, its parent included.
func IsNotFound(err error) bool { return status.Code(err) == codes.NotFound }

// IsAlreadyExists reports whether a call would have made something a second time: the
// same key, or the same value of a unique field.
func IsAlreadyExists(err error) bool { return status.Code(err) == codes.AlreadyExists }

// IsConflict reports whether a call lost to another: its etag is not the stored one any
// more, or both changed the same rows. Read again, and decide again.
func IsConflict(err error) bool { return status.Code(err) == codes.Aborted }

// A Violation says what is wrong with one field of a request.
type Violation struct {
	// Field is its path from the request, book.title.
	Field       string
	Description string
	// Reason is UPPER_SNAKE, for programs. It may be empty.
	Reason string
}

// Violations returns what an error says is wrong with a request, in the server's order.
// It is nil for an error that says nothing of it.
func Violations(err error) (all []Violation) {
	bad, _ := detail[*errdetails.BadRequest](err)
	for _, v := range bad.GetFieldViolations() {
		all = append(all, Violation{Field: v.GetField(), Description: v.GetDescription(), Reason: v.GetReason()})
	}
	return all
}

// RetryAfter returns after which time the server says that the call can be made again;
// false if it does not say so.
func RetryAfter(err error) (time.Duration, bool) {
	info, ok := detail[*errdetails.RetryInfo](err)
	if !ok {
		return 0, false
	}
	return max(info.GetRetryDelay().AsDuration(), 0), true
}

// Reason returns the reason in the ErrorInfo of an error (AIP-193), which tells errors of
// one code apart. It is empty for an error without one, such as those of the connection.
func Reason(err error) string {
	info, _ := detail[*errdetails.ErrorInfo](err)
	return info.GetReason()
}

// detail returns the first detail of a type, of an error or of one that it wraps.
func detail[D any](err error) (found D, ok bool) {
	st, ok := status.FromError(err)
	if !ok || st == nil {
		return found, false
	}
	for _, d := range st.Details() {
		if found, ok := d.(D); ok {
			return found, true
		}
	}
	return found, false
}
