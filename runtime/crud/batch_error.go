package crud

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
)

// element is the path of a field of an element.
func element(i int, field string) string { return fmt.Sprintf("[%d].%s", i, field) }

// ofElement returns an error of one element of a batch, which says of which. An error
// that is not about the element stays as it is.
func ofElement(i int, err error) error {
	var e *Error
	if !errors.As(err, &e) || !aboutElement(e) {
		return err
	}
	out := *e.renamed(func(v Violation) string { return element(i, v.Field) })
	out.Metadata = maps.Clone(out.Metadata)
	if out.Metadata == nil {
		out.Metadata = make(map[string]string, 1)
	}
	out.Metadata["index"] = strconv.Itoa(i)
	var hook *hookError
	if errors.As(err, &hook) {
		return &hookError{&out}
	}
	return &out
}

func aboutElement(e *Error) bool {
	switch e.Code {
	case codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.FailedPrecondition:
		return true
	case codes.Aborted:
		return e.Reason == ReasonEtagMismatch
	}
	return false
}

// element adds what is wrong with the values of an element. It returns every other
// error.
func (f *findings) element(i int, err error) error {
	var e *Error
	if errors.As(err, &e) && e.Code == codes.InvalidArgument && len(e.Violations) > 0 {
		for _, v := range e.Violations {
			v.Field = element(i, v.Field)
			f.add(v)
		}
		return nil
	}
	return ofElement(i, err)
}

// missingAll is NOT_FOUND of several resources. The first is in ResourceInfo, all are
// in ErrorInfo's metadata, as CSV.
func missingAll(domain, resource string, names []string) *Error {
	e := notFound(domain, resource, names[0])
	e.missing = names
	e.Metadata["resource_names"] = csvOf(names)
	if n := len(names) - 1; n > 0 {
		e.Message = fmt.Sprintf("%s %q and %d more not found", resource, names[0], n)
	}
	return e
}

// missingNames are the names of what a store did not find.
func (e *Error) missingNames() []string {
	switch {
	case e.missing != nil:
		return e.missing
	case e.Resource != nil:
		return []string{e.Resource.Name}
	}
	return nil
}

// csvOf joins values with commas. One that holds a comma is in quotes.
func csvOf(values []string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(values) // a Builder takes everything
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// repeated returns the violations of the elements whose key another one before them
// has. known says which elements have one.
func repeated[K comparable](keys []K, field string, known func(i int) bool) []Violation {
	first := make(map[K]int, len(keys))
	var violations []Violation
	for i, key := range keys {
		if known != nil && !known(i) {
			continue
		}
		if at, again := first[key]; again {
			violations = append(violations, invalidField(element(i, field), fmt.Sprintf("is that of element %d too", at)))
			continue
		}
		first[key] = i
	}
	return violations
}
