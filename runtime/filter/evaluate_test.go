package filter

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
)

// Truth is the value of a predicate for a row.
type Truth int8

const (
	False   Truth = -1
	Unknown Truth = 0
	True    Truth = 1
)

func truth(b bool) Truth {
	if b {
		return True
	}
	return False
}

// A Row is the values of fields by their paths: a bool, an int64, a uint64, a float64,
// a string or a []byte; an []any of these; or nil for NULL.
type Row map[string]any

// Eval is the meaning of a predicate, without SQL and without its normal form.
func (p *Predicate) Eval(row Row) Truth {
	if p.root == nil {
		return True
	}
	return eval(p.root, row)
}

func eval(n node, row Row) Truth {
	switch n := n.(type) {
	case allOf:
		result := True
		for _, m := range n {
			result = min(result, eval(m, row))
		}
		return result
	case anyOf:
		result := False
		for _, m := range n {
			result = max(result, eval(m, row))
		}
		return result
	case negation:
		return -eval(n.node, row)
	default:
		return n.(*test).eval(row[n.(*test).field.Path])
	}
}

func (t *test) eval(v any) Truth {
	if v == nil {
		switch {
		case t.is == unset:
			return True
		case t.field.Null == NullIsUnknown:
			return Unknown
		case t.field.Null == NullIsUnset, t.field.Repeated:
			return False
		}
		if v = t.field.rule().zero; v == nil {
			v = "" // a UUID
		}
	}
	switch {
	case t.is == unset:
		return False
	case t.is == present && t.field.Null == NullIsUnset && !t.field.Repeated:
		return True
	case t.is == present && t.field.rule().zero == nil && !t.field.Repeated:
		return truth(v != "")
	case t.is == present:
		return truth(!isZero(v))
	case !t.field.Repeated:
		return truth(t.holds(v))
	}
	return truth(slices.ContainsFunc(v.([]any), t.holds))
}

func (t *test) holds(v any) bool {
	switch t.is {
	case impossible:
		return false
	case matches:
		return like(v.(string), t.value.(pattern))
	}
	before, same := sorts(v, t.value), !sorts(v, t.value) && !sorts(t.value, v)
	switch t.op {
	case equals:
		return same
	case less:
		return before
	case atMost:
		return before || same
	case more:
		return !before && !same
	default:
		return !before
	}
}

// like tries every place for the texts between stars.
func like(s string, p pattern) bool {
	rest, ok := strings.CutPrefix(s, p[0])
	if len(p) == 1 || !ok {
		return ok && rest == ""
	}
	for i := range len(rest) + 1 {
		if like(rest[i:], p[1:]) {
			return true
		}
	}
	return false
}

// sorts reports whether a is before b. NaN is behind every number.
func sorts(a, b any) bool {
	switch a := a.(type) {
	case bool:
		return !a && b.(bool)
	case int64:
		return a < b.(int64)
	case uint64:
		return a < b.(uint64)
	case float64:
		if math.IsNaN(a) {
			return false
		}
		return math.IsNaN(b.(float64)) || a < b.(float64)
	case []byte:
		return bytes.Compare(a, b.([]byte)) < 0
	default:
		return cmp.Less(a.(string), b.(string))
	}
}

func isZero(v any) bool {
	switch v := v.(type) {
	case bool:
		return !v
	case int64:
		return v == 0
	case uint64:
		return v == 0
	case float64:
		return v == 0
	case []byte:
		return len(v) == 0
	case []any:
		return len(v) == 0
	default:
		return v == ""
	}
}
