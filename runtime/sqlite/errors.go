package sqlite

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLSTATE codes that this package gives.
const (
	stateOutOfRange         = "22003"
	stateBadCharacter       = "22021"
	stateInvalidJSON        = "22032"
	stateInvalidText        = "22P02"
	stateIntegrity          = "23000"
	stateNotNull            = "23502"
	stateForeignKey         = "23503"
	stateUnique             = "23505"
	stateCheck              = "23514"
	stateReadOnly           = "25006"
	stateFailedTransaction  = "25P02"
	stateSerialization      = "40001"
	stateInsufficientRights = "42501"
	stateSyntax             = "42601"
	stateDuplicateColumn    = "42701"
	stateAmbiguousColumn    = "42702"
	stateUndefinedColumn    = "42703"
	stateUndefinedObject    = "42704"
	stateGrouping           = "42803"
	stateUndefinedFunction  = "42883"
	stateUndefinedTable     = "42P01"
	stateUndefinedParameter = "42P02"
	stateDuplicateTable     = "42P07"
	stateIndeterminate      = "42P18"
	stateDiskFull           = "53100"
	stateOutOfMemory        = "53200"
	stateTooManyConnections = "53300"
	stateProgramLimit       = "54000"
	stateLockNotAvailable   = "55P03"
	stateQueryCanceled      = "57014"
	stateIO                 = "58030"
	stateInternal           = "XX000"
	stateDataCorrupted      = "XX001"
)

const (
	severityError     = "ERROR"
	messageForeignKey = "FOREIGN KEY constraint failed"
)

// Extended result codes: the primary code, and above its byte which kind of it.
const (
	codeConstraintCheck      = sqlite3.SQLITE_CONSTRAINT | 1<<8
	codeConstraintForeignKey = sqlite3.SQLITE_CONSTRAINT | 3<<8
	codeConstraintNotNull    = sqlite3.SQLITE_CONSTRAINT | 5<<8
	codeConstraintPrimaryKey = sqlite3.SQLITE_CONSTRAINT | 6<<8
	codeConstraintTrigger    = sqlite3.SQLITE_CONSTRAINT | 7<<8
	codeConstraintUnique     = sqlite3.SQLITE_CONSTRAINT | 8<<8
	codeConstraintRowID      = sqlite3.SQLITE_CONSTRAINT | 10<<8
	codeConstraintDataType   = sqlite3.SQLITE_CONSTRAINT | 12<<8
	codeBusySnapshot         = sqlite3.SQLITE_BUSY | 2<<8
)

var (
	errClosed     error = closedError{}
	errRowsClosed       = errors.New("sqlite: rows is closed")
	errNoRow            = errors.New("sqlite: call Next before reading a row")
	// errBusy is what using a transaction gives while its rows are open, or while
	// another goroutine uses it.
	errBusy = errors.New("sqlite: conn busy: the transaction is in use; close its rows first")
)

// closedError is what every call of a closed database gives. As of a closed pool, a
// server says of it that the database is not available: it is net.ErrClosed.
type closedError struct{}

func (closedError) Error() string { return "sqlite: database is closed" }
func (closedError) Unwrap() error { return net.ErrClosed }

// newError returns a *pgconn.PgError with a message of ours.
func newError(state, format string, args ...any) *pgconn.PgError {
	return &pgconn.PgError{
		Severity:            severityError,
		SeverityUnlocalized: severityError,
		Code:                state,
		Message:             fmt.Sprintf(format, args...),
	}
}

// engineError translates an error of SQLite: its extended code, its message, and
// the byte of the statement it points at, or -1.
func engineError(code int32, message string, offset int) *pgconn.PgError {
	e := newError(stateOf(code, message), "%s", message)
	if offset >= 0 {
		e.Position = int32(offset) + 1
	}
	describe(e, code)
	return e
}

// stateOf finds the SQLSTATE: by the extended code, then by the primary one,
// which is its low byte, and then by the message.
func stateOf(code int32, message string) string {
	if code == codeConstraintTrigger && message == messageForeignKey {
		return stateForeignKey // ON DELETE RESTRICT and the like are triggers to SQLite
	}
	if state, ok := codeStates[code]; ok {
		return state
	}
	if state, ok := codeStates[code&0xff]; ok {
		return state
	}
	if code&0xff == sqlite3.SQLITE_ERROR {
		return messageState(message)
	}
	return stateInternal
}

var codeStates = map[int32]string{
	codeConstraintUnique:      stateUnique,
	codeConstraintPrimaryKey:  stateUnique,
	codeConstraintRowID:       stateUnique,
	codeConstraintForeignKey:  stateForeignKey,
	codeConstraintNotNull:     stateNotNull,
	codeConstraintCheck:       stateCheck,
	codeConstraintDataType:    stateInvalidText,
	codeBusySnapshot:          stateSerialization,
	sqlite3.SQLITE_CONSTRAINT: stateIntegrity,
	sqlite3.SQLITE_BUSY:       stateLockNotAvailable,
	sqlite3.SQLITE_LOCKED:     stateLockNotAvailable,
	sqlite3.SQLITE_PROTOCOL:   stateLockNotAvailable,
	sqlite3.SQLITE_READONLY:   stateReadOnly,
	sqlite3.SQLITE_FULL:       stateDiskFull,
	sqlite3.SQLITE_NOMEM:      stateOutOfMemory,
	sqlite3.SQLITE_INTERRUPT:  stateQueryCanceled,
	sqlite3.SQLITE_MISMATCH:   stateInvalidText,
	sqlite3.SQLITE_TOOBIG:     stateProgramLimit,
	sqlite3.SQLITE_RANGE:      stateUndefinedParameter,
	sqlite3.SQLITE_AUTH:       stateInsufficientRights,
	sqlite3.SQLITE_PERM:       stateInsufficientRights,
	sqlite3.SQLITE_IOERR:      stateIO,
	sqlite3.SQLITE_CANTOPEN:   stateIO,
	sqlite3.SQLITE_CORRUPT:    stateDataCorrupted,
	sqlite3.SQLITE_NOTADB:     stateDataCorrupted,
}

// messageStates tells apart what SQLite gives the one code SQLITE_ERROR.
var messageStates = []struct {
	matches func(message, text string) bool
	text    string
	state   string
}{
	{strings.HasPrefix, "no such table", stateUndefinedTable},
	{strings.HasPrefix, "no such view", stateUndefinedTable},
	{strings.HasPrefix, "no such column", stateUndefinedColumn},
	{strings.Contains, " has no column named ", stateUndefinedColumn},
	{strings.HasPrefix, "no such function", stateUndefinedFunction},
	{strings.HasPrefix, "wrong number of arguments to function", stateUndefinedFunction},
	{strings.HasPrefix, "no such ", stateUndefinedObject},
	{strings.HasPrefix, "ambiguous column name", stateAmbiguousColumn},
	{strings.HasPrefix, "duplicate column name", stateDuplicateColumn},
	{strings.HasSuffix, " already exists", stateDuplicateTable},
	{strings.HasPrefix, "misuse of aggregate", stateGrouping},
	{strings.HasPrefix, "too many ", stateProgramLimit},
	{strings.HasPrefix, "integer overflow", stateOutOfRange},
	{strings.HasPrefix, "malformed JSON", stateInvalidJSON},
	{strings.Contains, "syntax error", stateSyntax},
	{strings.HasPrefix, "incomplete input", stateSyntax},
	{strings.HasPrefix, "unrecognized token", stateSyntax},
	{strings.HasPrefix, "cannot store ", stateInvalidText},
}

func messageState(message string) string {
	for _, m := range messageStates {
		if m.matches(message, m.text) {
			return m.state
		}
	}
	return stateInternal
}
