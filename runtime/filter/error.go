package filter

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Error is what is wrong with a filter or an order. Every error of this package
// is one. Its texts hold words of the caller and names of fields, never SQL.
type Error struct {
	// Input is the filter or the order as the caller gave it.
	Input string
	// Offset is the place in Input, in bytes from 1. Where something is missing at the
	// end it is one more than Input has bytes.
	Offset int
	// Reason says what is wrong and what to write instead, in one line.
	Reason string
}

// Error returns the place and the reason in one line.
func (e *Error) Error() string {
	return fmt.Sprintf("offset %d: %s", e.Offset, e.Reason)
}

// How many characters Caret shows before and behind the place.
const (
	caretBefore = 50
	caretBehind = 25
)

// Caret returns two lines for a terminal: what stands around the place, and a caret
// below it.
func (e *Error) Caret() string {
	at := min(max(e.Offset-1, 0), len(e.Input))
	before, behind := []rune(oneLine(e.Input[:at])), []rune(oneLine(e.Input[at:]))
	if n := len(before) - caretBefore; n > 0 {
		before = append([]rune{'…'}, before[n:]...)
	}
	if len(behind) > caretBehind {
		behind = append(behind[:caretBehind:caretBehind], '…')
	}
	return string(before) + string(behind) + "\n" + strings.Repeat(" ", len(before)) + "^"
}

// oneLine replaces what would move a terminal's cursor.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
}

// maxQuoted is how many bytes of the caller's text a reason repeats.
const maxQuoted = 60

// quote repeats the caller's text in a reason.
func quote(s string) string {
	if len(s) <= maxQuoted {
		return strconv.Quote(s)
	}
	end := maxQuoted
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return strconv.Quote(s[:end]) + "…"
}
