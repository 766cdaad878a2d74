package sqlite

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// verb is what a statement does, as far as its first words tell.
type verb uint8

const (
	verbOther verb = iota
	verbSelect
	verbWith
	verbInsert
	verbUpdate
	verbDelete
	verbExplain
	verbPragma
	verbDefine
	verbTransaction
	verbRollback
	verbSavepoint
	verbAttach
)

var verbs = []struct {
	word string
	verb verb
}{
	{"SELECT", verbSelect},
	{"INSERT", verbInsert},
	{"UPDATE", verbUpdate},
	{"DELETE", verbDelete},
	{"WITH", verbWith},
	{"VALUES", verbSelect},
	{"REPLACE", verbInsert},
	{"PRAGMA", verbPragma},
	{"EXPLAIN", verbExplain},
	{"CREATE", verbDefine},
	{"ALTER", verbDefine},
	{"DROP", verbDefine},
	{"BEGIN", verbTransaction},
	{"COMMIT", verbTransaction},
	{"END", verbTransaction},
	{"ROLLBACK", verbRollback},
	{"SAVEPOINT", verbSavepoint},
	{"RELEASE", verbSavepoint},
	{"ATTACH", verbAttach},
	{"DETACH", verbAttach},
}

func verbOf(word string) verb {
	for _, v := range verbs {
		if len(v.word) == len(word) && strings.EqualFold(v.word, word) {
			return v.verb
		}
	}
	return verbOther
}

// firstVerb returns the verb that sql begins with.
func firstVerb(sql string) verb {
	l := lexer{src: sql}
	return verbOf(l.firstWord())
}

// firstWord skips empty statements, as SQLite does.
func (l *lexer) firstWord() string {
	for {
		if tok := l.next(); tok != ";" {
			return tok
		}
	}
}

// mayRead reports whether sql looks like a statement that only reads. It is a
// guess that costs little; SQLite says for sure once it has compiled the
// statement.
func mayRead(sql string) bool {
	switch firstVerb(sql) {
	case verbSelect, verbWith, verbExplain:
		return true
	case verbPragma:
		return pragmaReads(sql)
	default:
		return false
	}
}

// Pragmas that take an argument and read, and pragmas that take none and write.
// Others read when they stand alone and set something when they do not.
var (
	readingPragmas = []string{
		"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
		"foreign_key_list", "foreign_key_check", "integrity_check", "quick_check",
	}
	writingPragmas = []string{
		"wal_checkpoint", "optimize", "incremental_vacuum", "shrink_memory",
	}
)

func pragmaReads(sql string) bool {
	l := lexer{src: sql}
	l.firstWord()
	name, following := l.next(), l.next()
	if following == "." {
		name, following = l.next(), l.next()
	}
	switch following {
	case "", ";":
		return !containsFold(writingPragmas, name)
	case "(":
		return containsFold(readingPragmas, name)
	default:
		return false
	}
}

func containsFold(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

var (
	errTransactionText = errors.New("sqlite: BEGIN, COMMIT, END and ROLLBACK cannot be run as statements: use Begin, and Commit or Rollback of the transaction")
	errSavepointText   = errors.New("sqlite: SAVEPOINT and RELEASE need a transaction: use Begin, and run them through it")
	errAttachText      = errors.New("sqlite: ATTACH and DETACH are not supported: a DB is one database")
)

// refuse returns why a statement cannot be run as text, or nil. Within a
// transaction savepoints may be set by hand.
func refuse(sql string, inTx bool) error {
	switch firstVerb(sql) {
	case verbTransaction:
		return errTransactionText
	case verbRollback:
		if inTx && rollsBackToSavepoint(sql) {
			return nil
		}
		return errTransactionText
	case verbSavepoint:
		if !inTx {
			return errSavepointText
		}
	case verbAttach:
		return errAttachText
	}
	return nil
}

func rollsBackToSavepoint(sql string) bool {
	l := lexer{src: sql}
	l.firstWord()
	word := l.next()
	if strings.EqualFold(word, "TRANSACTION") {
		word = l.next()
	}
	return strings.EqualFold(word, "TO")
}

// command is what the tag of a statement says.
type command struct {
	verb verb
	name string
}

// commandOf finds the verb that decides the tag: for WITH that of the statement
// behind the common table expressions.
func commandOf(sql string) command {
	l := lexer{src: sql}
	word := l.firstWord()
	switch v := verbOf(word); v {
	case verbWith:
		return command{verb: l.mainVerb()}
	case verbDefine:
		return command{verb: v, name: strings.ToUpper(word) + l.definedKind()}
	case verbSelect, verbInsert, verbUpdate, verbDelete:
		return command{verb: v}
	default:
		return command{verb: v, name: strings.ToUpper(word)}
	}
}

// mainVerb returns the first verb outside of parentheses.
func (l *lexer) mainVerb() verb {
	depth := 0
	for tok := l.next(); tok != ""; tok = l.next() {
		switch tok {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth > 0 {
			continue
		}
		switch v := verbOf(tok); v {
		case verbSelect, verbInsert, verbUpdate, verbDelete:
			return v
		}
	}
	return verbSelect
}

// definedKind returns " TABLE", " INDEX" and the like.
func (l *lexer) definedKind() string {
	for tok := l.next(); tok != ""; tok = l.next() {
		switch kind := strings.ToUpper(tok); kind {
		case "UNIQUE", "TEMP", "TEMPORARY", "VIRTUAL":
		default:
			return " " + kind
		}
	}
	return ""
}

// tag builds the command tag. changed is the number of rows that were written,
// returned that of the rows that came back.
func (c command) tag(changed, returned int64) pgconn.CommandTag {
	switch c.verb {
	case verbSelect:
		return pgconn.NewCommandTag("SELECT " + strconv.FormatInt(returned, 10))
	case verbInsert:
		return pgconn.NewCommandTag("INSERT 0 " + strconv.FormatInt(changed, 10))
	case verbUpdate:
		return pgconn.NewCommandTag("UPDATE " + strconv.FormatInt(changed, 10))
	case verbDelete:
		return pgconn.NewCommandTag("DELETE " + strconv.FormatInt(changed, 10))
	default:
		return pgconn.NewCommandTag(c.name)
	}
}
