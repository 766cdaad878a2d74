package crud

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// Create is [Repository.Create].
func (r *repository) Create(ctx context.Context, m proto.Message, opts ...WriteOption) (stored proto.Message, err error) {
	s := writeSettingsOf(opts)
	for range maxNumbers {
		stored, err = r.createOnce(ctx, m, &s)
		if !r.numberTaken(m, err) || r.tx != nil {
			break
		}
	}
	if err == nil && s.validateOnly { // nobody is to use an id that was not given out
		r.table.clearMade(stored, m)
	}
	return stored, err
}

func (r *repository) createOnce(ctx context.Context, m proto.Message, s *writeSettings) (stored proto.Message, err error) {
	if s.inTx() || r.emits() || r.hooks.has(beforeCreate) || r.hooks.has(afterCreate) || len(r.table.ownedIn(m)) > 0 {
		if violations := append(r.table.check(m, r.table.given(m), r.dialect), r.table.checkRelated(m, r.dialect)...); len(violations) > 0 {
			return stored, invalid(r.domain, violations...) // before a statement is sent
		}
		return r.transact(ctx, s, func(tx *Tx) (proto.Message, error) { return r.create(ctx, tx, m) })
	}
	err = r.retried(ctx, func() error {
		stored, err = r.insert(ctx, r.db, m)
		return err
	})
	return stored, err
}

// maxNumbers is how many numbers of the database's a Create tries.
const maxNumbers = 1000

// numberTaken reports whether the database gave m a number that a row has already: one
// that an upsert or an import chose, of which a PostgreSQL sequence does not know. The
// next attempt gets the next number.
func (r *repository) numberTaken(m proto.Message, err error) bool {
	i := r.table.identity
	if i < 0 || !r.table.columns[i].PrimaryKey || r.table.columns[i].codec.has(m) || !createdMeanwhile(err) {
		return false
	}
	of := err.(*Error).Resource
	return of != nil && *of == *r.resourceOf(m) // and not a resource that a hook created
}

// given returns the columns of m but those of the key that somebody else is to fill in.
func (t *table) given(m proto.Message) columnSet {
	set := make(columnSet, len(t.columns))
	for i := range t.columns {
		set[i] = flag(!t.columns[i].PrimaryKey || t.columns[i].codec.has(m))
	}
	return set
}

// create inserts a row with its hooks around.
func (r *repository) create(ctx context.Context, tx *Tx, m proto.Message) (stored proto.Message, err error) {
	w := &Write[proto.Message]{Tx: tx, New: r.table.clone(m)}
	if err := r.generateIDs(w.New); err != nil {
		return stored, err
	}
	if err := r.stamp(ctx, w.New); err != nil {
		return stored, err
	}
	if err := r.hooks.run(ctx, w, beforeCreate); err != nil {
		return stored, err
	}
	if stored, err = r.insert(ctx, tx, w.New); err != nil {
		return stored, err
	}
	var none proto.Message
	if err := r.emit(ctx, tx, eventlog.Created, none, stored); err != nil {
		return stored, err
	}
	if err := r.createRelated(ctx, tx, w.New, stored); err != nil {
		return stored, err
	}
	return stored, r.afterWrite(ctx, tx, stored, afterCreate, func(w *Write[proto.Message]) {})
}

// clearMade clears the ids of a stored message that its caller did not give.
func (t *table) clearMade(stored, given proto.Message) {
	if !t.hasKey(given) {
		t.clearKey(stored)
	}
	for _, c := range t.ids {
		if !c.PrimaryKey && !c.codec.has(given) {
			c.codec.clear(stored)
		}
	}
	t.clearMadeRelated(stored, given)
}

// hasKey reports whether the caller gave all of the key.
func (t *table) hasKey(m proto.Message) bool {
	key, err := t.keyOf(m)
	return err == nil && !slices.ContainsFunc(t.values(key), zeroKeyValue)
}

// afterWrite runs the hooks behind a statement. They see a copy of the stored row.
func (r *repository) afterWrite(ctx context.Context, tx *Tx, stored proto.Message, pick func(*Hooks[proto.Message]) hook, with func(*Write[proto.Message])) error {
	if !r.hooks.has(pick) {
		return nil
	}
	w := &Write[proto.Message]{Tx: tx, New: r.table.clone(stored)}
	with(w)
	return r.hooks.run(ctx, w, pick)
}

// retried runs a single statement again when it lost a race. In a caller's
// transaction that is the caller's to do: the whole of it is lost.
func (r *repository) retried(ctx context.Context, f func() error) error {
	if r.tx != nil {
		return f()
	}
	return retry(ctx, f)
}

// generateIDs gives m the key and the other ids that the runtime makes, where it has
// none.
func (r *repository) generateIDs(m proto.Message) error {
	for _, c := range r.table.ids {
		if c.codec.has(m) {
			continue
		}
		id, err := newID(c.Generated)
		if err != nil {
			return internal(r.domain, err)
		}
		if id == "" {
			continue
		}
		// An id is text in every engine's form but PostgreSQL's binary one.
		if err := c.codec.scan(m, []any{id}, SQLite); err != nil {
			return internal(r.domain, err)
		}
	}
	return nil
}

// newID makes an id; it is empty where somebody else makes it.
func newID(by Generated) (string, error) {
	switch by {
	case ByUUIDv7:
		id, err := uuid.NewV7()
		return id.String(), err
	case ByUUIDv4:
		id, err := uuid.NewRandom()
		return id.String(), err
	}
	return "", nil
}

// insert runs the INSERT. It does not change m.
func (r *repository) insert(ctx context.Context, db DB, m proto.Message) (stored proto.Message, err error) {
	if m, err = r.readyInsert(m); err != nil {
		return stored, err
	}
	scope, err := r.scope.values(ctx)
	if err != nil {
		return stored, err
	}
	set, args := r.insertArgs(m, r.bindScope(scope), r.now())
	sql, err := r.insertText(set, args)
	if err != nil {
		return stored, internal(r.domain, err)
	}
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return stored, r.sendError(ctx, db, err, m, set)
	}
	if stored, err = r.inserted(rows); err != nil {
		return stored, r.writeError(ctx, db, err, m)
	}
	return stored, nil
}

// readyInsert returns m, or a copy with the ids that the runtime makes and the time at
// which it expires, once it is fit to be inserted.
func (r *repository) readyInsert(m proto.Message) (proto.Message, error) {
	if r.needsIDs(m) {
		m = r.table.clone(m)
		if err := r.generateIDs(m); err != nil {
			return m, err
		}
	}
	if violations := r.checkInsert(m); len(violations) > 0 {
		return m, invalid(r.domain, violations...)
	}
	m, err := r.expire(m)
	if err != nil {
		return m, err
	}
	return m, r.validate(m)
}

// inserted reads the row that an INSERT gave back.
func (r *repository) inserted(rows pgx.Rows) (proto.Message, error) {
	stored, found, err := r.table.one(rows, r.dialect, nil)
	if err == nil && !found {
		err = errNoRowBack
	}
	return stored, err
}

// errNoRowBack is an INSERT, or an UPDATE of a locked row, without a row: a trigger or
// rule of the database's own swallowed it.
var errNoRowBack = errors.New("crud: a statement returned no row of those it wrote")

func (r *repository) needsIDs(m proto.Message) bool {
	return slices.ContainsFunc(r.table.ids, func(c *column) bool { return !c.codec.has(m) })
}

// checkInsert returns what is wrong with the values. A key that nobody makes, and
// the scope does not stamp, must be there.
func (r *repository) checkInsert(m proto.Message) []Violation {
	violations := r.table.check(m, nil, r.dialect)
	if len(violations) > 0 {
		return violations
	}
	for _, c := range r.table.keyColumns {
		if c.Generated == ByClient && (c.Kind == KindString || c.Kind == KindText) && !c.Presence && !c.codec.has(m) && !r.scope.has(c.Names[0]) {
			return []Violation{missingField(c.Field)}
		}
	}
	return nil
}

// stamp gives m the scope's values that the INSERT will write, whatever the caller
// claims: a hook may ask whose row it is. A value that the field cannot show is
// cleared.
func (r *repository) stamp(ctx context.Context, m proto.Message) error {
	values, err := r.scope.values(ctx)
	if err != nil {
		return err
	}
	for s, v := range r.bindScope(values) {
		if at := r.stamps[s]; at >= 0 {
			if c := r.table.columns[at].codec; c.scan(m, []any{v}, r.dialect) != nil {
				c.clear(m)
			}
		}
	}
	return nil
}

// insertText returns the INSERT of one row with a set of columns. The static one has
// all columns but an identity, and no column that is no field.
func (r *repository) insertText(set columnSet, args []any) (string, error) {
	static := r.table.sql.Create != "" && !slices.Contains(r.stamps, -1)
	for i := range set {
		identity := r.table.columns[i].Generated == ByIdentity
		static = static && (set[i] == 1) != identity
	}
	if static {
		return r.table.sql.Create, nil
	}
	return r.inserts.get(set, func() (string, error) { return r.buildInsert(set, args) })
}

// insertArgs returns the columns that an INSERT writes and the arguments: the columns'
// values, then those of the scope's columns that are no fields. An identity and a
// column with a default are left out when their fields are unset.
func (r *repository) insertArgs(m proto.Message, scope []any, now time.Time) (columnSet, []any) {
	set := make(columnSet, len(r.table.columns), len(r.table.columns)+1)
	args := make([]any, 0, r.table.width+len(scope))
	for i := range r.table.columns {
		c := &r.table.columns[i]
		stamp := r.stampOf(i)
		if (c.Generated == ByIdentity || c.Default != "") && !c.codec.has(m) && stamp < 0 {
			continue
		}
		set[i] = 1
		switch c.Time {
		case RowCreateTime, RowUpdateTime:
			args = append(args, bindTime(now, r.dialect))
			continue
		case RowDeleteTime, RowPurgeTime:
			args = append(args, nil) // a new row is alive
			continue
		}
		args = c.codec.appendArgs(args, m, r.dialect)
		if stamp >= 0 {
			args[len(args)-1] = scope[stamp]
		}
	}
	for s, at := range r.stamps {
		if at < 0 {
			args = append(args, scope[s])
		}
	}
	return set, args
}

// stampOf returns which scope column the column at place i is, or -1.
func (r *repository) stampOf(i int) int {
	for s, at := range r.stamps {
		if at == i {
			return s
		}
	}
	return -1
}

// buildInsert returns the INSERT of one row, or of several where args are those of
// several.
func (r *repository) buildInsert(set columnSet, args ...[]any) (string, error) {
	var columns []string
	for i := range r.table.columns {
		if set[i] == 1 {
			for _, n := range r.table.columns[i].Names {
				columns = append(columns, sqlname.Quote(n))
			}
		}
	}
	for s, at := range r.stamps {
		if at < 0 {
			columns = append(columns, sqlname.Quote(r.scope.columns[s].name))
		}
	}
	b := squirrel.Insert(r.name).Columns(columns...)
	for _, row := range args {
		b = b.Values(row...)
	}
	sql, _, err := b.Suffix("RETURNING" + r.table.sql.Columns).PlaceholderFormat(squirrel.Dollar).ToSql()
	return sql, err
}

// now returns the clock's time as columns keep it.
func (c *core) now() time.Time { return c.clock().UTC().Truncate(time.Microsecond) }

// bindTime returns a time as it is bound to a column of KindTimestamp.
func bindTime(t time.Time, d Dialect) any {
	if d == SQLite {
		return t.UnixMicro()
	}
	return t
}
