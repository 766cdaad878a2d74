package ratelimit

import (
	"fmt"
	"strconv"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/richstatus"
)

// The reasons of ErrorInfo (AIP-193).
const (
	// ReasonExceeded is that of RESOURCE_EXHAUSTED.
	ReasonExceeded = "RATE_LIMIT_EXCEEDED"
	// ReasonUnavailable is that of UNAVAILABLE, of a limiter that fails closed.
	ReasonUnavailable = "RATE_LIMIT_UNAVAILABLE"
)

// An ExceededError is a call over a limit. A gRPC server sends it as RESOURCE_EXHAUSTED
// with ErrorInfo, QuotaFailure and RetryInfo. They name the limit and its keys, never
// the keys' values.
type ExceededError struct {
	// Policy is the limit that has no room; of several the one to wait for longest.
	Policy Policy
	Keys   []Key
	// RetryAfter is the time until the budget has room again.
	RetryAfter time.Duration
}

// Error returns the code and the message, which are safe to show.
func (e *ExceededError) Error() string { return codes.ResourceExhausted.String() + ": " + e.message() }

func (e *ExceededError) message() string {
	return fmt.Sprintf("the limit of %s is reached; try again in %s", e.limit(), e.wait())
}

func (e *ExceededError) limit() Limit {
	return Limit{MaxCalls: e.Policy.MaxCalls, Period: e.Policy.Period}
}

// wait is RetryAfter in milliseconds, rounded up.
func (e *ExceededError) wait() time.Duration {
	return (e.RetryAfter + time.Millisecond - 1).Truncate(time.Millisecond)
}

// consumer says whose budget it is.
func (e *ExceededError) consumer() string {
	if len(e.Keys) == 0 {
		return "all"
	}
	return keyNames(e.Keys)
}

// GRPCStatus returns the status that a client sees.
func (e *ExceededError) GRPCStatus() *status.Status {
	limit := e.limit().String()
	return richstatus.New(codes.ResourceExhausted, e.message(), e.Policy.Service, ReasonExceeded, map[string]string{
		"consumer":          e.consumer(),
		"quota_metric":      e.Policy.Name,
		"quota_limit":       limit,
		"quota_limit_value": strconv.FormatInt(e.Policy.MaxCalls, 10),
		"retry_delay":       e.wait().String(),
	},
		&errdetails.QuotaFailure{Violations: []*errdetails.QuotaFailure_Violation{{
			Subject: e.consumer(), Description: "at most " + limit,
		}}},
		&errdetails.RetryInfo{RetryDelay: durationpb.New(e.RetryAfter)},
	)
}
