package filter_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// wholeKinds are the first and the last number of each kind.
var wholeKinds = map[filter.Kind][2]string{
	filter.Int32:  {"-2147483648", "2147483647"},
	filter.Int64:  {"-9223372036854775808", "9223372036854775807"},
	filter.Uint32: {"0", "4294967295"},
	filter.Uint64: {"0", "18446744073709551615"},
}

// A whole number of any size is compared as mathematics has it, in every spelling.
func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	holds := map[string]func(cmp int) bool{
		"=": func(c int) bool { return c == 0 }, "!=": func(c int) bool { return c != 0 },
		"<": func(c int) bool { return c < 0 }, "<=": func(c int) bool { return c <= 0 },
		">": func(c int) bool { return c > 0 }, ">=": func(c int) bool { return c >= 0 },
	}
	for kind, limits := range wholeKinds {
		s := filter.NewSchema("t", field("n", kind))
		rapid.Check(t, func(rt *rapid.T) {
			stored := nearby(rt, "stored", limits)
			first, last := number(limits[0]), number(limits[1])
			if stored.Cmp(first) < 0 || stored.Cmp(last) > 0 {
				stored = last
			}
			literal := nearby(rt, "literal", limits)
			var value any = stored.Int64()
			if kind == filter.Uint64 {
				value = stored.Uint64()
			}
			for op, want := range holds {
				text := "n " + op + " " + spelling(rt, literal)
				got := check(t, s, text).Eval(filter.Row{"n": value})
				require.Equal(rt, want(stored.Cmp(literal)), got == filter.True, "%v: %s", stored, text)
			}
		})
	}
}

func number(text string) *big.Int {
	n, _ := new(big.Int).SetString(text, 10)
	return n
}

// nearby draws a number near one where something changes.
func nearby(rt *rapid.T, label string, limits [2]string) *big.Int {
	near := rapid.SampledFrom([]string{limits[0], limits[1], "0", "1000", "1" + fmt.Sprintf("%030d", 0), "18446744073709551616"}).Draw(rt, label)
	return new(big.Int).Add(number(near), big.NewInt(rapid.Int64Range(-3, 3).Draw(rt, label+" offset")))
}

// spelling writes a number in one of the ways there are.
func spelling(rt *rapid.T, n *big.Int) string {
	switch rapid.IntRange(0, 3).Draw(rt, "spelling") {
	case 0:
		return n.String() + ".00"
	case 1:
		return n.String() + "000e-3"
	case 2:
		digits, sign := new(big.Int).Abs(n).String(), ""
		if n.Sign() < 0 {
			sign = "-"
		}
		return fmt.Sprintf("%s%s.%se%d", sign, digits[:1], digits[1:], len(digits)-1)
	}
	return n.String()
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	s := filter.NewSchema("t", field("abc", filter.Int32), field("abd", filter.Int32), field("given_name", filter.Int32))
	for name, want := range map[string]string{
		"abx": "abc", "bac": "abc", "abcd": "abc", "ab": "abc", "ABD": "abd", "givenName": "given_name", "family_name": "", "x": "",
	} {
		_, err := s.Compile(name+" = 1", filter.Postgres)
		if want == "" {
			assert.NotContains(t, err.Error(), "did you mean", name)
		} else {
			assert.ErrorContains(t, err, `did you mean "`+want+`"?`, name)
		}
	}
}
