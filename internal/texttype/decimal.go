package texttype

import (
	"strconv"
	"strings"
)

// maxDigits is how many digits PostgreSQL lets a numeric state, and how many one without
// a precision may have here.
const maxDigits = 1000

// decimal is a number in any spelling: -1, 1.50, .5 or 1e3. Its canonical one has no
// exponent, and the decimals of its type; without those it keeps its own.
func decimal(t *Type, text string) (string, bool) {
	negative := false
	switch {
	case strings.HasPrefix(text, "-"):
		negative, text = true, text[1:]
	case strings.HasPrefix(text, "+"):
		text = text[1:]
	}
	exponent := 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		n, err := strconv.Atoi(text[i+1:])
		if err != nil || n > maxDigits || n < -maxDigits {
			return "", false
		}
		exponent, text = n, text[:i]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return "", false
	}
	return fixed(t, negative, whole, fraction, exponent)
}

// fixed writes a number without its exponent.
func fixed(t *Type, negative bool, whole, fraction string, exponent int) (string, bool) {
	if exponent > 0 {
		moved := min(exponent, len(fraction))
		whole += fraction[:moved] + strings.Repeat("0", exponent-moved)
		fraction = fraction[moved:]
	} else if exponent < 0 {
		whole = strings.Repeat("0", max(0, -exponent-len(whole))) + whole
		fraction = whole[len(whole)+exponent:] + fraction
		whole = whole[:len(whole)+exponent]
	}
	whole = strings.TrimLeft(whole, "0")
	if t.Precision > 0 {
		fraction = strings.TrimRight(fraction, "0")
		if len(fraction) > t.Scale || len(whole) > t.Precision-t.Scale {
			return "", false
		}
		fraction += strings.Repeat("0", t.Scale-len(fraction))
	}
	if len(whole)+len(fraction) > maxDigits {
		return "", false
	}
	if whole == "" && strings.Trim(fraction, "0") == "" {
		negative = false // zero has no sign
	}
	if whole == "" {
		whole = "0"
	}
	out := whole
	if fraction != "" {
		out += "." + fraction
	}
	if negative {
		out = "-" + out
	}
	return out, true
}

// orderNumerics orders numerics as PostgreSQL does: NaN is the greatest.
func orderNumerics(a, b string) int {
	rankA, rankB := numericRank(a), numericRank(b)
	if rankA != 0 || rankB != 0 {
		return rankA - rankB
	}
	return compareDecimals(a, b)
}

// numericRank tells apart what is less or greater than every number, which is of 0.
func numericRank(text string) int {
	switch text {
	case "-Infinity":
		return -1
	case "Infinity":
		return 1
	case "NaN":
		return 2
	}
	return 0
}

// compareDecimals returns which of two canonical numbers is greater.
func compareDecimals(a, b string) int {
	negativeA, negativeB := strings.HasPrefix(a, "-"), strings.HasPrefix(b, "-")
	switch {
	case negativeA && negativeB:
		return compareDecimals(b[1:], a[1:])
	case negativeA:
		return -1
	case negativeB:
		return 1
	}
	wholeA, fractionA, _ := strings.Cut(a, ".")
	wholeB, fractionB, _ := strings.Cut(b, ".")
	if len(wholeA) != len(wholeB) {
		return len(wholeA) - len(wholeB)
	}
	if c := strings.Compare(wholeA, wholeB); c != 0 {
		return c
	}
	return strings.Compare(strings.TrimRight(fractionA, "0"), strings.TrimRight(fractionB, "0"))
}
