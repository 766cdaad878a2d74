package crud

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// A Repository is the [Store] over an SQL table. It takes what its caller gives:
// which fields a client may write is decided by the server's functions above it.
//
// Each call is one statement and one round trip, without BEGIN and COMMIT, unless
// there are hooks or Unchanged. It is safe for concurrent use when its DB is.
type Repository[M proto.Message, K comparable] struct {
	repository repository
	table      *Table[M, K]
}

// A repository is a Repository without the types of its messages and keys, as a table is.
type repository struct {
	*core
	db DB
	// tx is set when all statements run in a transaction of the caller's.
	tx *Tx
}

// core is what a repository and its copies in transactions share.
type core struct {
	table      *table
	name       string // of the table, as statements have it
	domain     string
	dialect    Dialect
	clock      func() time.Time
	hooks      hookSet
	scope      scope
	tokens     *sealer
	validators []Validator
	tokenLife  time.Duration

	get              string
	deleteSQL        string
	deleteIfSQL      string // with a condition on the revision
	lookups          map[string]string
	stamps           []int // place of each scope column among table.columns, or -1
	inserts, updates textCache
	lists, lives     textCache
	gets, batches    textCache

	// home is the database where the repository was made on one, and not in a transaction.
	home        DB
	wake        *eventlog.Waker // of those who follow the table's events; nil if it has none
	lookEvery   time.Duration   // of those who follow
	connections []*junction     // of the table's relations
	reached     made            // the cores that relations lead to
}

// NewRepository returns a repository of the table that runs its statements on db: a
// *pgxpool.Pool, a *pgx.Conn, a *Tx or the embedded engine.
//
// It panics, with one sentence, on what no call could mend: hooks of another
// message, a declared scope without a value, a malformed page token key, or a table
// that the engine cannot hold.
func NewRepository[M proto.Message, K comparable](db DB, t *Table[M, K], opts ...Option) *Repository[M, K] {
	return &Repository[M, K]{newRepository(db, &t.table, opts), t}
}

func newRepository(db DB, t *table, opts []Option) repository {
	s := settingsOf(opts)
	for _, h := range s.hooks {
		if !anyTable(reachable(t), func(t AnyTable) bool { return t.hooksFit(h) }) {
			panic(fmt.Sprintf("crud: the repository of %s got %s", t.info.Message, reflect.TypeOf(h)))
		}
	}
	c := newCore(db, t, s)
	if s.related != nil {
		opts = s.related
	}
	c.connect(db, opts, made{t: c})
	return repository{core: c, db: db, tx: transactionOf(db)}
}

// newCore makes what a repository is without its relations.
func newCore(db DB, t *table, s *settings) *core {
	if s.noRevision && t.etag >= 0 {
		t = t.withoutRevision()
	}
	c := &core{
		table:      t,
		name:       sqlname.Qualify(t.info.Schema, t.info.Name),
		domain:     domainOf(t.info.Message),
		dialect:    DialectOf(db),
		clock:      s.clock,
		hooks:      t.hooksOf(s),
		scope:      newScope(&t.info, s),
		tokens:     newSealer(s.tokenKeys),
		validators: s.validators,
		tokenLife:  s.tokenLife,
		lookEvery:  s.lookEvery,
	}
	if s.dialect != nil {
		c.dialect = *s.dialect
	}
	if c.dialect == SQLite && t.info.Schema != "" {
		panic(fmt.Sprintf("crud: %s is in the schema %q, and SQLite has no schemas", t.info.Message, t.info.Schema))
	}
	if c.dialect == SQLite && t.info.TotalSize == CountEstimated {
		panic(fmt.Sprintf("crud: the total size of %s is ESTIMATED, and SQLite does not estimate", t.info.Message))
	}
	for i := range t.info.Columns {
		if problem := t.info.Columns[i].unfit(c.dialect); problem != "" {
			panic(fmt.Sprintf("crud: %s.%s %s", t.info.Message, t.info.Columns[i].Field, problem))
		}
	}
	for _, index := range t.info.Indexes {
		if problem := index.unfit(c.dialect); problem != "" {
			panic(fmt.Sprintf("crud: the index %s of %s %s", index.Name, t.info.Message, problem))
		}
	}
	if transactionOf(db) == nil {
		c.home = db
	}
	if t.info.Events && c.home != nil {
		c.wake = eventlog.NewWaker(eventlog.Log{DB: db, SQLite: c.dialect == SQLite})
	}
	c.prepare()
	return c
}

// prepare completes the static statements with the scope's columns.
func (c *core) prepare() {
	scoped := c.scope.static(len(c.table.keyColumns) + 1)
	c.get = c.table.sql.Get + scoped
	c.deleteSQL = c.table.sql.Delete + scoped
	if c.table.revision >= 0 {
		n := len(c.table.keyColumns) + 1
		c.deleteIfSQL = fmt.Sprintf("%s AND %s = $%d", c.table.sql.Delete, c.revision(), n) + c.scope.static(n+1)
	}
	c.lookups = make(map[string]string, len(c.table.sql.Lookups))
	for field, sql := range c.table.sql.Lookups {
		c.lookups[field] = sql + c.scope.static(strings.Count(field, ",")+2)
	}
	for _, s := range c.scope.columns {
		at := -1
		for i := range c.table.columns {
			if n := c.table.columns[i].Names; len(n) == 1 && n[0] == s.name {
				at = i
			}
		}
		c.stamps = append(c.stamps, at)
	}
}

// transactionOf returns db as a transaction that statements join, nil if it is
// none. After-commit work has nobody to run it in a bare pgx.Tx.
func transactionOf(db DB) *Tx {
	switch db := db.(type) {
	case *Tx:
		return db
	case pgx.Tx:
		return &Tx{tx: db, dialect: DialectOf(db)}
	}
	return nil
}

// domainOf is the domain of ErrorInfo: the proto package.
func domainOf(message string) string {
	for i := len(message) - 1; i >= 0; i-- {
		if message[i] == '.' {
			return message[:i]
		}
	}
	return message
}

// within is [Repository.WithTx].
func (r *repository) within(tx *Tx) *repository {
	return &repository{core: r.core, db: tx, tx: tx}
}

// inTx runs fn in the caller's transaction, or in one of its own.
func (r *repository) inTx(ctx context.Context, fn func(tx *Tx) error) error {
	if r.tx != nil {
		err := fn(r.tx)
		if own, ok := unmarked(err); ok {
			return own
		}
		return err
	}
	err := InTx(ctx, r.db, fn)
	if e, ok := err.(*Error); ok {
		return e.in(r.domain)
	}
	return err
}

// getKey is [Repository.Get].
func (r *repository) getKey(ctx context.Context, key any, opts ...GetOption) (m proto.Message, err error) {
	if err := r.keyed("Get"); err != nil {
		return m, err
	}
	if s := getSettingsOf(opts); len(s.fields) > 0 || s.view != nil {
		return r.readFields(ctx, key, &s)
	}
	m, err = r.read(ctx, r.db, key, "")
	return r.orDefaults(ctx, key, reading{}, m, err)
}

// read gets a row, with a suffix such as FOR UPDATE.
func (r *repository) read(ctx context.Context, db DB, key any, suffix string) (m proto.Message, err error) {
	args, ok := r.table.keyArgs(key, r.dialect)
	if !ok {
		return m, r.notFound(key)
	}
	m, found, err := r.queryOne(ctx, db, r.get, suffix, args, nil)
	if err != nil {
		return m, err
	}
	if !found {
		return m, r.notFound(key)
	}
	return m, nil
}

// queryOne runs a static SELECT of at most one row under the scope. A value that its
// column cannot hold finds none.
func (r *repository) queryOne(ctx context.Context, db DB, sql, suffix string, args []any, selected columnSet) (m proto.Message, found bool, err error) {
	if !r.scope.empty() {
		if sql, args, err = r.scoped(ctx, sql, args); err != nil {
			return m, false, err
		}
	}
	if suffix != "" {
		sql += suffix
	}
	rows, err := db.Query(ctx, sql, args...)
	if err == nil {
		m, found, err = r.table.one(rows, r.dialect, selected)
	}
	if err == nil {
		return m, found, nil
	}
	var none proto.Message
	if e := classify(ctx, r.domain, err); !noSuchValue(err) || e.Code != codes.InvalidArgument {
		return none, false, e
	}
	return none, false, nil
}

// scoped adds a call's scope to a static statement, whose text has the scope's
// columns already.
func (r *repository) scoped(ctx context.Context, sql string, args []any) (string, []any, error) {
	values, err := r.scope.values(ctx)
	if err != nil {
		return "", nil, err
	}
	args = append(args, r.bindScope(values)...)
	where, more, err := r.scope.where(ctx, len(args)+1)
	if err != nil {
		return "", nil, err
	}
	return sql + where, append(args, more...), nil
}

// bindScope converts scope values of columns that are fields as the field's are.
func (c *core) bindScope(values []any) []any {
	bound := make([]any, len(values))
	for i, v := range values {
		bound[i] = v
		if at := c.stamps[i]; at >= 0 {
			if b, ok := c.table.columns[at].codec.bind(v, c.dialect); ok {
				bound[i] = b
			}
		}
	}
	return bound
}

// GetBy is [Repository.GetBy].
func (r *repository) GetBy(ctx context.Context, fields string, values []any, opts ...GetOption) (m proto.Message, err error) {
	sql, ok := r.lookups[fields]
	columns := r.table.columnsOf(fields)
	if !ok || len(columns) != len(values) {
		return m, internal(r.domain, fmt.Errorf("crud: %s has no lookup by %q", r.table.info.Message, fields))
	}
	s := getSettingsOf(opts)
	of, err := r.readingOf(&s)
	if err != nil {
		return m, err
	}
	args := make([]any, len(values))
	for i, v := range values {
		if args[i], ok = columns[i].codec.bind(v, r.dialect); !ok {
			return m, r.table.lookedUp(columns, values)
		}
	}
	return r.readOne(ctx, r.narrowed(sql, fields, of.selected), args, of, func() *Error { return r.table.lookedUp(columns, values) })
}

// lookedUp is NOT_FOUND of a lookup. Of a sensitive value it says that there was one.
func (t *table) lookedUp(columns []*column, values []any) *Error {
	parts := make([]string, len(values))
	for i, v := range values {
		if columns[i].Sensitive {
			v = "…"
		}
		parts[i] = columns[i].Field + "=" + fmt.Sprint(v)
	}
	return notFound(t.domain(), t.info.Resource, strings.Join(parts, ","))
}

func (r *repository) notFound(key any) *Error { return r.missing(r.table.keyName(key)) }

func (c *core) missing(name string) *Error {
	return notFound(c.domain, c.table.info.Resource, name)
}

func notFound(domain, resource, name string) *Error {
	name = strings.ToValidUTF8(name, "\uFFFD") // a key in Go can be what no message can hold
	return &Error{
		Code: codes.NotFound, Reason: ReasonResourceNotFound, Domain: domain,
		Message:  fmt.Sprintf("%s %q not found", resource, name),
		Metadata: map[string]string{"resource_type": resource, "resource_name": name},
		Resource: &Resource{Type: resource, Name: name},
	}
}
