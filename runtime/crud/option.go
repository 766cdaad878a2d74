package crud

import (
	"context"
	"fmt"
	"reflect"
	"time"
)

// An Option configures a repository or, given to the constructor of a generated
// server, the repositories behind it. Hooks are options too.
type Option interface {
	apply(*settings)
}

type optionFunc func(*settings)

func (f optionFunc) apply(s *settings) { f(s) }

// settings are what the options of one repository say.
type settings struct {
	dialect   *Dialect
	clock     func() time.Time
	tokenKeys [][]byte
	hooks     []any // Hooks[M]
	columns   []scopeColumn
	wheres    []predicate
}

func settingsOf(opts []Option) *settings {
	s := &settings{clock: time.Now}
	for _, opt := range opts {
		opt.apply(s)
	}
	return s
}

// WithDialect says which SQL the database speaks, where the DB does not say so
// itself: a wrapper around the embedded engine, for example.
func WithDialect(d Dialect) Option {
	return optionFunc(func(s *settings) { s.dialect = &d })
}

// WithClock replaces the clock behind create_time and update_time. It is called
// from several goroutines at once.
func WithClock(now func() time.Time) Option {
	return optionFunc(func(s *settings) { s.clock = now })
}

// WithPageTokenKeys sets the keys that seal page tokens, 32 bytes each. The first
// seals; all open, so that keys can be rotated. Give all replicas of a server the
// same keys.
//
// Without this option the keys are those of the environment variable
// CRUD_PAGE_TOKEN_KEY: base64, several separated by commas. Without either, a
// random key of the process is used, which is said once in the log: such tokens do
// not outlive the process or serve another replica.
func WithPageTokenKeys(keys ...[]byte) Option {
	return optionFunc(func(s *settings) { s.tokenKeys = keys })
}

// CheckOptions panics, with one sentence, when an option given to a service's
// constructor belongs to none of its tables: hooks of another message, a scope
// column that no model declares, or a general predicate, which is always one
// model's. Generated constructors call it.
func CheckOptions(service string, opts []Option, tables ...AnyTable) {
	s := settingsOf(opts)
	for _, h := range s.hooks {
		if !anyTable(tables, func(t AnyTable) bool { return t.hooksFit(h) }) {
			panic(fmt.Sprintf("crud: %s got %s, but serves no such message", service, reflect.TypeOf(h)))
		}
	}
	for _, c := range s.columns {
		if !anyTable(tables, func(t AnyTable) bool { return declares(t, c.name) }) {
			panic(fmt.Sprintf("crud: %s got a value for the scope column %q, which none of its models declares", service, c.name))
		}
	}
	if len(s.wheres) > 0 {
		panic(fmt.Sprintf("crud: %s got a crud.Where, which belongs to one model; give it to that model's repository", service))
	}
}

func anyTable(tables []AnyTable, fits func(AnyTable) bool) bool {
	for _, t := range tables {
		if fits(t) {
			return true
		}
	}
	return false
}

func declares(t AnyTable, column string) bool {
	for _, c := range t.Info().Scope {
		if c == column {
			return true
		}
	}
	return false
}

// Options returns those of a service's options that concern this table: all but
// the hooks of other messages and the scope columns that the model does not
// declare.
func (t *Table[M, K]) Options(opts []Option) []Option {
	mine := make([]Option, 0, len(opts))
	for _, opt := range opts {
		s := &settings{}
		opt.apply(s)
		foreign := false
		for _, h := range s.hooks {
			foreign = foreign || !t.hooksFit(h)
		}
		for _, c := range s.columns {
			foreign = foreign || !declares(t, c.name)
		}
		if !foreign {
			mine = append(mine, opt)
		}
	}
	return mine
}

// A GetOption changes one call of Get.
type GetOption interface{ applyGet(*getSettings) }

// A WriteOption changes one call of Create, Update or Delete.
type WriteOption interface{ applyWrite(*writeSettings) }

type getSettings struct{ keyPresence []bool }

type writeSettings struct {
	keyPresence []bool
	// unchanged are paths whose values must equal the stored row's.
	unchanged []string
}

func getSettingsOf(opts []GetOption) (s getSettings) {
	for _, opt := range opts {
		opt.applyGet(&s)
	}
	return s
}

func writeSettingsOf(opts []WriteOption) (s writeSettings) {
	for _, opt := range opts {
		opt.applyWrite(&s)
	}
	return s
}

type keyPresence []bool

func (p keyPresence) applyGet(s *getSettings)     { s.keyPresence = p }
func (p keyPresence) applyWrite(s *writeSettings) { s.keyPresence = p }

// KeyPresence says which fields of the key a request sets, in key order. Without
// it, a zero or empty value counts as not set. Stores ignore it: it is for the
// functions behind generated methods.
func KeyPresence(set ...bool) interface {
	GetOption
	WriteOption
} {
	return keyPresence(set)
}

type unchangedFields []string

func (u unchangedFields) applyWrite(s *writeSettings) { s.unchanged = append(s.unchanged, u...) }

// Unchanged makes Update fail with INVALID_ARGUMENT, reason IMMUTABLE_FIELD, when
// the message's value of a field differs from the stored row's. The row is locked
// for the comparison. It is how IMMUTABLE fields are kept (AIP-203).
func Unchanged(fields ...string) WriteOption { return unchangedFields(fields) }

// detached returns a context that outlives the call, for work after its commit.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), afterCommitTimeout)
}
