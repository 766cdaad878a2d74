package filter

import (
	"math"
	"strconv"
	"strings"
)

// isDigits reports whether s is one or more digits.
func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// A decimal is a number as it is written: mantissa × 10^exponent.
type decimal struct {
	negative bool
	mantissa string // digits, without a leading zero; empty is 0
	exponent int
}

// maxExponent is where the exponent of a decimal is cut off. No literal has so many
// digits that this could bring a number into the range of a type.
const maxExponent = 1 << 20

// readDecimal reads -1, 1.5, .5 or 1e3.
func readDecimal(text string) (d decimal, ok bool) {
	text, d.negative = strings.CutPrefix(text, "-")
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		if d.exponent, ok = readExponent(text[i+1:]); !ok {
			return d, false
		}
		text = text[:i]
	}
	whole, fraction, dotted := strings.Cut(text, ".")
	if dotted {
		whole += fraction
		d.exponent -= len(fraction)
	}
	d.mantissa = strings.TrimLeft(whole, "0")
	return d, isDigits(whole)
}

func readExponent(text string) (int, bool) {
	digits := text
	if digits != "" && (digits[0] == '+' || digits[0] == '-') {
		digits = digits[1:]
	}
	n, _ := strconv.Atoi(text) // the nearest int, if it is beyond these
	return min(max(n, -maxExponent), maxExponent), isDigits(digits)
}

// integer returns the number without its sign. ok is false if it is not whole; over
// says that it has more than 64 bits.
func (d decimal) integer() (magnitude uint64, over, ok bool) {
	digits := d.mantissa
	if d.exponent != 0 {
		digits = strings.TrimRight(digits, "0")
		zeros := d.exponent + len(d.mantissa) - len(digits)
		switch {
		case digits == "":
			return 0, false, true
		case zeros < 0:
			return 0, false, false
		case zeros > 20:
			return 0, true, true
		}
		digits += strings.Repeat("0", zeros)
	}
	if digits == "" {
		return 0, false, true
	}
	magnitude, err := strconv.ParseUint(digits, 10, 64)
	return magnitude, err != nil, true
}

// limits are the ends of a kind of whole numbers, the lower one without its sign.
func (k Kind) limits() (least, greatest uint64) {
	switch k {
	case Int32:
		return 1 << 31, math.MaxInt32
	case Int64:
		return 1 << 63, math.MaxInt64
	case Uint32:
		return 0, math.MaxUint32
	}
	return 0, math.MaxUint64
}

// readInteger reads a whole number in any spelling. One beyond the field's type is
// beside the type's end.
func readInteger(f *Field, text string) (operand, bool) {
	d, ok := readDecimal(text)
	if !ok {
		return operand{}, false
	}
	n, over, ok := d.integer()
	if !ok {
		return operand{}, false
	}
	o := operand{}
	least, greatest := f.Kind.limits()
	switch {
	case d.negative && (over || n > least):
		n, o.side = least, below
	case !d.negative && (over || n > greatest):
		n, o.side = greatest, above
	}
	switch {
	case f.Kind == Uint64:
		o.value = n // a negative one is 0 by now
	case d.negative:
		o.value = -int64(n)
	default:
		o.value = int64(n)
	}
	return o, true
}

// readFloat reads the number of the field's type that is nearest to the literal. One
// that is beyond all finite numbers is not infinite: it is beside the last of them.
func readFloat(f *Field, text string) (operand, bool) {
	if _, ok := readDecimal(text); !ok {
		return operand{}, false
	}
	bits, greatest := 64, math.MaxFloat64
	if f.Kind == Float {
		bits, greatest = 32, math.MaxFloat32
	}
	v, _ := strconv.ParseFloat(text, bits) // infinite beyond the range
	switch {
	case v > greatest:
		return operand{greatest, above}, true
	case v < -greatest:
		return operand{-greatest, below}, true
	case v == 0:
		v = 0 // of either sign: SQLite has no negative zero
	}
	return operand{value: v}, true
}

// The range of a Duration, about 10,000 years either way.
const (
	maxSeconds = 315_576_000_000
	second     = 1_000_000 // microseconds
)

// readDuration returns microseconds.
func readDuration(_ *Field, text string) (operand, bool) {
	text, ok := strings.CutSuffix(text, "s")
	text, negative := strings.CutPrefix(text, "-")
	whole, fraction, dotted := strings.Cut(text, ".")
	if !ok || !isDigits(whole) || dotted && !isDigits(fraction) || len(fraction) > 9 {
		return operand{}, false
	}
	seconds, err := strconv.ParseInt(whole, 10, 64)
	nanos, _ := strconv.ParseInt((fraction + "000000000")[:9], 10, 64) // nine digits
	if err != nil || seconds > maxSeconds || seconds == maxSeconds && nanos > 0 {
		return operand{}, false
	}
	micros := seconds*second + nanos/1000
	o := operand{value: micros}
	if nanos%1000 != 0 {
		o.side = above
	}
	if negative {
		o.value = -micros - int64(o.side)
	}
	return o, true
}
