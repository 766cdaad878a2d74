package crud

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"google.golang.org/protobuf/proto"
)

// An unsent error is of a value that pgx could not encode for its column, so that
// nothing was sent: a table that was there before has a column of another type than
// the field. pgx says which argument it was, and why, only in the text of its error.
var (
	unsentArg  = regexp.MustCompile(`^failed to encode args\[(\d+)\]: `)
	unsentSize = regexp.MustCompile(`is (greater than maximum|less than minimum) value for \S+$`)
)

// unsent reports whether err is an unsent error, and of which argument. tooLarge
// says that the type is a fit but too small for the value: the caller's fault.
func unsent(err error) (arg int, tooLarge, ok bool) {
	text := err.Error()
	match := unsentArg.FindStringSubmatch(text)
	if match == nil {
		return 0, false, false
	}
	arg, err = strconv.Atoi(match[1])
	return arg, unsentSize.MatchString(text), err == nil
}

// sendError maps an error of an INSERT or UPDATE that was not answered. set are the
// columns whose values lead its arguments.
func (r *repository) sendError(ctx context.Context, db DB, err error, m proto.Message, set columnSet) *Error {
	arg, tooLarge, ok := unsent(err)
	field := r.table.fieldOfArg(set, arg)
	switch {
	case !ok || field == "":
		return r.writeError(ctx, db, err, m)
	case tooLarge:
		e := invalid(r.domain, Violation{field, "is out of range", ReasonConstraintViolation})
		e.cause = err
		return e
	}
	return internal(r.domain, fmt.Errorf("crud: %s.%s: %w", r.table.info.Message, field, innermost(err)))
}

// innermost is the part of an unsent error that does not hold the value: causes are
// logged.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// fieldOfArg returns the field of an argument, "" if it is none of the set's.
func (t *table) fieldOfArg(set columnSet, arg int) string {
	for i := range set {
		if set[i] == 0 {
			continue
		}
		if n := len(t.columns[i].Names); arg < n {
			return t.columns[i].at(arg).Field
		}
		arg -= len(t.columns[i].Names)
	}
	return ""
}
