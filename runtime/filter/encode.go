package filter

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"
	"time"
)

// signBit flipped turns the order of uint64 into that of int64, which is SQLite's.
const signBit = 1 << 63

// encode returns a value as it is bound to a column of a kind.
func encode(k Kind, v any, d Dialect) any {
	if d == SQLite {
		return encodeSQLite(v)
	}
	switch k {
	case Uint64:
		return strconv.FormatUint(v.(uint64), 10)
	case Float:
		return float32(v.(float64))
	case Date:
		return dateText(v.(int64))
	case TimeOfDay:
		return timeText(v.(int64))
	case Timestamp:
		return time.UnixMicro(v.(int64)).UTC()
	}
	return v
}

func encodeSQLite(v any) any {
	switch v := v.(type) {
	case uint64:
		return int64(v ^ signBit)
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	}
	return v
}

// order returns which of two values of a type comes first: -1, 0 or 1.
func order(a, b any) int {
	switch a := a.(type) {
	case int64:
		return cmp.Compare(a, b.(int64))
	case uint64:
		return cmp.Compare(a, b.(uint64))
	case float64:
		return cmp.Compare(a, b.(float64))
	case string:
		return strings.Compare(a, b.(string))
	case []byte:
		return bytes.Compare(a, b.([]byte))
	}
	if a == b {
		return 0
	}
	return 1 // bools, which have no order
}

// negation returns the comparator that holds where c does not.
func (c comparator) negation() comparator {
	switch c {
	case equals:
		return differs
	case differs:
		return equals
	case less:
		return atLeast
	case atMost:
		return more
	case more:
		return atMost
	case atLeast:
		return less
	}
	return c
}

// holds reports whether c holds between two values of which order is known.
func (c comparator) holds(order int) bool {
	switch c {
	case equals:
		return order == 0
	case differs:
		return order != 0
	case less:
		return order < 0
	case atMost:
		return order <= 0
	case more:
		return order > 0
	case atLeast:
		return order >= 0
	}
	return false
}

// sql returns the comparison with an argument, as it stands behind a column.
func (c comparator) sql() string {
	switch c {
	case equals:
		return " = ?"
	case differs:
		return " <> ?"
	case less:
		return " < ?"
	case atMost:
		return " <= ?"
	case more:
		return " > ?"
	case atLeast:
		return " >= ?"
	}
	return ""
}
