package crud

import (
	"fmt"

	"github.com/Masterminds/squirrel"
)

// An Equality is a condition on one field of a [Query]: what a List request has in
// fields that are named like the resource's.
type Equality struct {
	// Field is the name of the proto field.
	Field string
	// Value is what it must equal, of the Go type of the message's field, or a slice of
	// such values, of which it must equal one, if Any.
	Value any
	Any   bool
	// Unset leaves the condition out, unless it is Required.
	Unset, Required bool

	count int // of values, if Any
}

// Equal is the condition that a field equals a value. It holds for all resources when
// set is false.
func Equal(field string, value any, set bool) Equality {
	return Equality{Field: field, Value: value, Unset: !set}
}

// EqualAny is the condition that a field equals one of some values. It holds for all
// resources when there are none.
func EqualAny[V any](field string, values []V) Equality {
	return Equality{Field: field, Value: values, Any: true, Unset: len(values) == 0, count: len(values)}
}

// Require refuses a query that leaves the condition out, with INVALID_ARGUMENT.
func (e Equality) Require() Equality {
	e.Required = true
	return e
}

// A boundEqual is an Equality that holds for some rows only.
type boundEqual struct {
	column *column
	arg    any
	any    bool
	given  any // the value or the values, as they were given
}

// setEqual binds the conditions. All that cannot be are violations.
func (l *listing) setEqual(found *findings, conditions []Equality) {
	for _, e := range conditions {
		if e.Unset {
			if e.Required {
				found.add(missingField(e.Field))
			}
			continue
		}
		c, ok := l.table.comparable(e.Field)
		if !ok || len(c.Names) != 1 || c.Repeated || c.Kind == KindEmbedded {
			found.add(invalidField(e.Field, "is no field that a list can be limited by"))
			continue
		}
		if most := int(l.table.info.MaxBatchSize); e.count > most {
			found.add(invalidField(e.Field, fmt.Sprintf("has %d values, more than %d", e.count, most)))
			continue
		}
		b := boundEqual{column: c, any: e.Any, given: e.Value}
		if e.Any {
			b.arg, ok = c.codec.bindAny(e.Value, l.dialect)
		} else {
			b.arg, ok = c.codec.bind(e.Value, l.dialect)
		}
		if !ok {
			found.add(invalidField(e.Field, "is no value that the field can have"))
			continue
		}
		l.equal = append(l.equal, b)
	}
}

// equalTo is the condition in a statement. The value is one parameter, however
// many there are.
func (l *listing) equalTo(e boundEqual) squirrel.Sqlizer {
	name := l.column(e.column.Names[0])
	switch {
	case !e.any:
		return squirrel.Expr(name+" = ?", e.arg)
	case l.dialect == SQLite:
		return squirrel.Expr(name+" IN (SELECT value FROM json_each(?))", e.arg)
	}
	return squirrel.Expr(name+" = ANY(?)", e.arg)
}
