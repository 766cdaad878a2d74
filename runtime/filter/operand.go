package filter

import (
	"encoding/base64"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// An operand is a literal as a value of a field's type.
//
// A literal that no value of the type equals, such as 3000000000 for an int32 or a
// nanosecond, lies beside a value: above it with none between, or below it where that
// is the least of all.
type operand struct {
	value any
	side  side
}

type side int8

const (
	below side = -1
	exact side = 0
	above side = 1
)

// compare returns the comparator that holds between a field and the operand's value
// where c holds between the field and the literal. ok is false for an equality, which
// never holds.
func (o operand) compare(c comparator) (_ comparator, ok bool) {
	switch {
	case o.side == exact:
		return c, true
	case c == equals:
		return c, false
	case o.side == above && (c == less || c == atMost):
		return atMost, true
	case o.side == above:
		return more, true
	case c == less || c == atMost:
		return less, true
	}
	return atLeast, true
}

func readBool(_ *Field, text string) (operand, bool) {
	return operand{value: text == "true"}, text == "true" || text == "false"
}

func readString(_ *Field, text string) (operand, bool) {
	return operand{value: unescape(text)}, true
}

// unescape removes the backslashes that stand before *, quotes and backslashes.
func unescape(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' {
			i++
		}
		b.WriteByte(raw[i])
	}
	return b.String()
}

// readUUID accepts the one spelling that columns hold, and the empty text where it is
// stored as NULL.
func readUUID(f *Field, text string) (operand, bool) {
	return operand{value: text}, isUUID(text) || text == "" && f.Null == NullIsZero && !f.Repeated
}

// readTyped accepts what the field's type does, and the empty text where it is stored as
// NULL.
func readTyped(f *Field, text string) (operand, bool) {
	text = unescape(text)
	if text == "" && f.Null == NullIsZero && !f.Repeated {
		return operand{value: text}, true
	}
	value, ok := f.Read(text)
	return operand{value: value}, ok
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		digit := '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
		if hyphen && c != '-' || !hyphen && !digit {
			return false
		}
	}
	return true
}

// readBytes accepts both alphabets of base64, with padding or without, as the JSON of
// protobuf does.
func readBytes(_ *Field, text string) (operand, bool) {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	raw, err := base64.RawStdEncoding.DecodeString(text)
	return operand{value: raw}, err == nil && !strings.ContainsAny(text, "\r\n")
}

func readEnum(f *Field, text string) (operand, bool) {
	v := f.Enum.Values().ByName(protoreflect.Name(text))
	if v == nil {
		return operand{}, false
	}
	return operand{value: int64(v.Number())}, true
}

// readTimestamp returns microseconds since 1970.
func readTimestamp(_ *Field, text string) (operand, bool) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || !hasTimeForm(text) {
		return operand{}, false
	}
	o := operand{value: t.UnixMicro()}
	if t.Nanosecond()%1000 != 0 {
		o.side = above
	}
	return o, true
}

// hasTimeForm reports whether a time is written as RFC 3339 has it, about which package
// time is lenient, with at most the nine decimals that a Timestamp holds.
func hasTimeForm(text string) bool {
	const form = "0000-00-00T00:00:00"
	if len(text) < len(form) || !fits(text[:len(form)], form) {
		return false
	}
	zone := text[len(form):]
	if fraction, ok := strings.CutPrefix(zone, "."); ok {
		zone = strings.TrimLeft(fraction, "0123456789")
		if n := len(fraction) - len(zone); n < 1 || n > 9 {
			return false
		}
	}
	return zone == "Z" || fits(zone, "+00:00") || fits(zone, "-00:00")
}

// fits reports whether text is form, in which 0 stands for a digit.
func fits(text, form string) bool {
	if len(text) != len(form) {
		return false
	}
	for i := range len(form) {
		if text[i] != form[i] && (form[i] != '0' || text[i] < '0' || text[i] > '9') {
			return false
		}
	}
	return true
}

// readEnumName returns the name that the value is kept by.
func readEnumName(f *Field, text string) (operand, bool) {
	v := f.Enum.Values().ByName(protoreflect.Name(text))
	if v == nil {
		return operand{}, false
	}
	return operand{value: f.enumName(v.Number())}, true
}

// enumName is the name that a number is kept by, the first of several; "" if the enum
// does not declare it.
func (f *Field) enumName(number protoreflect.EnumNumber) string {
	v := f.Enum.Values().ByNumber(number)
	if v == nil {
		return ""
	}
	return string(v.Name())
}
