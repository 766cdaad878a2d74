package crud

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// retryAfter is the delay that RetryInfo advises where a retry is safe.
const retryAfter = time.Second

// The SQLSTATEs that the runtime tells apart by themselves; the rest go by class.
const (
	stateRestrict      = "23001" // ON DELETE RESTRICT, from PostgreSQL 18 on
	stateNotNull       = "23502"
	stateForeignKey    = "23503"
	stateUnique        = "23505"
	stateCheck         = "23514"
	stateExclusion     = "23P01"
	stateSyntax        = "42601" // also of a value, without a position in the statement
	stateSerialization = "40001"
	stateDeadlock      = "40P01"
	stateLock          = "55P03"
	stateReadOnly      = "25006"
	stateCancelled     = "57014"
	stateTimeout       = "25P03" // idle_in_transaction_session_timeout
)

// classify maps an error of the database to its status, as far as that does not
// depend on the table. ctx is the call's. An error that is none of the database's
// is INTERNAL.
func classify(ctx context.Context, domain string, err error) *Error {
	if own := statusOf(err); own != nil && ctx.Err() == nil {
		return &Error{Code: own.Code(), Domain: domain, Message: own.Message(), own: own, cause: err}
	}
	if ctx.Err() == nil && notConnected(err) { // whatever the reason: nothing was sent
		return unavailable(domain, err, true)
	}
	var pg *pgconn.PgError
	isPg := errors.As(err, &pg)
	if e := contextError(ctx, domain, err, isPg && pg.Code == stateCancelled); e != nil {
		return e
	}
	if isPg {
		return classifyState(domain, pg, err)
	}
	if connectionLost(err) {
		return unavailable(domain, err, pgconn.SafeToRetry(err))
	}
	if _, tooLarge, _ := unsent(err); tooLarge {
		return valueRefused(domain, err)
	}
	return internal(domain, err)
}

// statusOf returns the status that a DB answers with by itself, one that asks who calls
// for example, and nil for what a database says.
func statusOf(err error) *status.Status {
	var own interface{ GRPCStatus() *status.Status }
	if errors.As(err, &own) {
		return own.GRPCStatus()
	}
	return nil
}

// contextError answers for a call that its caller gave up. cancelled says that the
// database stopped the statement; without an end of ctx that was its own timeout.
func contextError(ctx context.Context, domain string, err error, cancelled bool) *Error {
	ended := ctx.Err()
	if ended == nil && errors.Is(err, context.DeadlineExceeded) {
		ended = context.DeadlineExceeded
	}
	if ended == nil && errors.Is(err, context.Canceled) {
		ended = context.Canceled
	}
	switch {
	case errors.Is(ended, context.Canceled):
		return &Error{
			Code: codes.Canceled, Reason: ReasonCancelled, Domain: domain,
			Message: "the call was cancelled", cause: err,
		}
	case ended != nil, cancelled:
		return &Error{
			Code: codes.DeadlineExceeded, Reason: ReasonDeadlineExceeded, Domain: domain,
			Message: "the call took too long", cause: err,
		}
	}
	return nil
}

func classifyState(domain string, pg *pgconn.PgError, err error) *Error {
	switch pg.Code {
	case stateSerialization, stateDeadlock, stateLock:
		return concurrentModification(domain, err)
	case stateReadOnly:
		return unavailable(domain, err, true)
	case stateTimeout:
		return unavailable(domain, err, false)
	case stateExclusion:
		return &Error{
			Code: codes.FailedPrecondition, Reason: ReasonConstraintViolation, Domain: domain,
			Message:      "conflicts with another resource",
			Precondition: &Precondition{Type: "CONSTRAINT", Description: "conflicts with another resource"},
			cause:        err,
		}
	case stateUnique:
		return &Error{
			Code: codes.AlreadyExists, Reason: ReasonUniqueViolation, Domain: domain,
			Message: "a resource with the same value exists already", cause: err,
		}
	case stateForeignKey, stateRestrict:
		return &Error{
			Code: codes.FailedPrecondition, Reason: ReasonReferenceNotFound, Domain: domain,
			Message:      "a reference between resources would break",
			Precondition: &Precondition{Type: "REFERENCE", Description: "a reference between resources would break"},
			cause:        err,
		}
	case stateNotNull, stateCheck:
		return valueRefused(domain, err)
	}
	switch class(pg) {
	case "22":
		return valueRefused(domain, err)
	case "08":
		return unavailable(domain, err, false)
	case "53":
		return unavailable(domain, err, true)
	case "57": // operator intervention; 57014 is not asked for here
		return unavailable(domain, err, true)
	}
	// XX000 is how a distributed engine says that two-phase commit lost a race.
	if pg.Code == "XX000" && strings.Contains(pg.Message, "could not commit transaction") {
		return concurrentModification(domain, err)
	}
	return internal(domain, err)
}

// concurrentModification is a race that was lost, whose winner has changed the data.
func concurrentModification(domain string, cause error) *Error {
	return &Error{
		Code: codes.Aborted, Reason: ReasonConcurrentModification, Domain: domain,
		Message: "another call changed the same data; try again", RetryAfter: retryAfter, cause: cause,
	}
}

func class(pg *pgconn.PgError) string {
	if len(pg.Code) < 2 {
		return ""
	}
	return pg.Code[:2]
}

// valueRefused is a value that the database did not take. The column, where it is
// known, is added by the table.
func valueRefused(domain string, err error) *Error {
	return &Error{
		Code: codes.InvalidArgument, Reason: ReasonConstraintViolation, Domain: domain,
		Message: "a value breaks a rule of the resource", cause: err,
	}
}

func unavailable(domain string, err error, safe bool) *Error {
	e := &Error{
		Code: codes.Unavailable, Reason: ReasonDatabaseUnavailable, Domain: domain,
		Message: "the database is not available", cause: err,
	}
	if safe {
		e.RetryAfter = retryAfter
	}
	return e
}

// connectionLost reports whether err is that of a connection, not of a statement.
func connectionLost(err error) bool {
	var netErr net.Error
	return errors.As(err, &netErr) || notConnected(err) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.ErrClosedPipe)
}

// notConnected reports whether err is that of a call which got no connection: the
// server cannot be reached or does not let the program in, or the pool is closed.
func notConnected(err error) bool {
	var dial *pgconn.ConnectError
	return errors.As(err, &dial) || errors.Is(err, puddle.ErrClosedPool)
}

// noSuchValue reports whether a statement was given a value that its column cannot
// hold, such as text for a uuid: no row has it.
func noSuchValue(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		_, tooLarge, _ := unsent(err)
		return tooLarge
	}
	switch pg.Code {
	case "22003", "22007", "22008", "22021", "22P02", "22P03":
		return true
	}
	return false
}

// retryable reports whether the statement or transaction lost a race and had no
// effect, so that the same work may succeed when it is done again.
func retryable(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return pg.Code == stateSerialization || pg.Code == stateDeadlock
}
