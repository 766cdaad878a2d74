package main

import (
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A surprise is an answer that is not as expected. It ends the story as a panic, and
// tell makes an error of it.
type surprise struct{ error }

func surprised(format string, args ...any) { panic(surprise{fmt.Errorf(format, args...)}) }

// ok returns the reply of a call that must succeed.
func ok[T any](reply T, err error) T {
	if err != nil {
		surprised("the call should have succeeded: %w", err)
	}
	return reply
}

// equal checks a value of a reply.
func equal[T comparable](what string, got, want T) {
	if got != want {
		surprised("%s is %v; it should be %v", what, got, want)
	}
}

// refused checks the status of a call that must fail, and the reason in its details.
func refused(err error, code codes.Code, reason string) {
	st := status.Convert(err)
	equal("the status", st.Code(), code)
	for _, d := range st.Details() {
		if info, is := d.(*errdetails.ErrorInfo); is {
			equal("the reason", info.GetReason(), reason)
			return
		}
	}
	surprised("the status has no ErrorInfo")
}
