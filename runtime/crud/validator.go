package crud

import (
	"errors"
	"fmt"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// A Validator checks a resource before it is written: all of it, as it will be stored,
// also when an Update names some of its fields. It is called from several goroutines
// at once and must not change the message.
//
// An error that is an *Error, such as one of [Invalid], or has a gRPC status reaches
// the caller as it is, its violations below the request's field. Any other error is
// taken for a failure of the validator and is INTERNAL.
type Validator interface {
	Validate(m proto.Message) error
}

// WithValidator checks every Create and Update. An Update then reads and locks the row
// first, in a transaction. Hooks run before it, so that what they change is checked.
func WithValidator(v Validator) Option {
	return optionFunc(func(s *settings) { s.validators = append(s.validators, v) })
}

// Invalid returns an INVALID_ARGUMENT error with the violations, whose paths begin at
// the resource. It panics without any.
func Invalid(violations ...Violation) *Error {
	if len(violations) == 0 {
		panic("crud: Invalid without a violation")
	}
	for i := range violations {
		if violations[i].Reason == "" {
			violations[i].Reason = ReasonInvalidField
		}
	}
	return invalid("", violations...)
}

// validate asks the validators.
func (c *core) validate(m proto.Message) error {
	for _, v := range c.validators {
		err := v.Validate(m)
		if err == nil {
			continue
		}
		var e *Error
		if errors.As(err, &e) {
			return err
		}
		if _, ok := status.FromError(err); ok {
			return err
		}
		return internal(c.domain, fmt.Errorf("crud: a validator failed: %w", err))
	}
	return nil
}
