// Package validate checks resources by the rules of buf.validate, as protovalidate
// understands them. It is a package of its own because it brings an evaluator of CEL
// with it, which servers without such rules do not link.
//
//	validator, err := validate.New()
//	…
//	libraryv1.NewCRUDLibraryServiceServer(db, crud.WithValidator(validator))
//
// Resources are checked whole, before they are written: all fields of a Create, and
// those of an Update merged into the stored ones. A key that the server makes is not
// there yet when a resource is created, so give it no rule of its own. Requests are
// not checked; protovalidate's own interceptor does that.
package validate

import (
	"errors"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// New returns a validator. Its error is one of the options'. Give it
// protovalidate.WithMessages to have rules that do not compile found at start-up;
// otherwise they are found when a message is checked, and the call is INTERNAL.
func New(options ...protovalidate.ValidatorOption) (crud.Validator, error) {
	v, err := protovalidate.New(options...)
	if err != nil {
		return nil, err
	}
	return validator{v}, nil
}

type validator struct{ rules protovalidate.Validator }

// Validate returns INVALID_ARGUMENT with a violation for each rule that is broken.
func (v validator) Validate(m proto.Message) error {
	err := v.rules.Validate(m)
	var broken *protovalidate.ValidationError
	if !errors.As(err, &broken) {
		return err
	}
	violations := make([]crud.Violation, len(broken.Violations))
	for i, b := range broken.Violations {
		violations[i] = crud.Violation{
			Field:       protovalidate.FieldPathString(b.Proto.GetField()),
			Description: description(b.Proto.GetMessage(), b.Proto.GetRuleId()),
		}
	}
	return crud.Invalid(violations...)
}

// description is the rule's own text, or its name where it has none.
func description(message, rule string) string {
	if message = strings.TrimSpace(message); message != "" {
		return message
	}
	return "breaks the rule " + rule
}
