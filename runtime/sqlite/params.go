package sqlite

import (
	"slices"
	"strconv"
	"strings"
)

// maxParams is how many parameters SQLite allows.
const maxParams = 32766

// numberParams makes each $n of sql a ?n in text, a copy of sql for SQLite. To
// SQLite $1 is a parameter that happens to be called "$1", found by a search
// through all names, while ?1 is the first one. It returns the greatest n; as
// with PostgreSQL every number up to it must occur, and nothing but numbers.
func numberParams(sql string, text []byte) (int, error) {
	if !strings.ContainsAny(sql, "$?@:#") {
		return 0, nil
	}
	var seen []bool // seen[n-1] is whether $n occurs
	l := lexer{src: sql}
	for tok := l.next(); tok != ""; tok = l.next() {
		if strings.IndexByte("$?@:#", tok[0]) < 0 {
			continue
		}
		n, err := paramNumber(tok, sql[l.pos:])
		if err != nil {
			return 0, err
		}
		text[l.pos-len(tok)] = '?'
		if n > len(seen) {
			seen = append(seen, make([]bool, n-len(seen))...)
		}
		seen[n-1] = true
	}
	if gap := slices.Index(seen, false); gap >= 0 {
		return 0, newError(stateIndeterminate, "the statement has a parameter $%d but no $%d", len(seen), gap+1)
	}
	return len(seen), nil
}

// paramNumber returns the n of $n. rest is what follows the token.
func paramNumber(tok, rest string) (int, error) {
	digits, dollar := strings.CutPrefix(tok, "$")
	n, err := strconv.Atoi(digits)
	switch {
	case strings.HasPrefix(rest, "::"):
		return 0, newError(stateSyntax, "SQLite has no %s::type: write CAST(%s AS type)", tok, tok)
	case !dollar, err != nil, n < 1, strconv.Itoa(n) != digits:
		word := lexer{src: rest}
		return 0, newError(stateUndefinedParameter, "%q is not one of the parameters $1, $2, …", tok+word.next())
	case n > maxParams:
		return 0, newError(stateProgramLimit, "there is no parameter $%d: SQLite allows %d", n, maxParams)
	}
	return n, nil
}
