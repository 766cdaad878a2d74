package texttype

import (
	"strconv"
	"strings"
	"time"
)

// A bound is what the two ends of a range are. compare tells which of two canonical ones
// is greater.
type bound struct {
	canonical func(*Type, string) (string, bool)
	compare   func(a, b string) int
	// next is the value behind one, of a type in which nothing lies between the two; ok is
	// false if there is none.
	next func(string) (string, bool)
}

var (
	int4Bound = bound{integerOf(32), compareDecimals, nextInteger(32)}
	int8Bound = bound{integerOf(64), compareDecimals, nextInteger(64)}
	numBound  = bound{decimal, compareDecimals, nil}
	dateBound = bound{date, strings.Compare, nextDate}
	tsBound   = bound{timestamp, compareTimes, nil}
	tstzBound = bound{timestamptz, compareTimes, nil}
)

func int4range(_ *Type, text string) (string, bool) { return int4Bound.rangeOf(text) }
func int8range(_ *Type, text string) (string, bool) { return int8Bound.rangeOf(text) }
func numrange(_ *Type, text string) (string, bool)  { return numBound.rangeOf(text) }
func daterange(_ *Type, text string) (string, bool) { return dateBound.rangeOf(text) }
func tsrange(_ *Type, text string) (string, bool)   { return tsBound.rangeOf(text) }
func tstzrange(_ *Type, text string) (string, bool) { return tstzBound.rangeOf(text) }

// rangeOf reads a range, as PostgreSQL writes it too: with quotes around the bounds that
// have blanks.
func (b bound) rangeOf(text string) (string, bool) {
	if text == "empty" {
		return text, true
	}
	if len(text) < 3 || !strings.ContainsRune("[(", rune(text[0])) || !strings.ContainsRune(")]", rune(text[len(text)-1])) {
		return "", false
	}
	low, high, ok := strings.Cut(text[1:len(text)-1], ",")
	if !ok {
		return "", false
	}
	from, to := text[0] == '[', text[len(text)-1] == ']'
	if low, from, ok = b.end(low, from); !ok {
		return "", false
	}
	if high, to, ok = b.end(high, to); !ok {
		return "", false
	}
	return b.between(low, high, from, to)
}

// end reads a bound. An empty one is infinite, and then not in the range.
func (b bound) end(text string, in bool) (string, bool, bool) {
	if text == "" {
		return "", false, true
	}
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	value, ok := b.canonical(&Type{}, text)
	return value, in, ok
}

// between writes a range. low may not be above high.
func (b bound) between(low, high string, from, to bool) (string, bool) {
	if low != "" && high != "" && b.compare(low, high) > 0 {
		return "", false
	}
	if b.next != nil {
		var ok bool
		if low != "" && !from {
			if low, ok = b.next(low); !ok {
				return "", false
			}
			from = true
		}
		if high != "" && to {
			if high, ok = b.next(high); !ok {
				return "", false
			}
			to = false
		}
	}
	if low != "" && high != "" {
		if c := b.compare(low, high); c > 0 || c == 0 && !(from && to) {
			return "empty", true
		}
	}
	open, end := "(", ")"
	if from {
		open = "["
	}
	if to {
		end = "]"
	}
	return open + low + "," + high + end, true
}

func integerOf(size int) func(*Type, string) (string, bool) {
	return func(_ *Type, text string) (string, bool) {
		n, err := strconv.ParseInt(text, 10, size)
		return strconv.FormatInt(n, 10), err == nil
	}
}

func nextInteger(size int) func(string) (string, bool) {
	return func(text string) (string, bool) {
		n, _ := strconv.ParseInt(text, 10, 64)
		next := strconv.FormatInt(n+1, 10)
		_, err := strconv.ParseInt(next, 10, size)
		return next, err == nil && n+1 > n
	}
}

func nextDate(text string) (string, bool) {
	t, _ := time.Parse(dateForm, text)
	t = t.AddDate(0, 0, 1)
	return t.Format(dateForm), t.Year() < 10_000
}

// compareTimes compares two times of the same form. Fewer decimals are a beginning of
// more, but for what follows them.
func compareTimes(a, b string) int {
	return strings.Compare(strings.TrimSuffix(a, "Z"), strings.TrimSuffix(b, "Z"))
}
