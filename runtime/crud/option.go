package crud

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
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
	dialect    *Dialect
	clock      func() time.Time
	tokenKeys  [][]byte
	tokenLife  time.Duration
	hooks      []any // Hooks[M]
	columns    []scopeColumn
	wheres     []predicate
	validators []Validator
	noRevision bool
	lookEvery  time.Duration
	// related are the options of a service, for the tables that relations lead to.
	related []Option
}

func settingsOf(opts []Option) *settings {
	s := &settings{clock: time.Now, lookEvery: eventlog.DefaultInterval}
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

// WithPageTokenLifetime has page tokens refused that are older than d, 72 hours for
// example. Without it they are good as long as their key.
func WithPageTokenLifetime(d time.Duration) Option {
	return optionFunc(func(s *settings) { s.tokenLife = d })
}

// WithEventInterval sets how often watches look for events by themselves, a second
// without it. On PostgreSQL notifications tell them at once, where the database is a
// *pgxpool.Pool, which they open one more connection beside; behind a pooler that hands
// connections out by transactions, and on the embedded engine for the writes of other
// processes, the interval is how long an event takes.
func WithEventInterval(d time.Duration) Option {
	return optionFunc(func(s *settings) { s.lookEvery = d })
}

// CheckOptions panics, with one sentence, when an option given to a service's
// constructor belongs to none of its tables: hooks of another message, a scope
// column that no model declares, or a general predicate, which is always one
// model's. Generated constructors call it.
func CheckOptions(service string, opts []Option, tables ...AnyTable) {
	s, tables := settingsOf(opts), reachable(tables...)
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

// Options is [Table.Options].
func (t *table) Options(opts []Option) []Option {
	mine := t.ownOptions(opts)
	if len(t.relations) > 0 {
		mine = append(mine, relatedOptions(opts))
	}
	return mine
}

// ownOptions are Options without those of the tables that relations lead to.
func (t *table) ownOptions(opts []Option) []Option {
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

type getSettings struct {
	keyPresence []bool
	// fields are the paths of a read mask.
	fields []string
	view   protoreflect.Enum
}

// View makes Get return what a view enum says (AIP-157): BASIC and FULL both are all
// fields of the resource's own. A value that the enum does not name is
// INVALID_ARGUMENT.
func View(view protoreflect.Enum) GetOption {
	return getOption(func(s *getSettings) { s.view = view })
}

// checkView returns what is wrong with a view.
func checkView(view protoreflect.Enum) []Violation {
	if view == nil || view.Descriptor().Values().ByNumber(view.Number()) != nil {
		return nil
	}
	return []Violation{invalidField("view", "is no value of "+string(view.Descriptor().FullName()))}
}

type getOption func(*getSettings)

func (f getOption) applyGet(s *getSettings) { f(s) }

// ReadMask makes Get return only the fields of a mask (AIP-157). Nil, empty and *
// are all.
func ReadMask(mask *fieldmaskpb.FieldMask) GetOption {
	return getOption(func(s *getSettings) { s.fields = mask.GetPaths() })
}

func getSettingsOf(opts []GetOption) getSettings {
	if len(opts) == 0 {
		return getSettings{}
	}
	var s getSettings
	for _, opt := range opts {
		opt.applyGet(&s)
	}
	return s
}

// detached returns a context that outlives the call, for work after its commit.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), afterCommitTimeout)
}
