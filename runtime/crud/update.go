package crud

import (
	"context"
	"errors"
	"slices"

	"github.com/Masterminds/squirrel"
	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// Update is [Repository.Update].
func (r *repository) Update(ctx context.Context, m proto.Message, mask *fieldmaskpb.FieldMask, opts ...WriteOption) (stored proto.Message, err error) {
	if err := r.keyed("Update"); err != nil {
		return stored, err
	}
	s := writeSettingsOf(opts)
	u, err := r.newUpdate(m, mask, &s)
	if err != nil {
		return stored, err
	}
	switch {
	case s.allowMissing, r.table.info.Singleton && r.needsRow(u, &s):
		return r.upsert(ctx, u, &s)
	case r.needsRow(u, &s):
		stored, err = r.transact(ctx, &s, func(tx *Tx) (proto.Message, error) { return r.updateLocked(ctx, tx, u) })
		if err == nil && s.validateOnly {
			r.table.clearMadeRelated(stored, m)
		}
		return stored, err
	}
	err = r.retried(ctx, func() error {
		stored, err = r.update(ctx, r.db, u)
		return err
	})
	if r.table.info.Singleton && isNotFound(err) {
		return r.upsert(ctx, u, &s)
	}
	return stored, err
}

// needsRow reports whether an update must see the stored row, or be part of a
// transaction.
func (r *repository) needsRow(u *update, s *writeSettings) bool {
	return s.inTx() || r.emits() || r.table.comparesRows(s.etag) || len(s.unchanged) > 0 || len(u.parts) > 0 || len(u.related) > 0 ||
		len(r.validators) > 0 || r.hooks.has(beforeUpdate) || r.hooks.has(afterUpdate)
}

// An update is what one call of Update is to write.
type update struct {
	key any
	m   proto.Message
	set columnSet
	// parts are what is written of other columns, which needs the stored row. There are
	// none once that was seen.
	parts []part
	// related are the owned relations to write, and client says that the message is a
	// client's, whose fields have behaviors.
	related []relatedPaths
	client  bool
	// unchanged are fields that must be as they are stored.
	unchanged []string
	// etag is what the row's must be; "" is any, and after the row is locked.
	etag string
}

func (r *repository) newUpdate(m proto.Message, mask *fieldmaskpb.FieldMask, s *writeSettings) (*update, error) {
	key, err := r.table.keyOf(m)
	if err != nil {
		return nil, r.keyError(r.table.nameField, r.table.nameOf(m), err)
	}
	if s.etag != "" && r.table.etag < 0 {
		return nil, r.noEtags()
	}
	named, violations := r.table.resolve(m, mask)
	if len(violations) > 0 {
		return nil, invalid(r.domain, violations...)
	}
	for i := range named.set { // a scope column is stamped by Create and stays
		if named.set[i] == 1 && r.stampOf(i) >= 0 {
			named.set[i] = 0
		}
	}
	if violations := r.table.checkTarget(m, named, r.dialect); len(violations) > 0 {
		return nil, invalid(r.domain, violations...)
	}
	if len(named.related) > 0 {
		if violations := r.table.checkRelated(m, r.dialect); len(violations) > 0 {
			return nil, invalid(r.domain, violations...)
		}
	}
	r.table.addSiblings(named.set, m)
	named.parts = append(named.parts, s.atLeast...)
	if m, err = r.expireIn(m, named.set); err != nil {
		return nil, err
	}
	return &update{key: key, m: m, set: named.set, parts: named.parts, related: named.related, client: s.client, unchanged: s.unchanged, etag: s.etag}, nil
}

// named is what the update's mask names.
func (u *update) named() target { return target{u.set, u.parts, u.related} }

// update runs the UPDATE.
func (r *repository) update(ctx context.Context, db DB, u *update) (stored proto.Message, err error) {
	if r.idle(u) {
		return r.readLive(ctx, db, u.key)
	}
	sql, args, err := r.updateStatement(ctx, u)
	if err != nil {
		return stored, err
	}
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		if arg, tooLarge, _ := unsent(err); tooLarge && r.table.fieldOfArg(u.set, arg) == "" {
			return stored, r.notFound(u.key) // of which a part is too large for its column
		}
		m := r.attempted(ctx, db, u, err)
		return stored, r.ofUpdate(r.sendError(ctx, db, err, m, u.set), m)
	}
	stored, found, err := r.table.one(rows, r.dialect, nil)
	switch {
	case err != nil:
		m := r.attempted(ctx, db, u, err)
		return stored, r.ofUpdate(r.writeError(ctx, db, err, m), m)
	case !found && (u.etag != "" || r.table.deleteTime >= 0):
		return stored, r.missed(ctx, db, u.key, u.etag)
	case !found:
		return stored, r.notFound(u.key)
	}
	return stored, nil
}

// attempted is the row that a refused update was to make, as far as an error needs it:
// references are looked up, where the database does not say which one is broken, and one
// can be by a field that is written and others that stay.
func (r *repository) attempted(ctx context.Context, db DB, u *update, refused error) proto.Message {
	var pg *pgconn.PgError
	if len(r.table.info.References) == 0 || !errors.As(refused, &pg) || pg.Code != stateForeignKey {
		return u.m
	}
	row, err := r.read(ctx, r.afterFailure(db), u.key, "")
	if err != nil {
		return u.m
	}
	for i, in := range u.set {
		if in == 1 {
			r.table.columns[i].codec.copy(row, u.m)
		}
	}
	return row
}

// idle reports whether an update has nothing to write, no time of its own either.
func (r *repository) idle(u *update) bool {
	return u.set.empty() && len(u.parts) == 0 && r.table.updateTime < 0 && r.table.revision < 0
}

// updateStatement returns the UPDATE and its arguments.
func (r *repository) updateStatement(ctx context.Context, u *update) (sql string, args []any, err error) {
	keys, ok := r.table.keyArgs(u.key, r.dialect)
	if !ok {
		return "", nil, r.notFound(u.key)
	}
	args = r.updateArgs(u, keys)
	shape := append(u.set[:len(u.set):len(u.set)], flag(u.etag != ""))
	if sql, err = r.updates.get(shape, func() (string, error) { return r.buildUpdate(u) }); err != nil {
		return "", nil, internal(r.domain, err)
	}
	if !r.scope.empty() {
		if sql, args, err = r.scoped(ctx, sql, args); err != nil {
			return "", nil, err
		}
	}
	return sql + returning + r.table.sql.Columns, args, nil
}

func (r *repository) updateArgs(u *update, keys []any) []any {
	args := make([]any, 0, r.table.width+len(keys)+2)
	for i := range r.table.columns {
		if u.set[i] == 1 {
			args = r.table.columns[i].codec.appendArgs(args, u.m, r.dialect)
		}
	}
	if r.table.updateTime >= 0 {
		args = append(args, bindTime(r.now(), r.dialect))
	}
	args = append(args, keys...)
	if u.etag != "" {
		args = append(args, r.table.wantedRevision(u.key, u.etag))
	}
	return args
}

// readLive reads a row that is not deleted.
func (r *repository) readLive(ctx context.Context, db DB, key any) (m proto.Message, err error) {
	m, err = r.read(ctx, db, key, "")
	if err == nil && r.table.isDeleted(m) {
		err = r.deleted(key)
	}
	return m, err
}

const returning = "\nRETURNING"

// buildUpdate returns UPDATE … SET … WHERE with the key and the scope's columns.
func (r *repository) buildUpdate(u *update) (string, error) {
	b := squirrel.Update(r.name).PlaceholderFormat(squirrel.Dollar)
	for i := range r.table.columns {
		if u.set[i] == 1 {
			for _, name := range r.table.columns[i].Names {
				b = b.Set(sqlname.Quote(name), nil)
			}
		}
	}
	b = r.whereKey(r.touch(b))
	if u.etag != "" {
		b = b.Where(r.revision()+" = ?", 0)
	}
	if c := r.table.deleteTime; c >= 0 {
		b = b.Where(r.column(r.table.columns[c].Names[0]) + " IS NULL")
	}
	sql, args, err := b.ToSql()
	return sql + r.scope.static(len(args)+1), err
}

// touch sets what every write of a row sets: the time of the update and the revision.
func (r *repository) touch(b squirrel.UpdateBuilder) squirrel.UpdateBuilder {
	if i := r.table.updateTime; i >= 0 {
		b = b.Set(sqlname.Quote(r.table.columns[i].Names[0]), squirrel.Expr(r.laterTime(i), nil))
	}
	if i := r.table.revision; i >= 0 {
		b = b.Set(sqlname.Quote(r.table.columns[i].Names[0]), squirrel.Expr(r.revision()+" + 1"))
	}
	return b
}

func (c *core) revision() string { return c.column(c.table.columns[c.table.revision].Names[0]) }

func (r *repository) whereKey(b squirrel.UpdateBuilder) squirrel.UpdateBuilder {
	for _, name := range r.table.info.Key {
		b = b.Where(squirrel.Eq{r.column(name): 0})
	}
	return b
}

// laterTime is the later of the bound time and the stored one plus a microsecond,
// so that each update has a time of its own.
func (r *repository) laterTime(i int) string {
	column := r.column(r.table.columns[i].Names[0])
	if r.dialect == SQLite {
		return "max(?, coalesce(" + column + ", 0) + 1)"
	}
	return "greatest(?, " + column + " + interval '1 microsecond')"
}

// column returns a column qualified with its table.
func (c *core) column(name string) string {
	return sqlname.Quote(c.table.info.Name) + "." + sqlname.Quote(name)
}

// updateLocked reads and locks the row, compares what must be compared with it, runs
// the hooks and writes what the mask names and what the hooks changed.
func (r *repository) updateLocked(ctx context.Context, tx *Tx, u *update) (stored proto.Message, err error) {
	old, err := r.read(ctx, tx, u.key, r.lock())
	if err != nil {
		return stored, err
	}
	if r.table.isDeleted(old) {
		return stored, r.deleted(u.key)
	}
	return r.updateRow(ctx, tx, u, old)
}

// updateRow writes a row that is locked.
func (r *repository) updateRow(ctx context.Context, tx *Tx, u *update, old proto.Message) (stored proto.Message, err error) {
	next, mask, err := r.nextRow(ctx, tx, u, old)
	if err != nil {
		return stored, err
	}
	if stored, err = r.update(ctx, tx, next); err != nil {
		return stored, err
	}
	if !r.idle(next) {
		if err := r.emit(ctx, tx, eventlog.Updated, old, stored); err != nil {
			return stored, err
		}
	}
	if err := r.updateRelated(ctx, tx, next, stored); err != nil {
		return stored, err
	}
	return stored, r.afterWrite(ctx, tx, stored, afterUpdate, func(after *Write[proto.Message]) {
		after.Old, after.Mask = old, mask
	})
}

// nextRow returns what a row that is locked will become: what the mask names and what
// the hooks change. mask is what the hooks saw.
func (r *repository) nextRow(ctx context.Context, tx *Tx, u *update, old proto.Message) (next *update, mask *fieldmaskpb.FieldMask, err error) {
	if violations := r.changed(old, u.m, u.unchanged); len(violations) > 0 {
		return nil, nil, invalid(r.domain, violations...)
	}
	if err := r.checkEtag(u.key, old, u.etag); err != nil {
		return nil, nil, err
	}
	next = &update{key: u.key, m: r.table.clone(old), set: slices.Clone(u.set), related: u.related, client: u.client}
	for i := range next.set {
		if next.set[i] == 1 {
			r.table.columns[i].codec.copy(next.m, u.m)
		}
	}
	for _, p := range u.parts {
		merge(next.m.ProtoReflect(), u.m.ProtoReflect(), p)
		next.set[p.column] = flag(next.set[p.column] == 1 || !r.table.columns[p.column].codec.equal(old, next.m))
	}
	for _, named := range u.related {
		r.table.relations[named.at].copy(next.m, u.m)
	}
	w := &Write[proto.Message]{Tx: tx, Old: old, New: next.m, Mask: r.table.paths(u.named())}
	if err := r.hooks.run(ctx, w, beforeUpdate); err != nil {
		return nil, nil, err
	}
	next.m = w.New
	if err := r.takeHookChanges(old, next); err != nil {
		return nil, nil, err
	}
	if next.m, err = r.expireIn(next.m, next.set); err != nil {
		return nil, nil, err
	}
	return next, w.Mask, r.validate(next.m)
}

// takeHookChanges adds to the set what the hooks changed, and refuses what no
// UPDATE can write.
func (r *repository) takeHookChanges(old proto.Message, next *update) error {
	var violations []Violation
	for i := range r.table.columns {
		c := &r.table.columns[i]
		if next.set[i] == 1 || c.codec.equal(old, next.m) || c.Time != NotServerTime {
			continue
		}
		if !writable(&c.ColumnInfo) || r.stampOf(i) >= 0 {
			violations = append(violations, Violation{c.Field, "cannot be changed", ReasonImmutableField})
			continue
		}
		next.set[i] = 1
	}
	violations = append(violations, r.table.check(next.m, next.set, r.dialect)...)
	if len(violations) > 0 {
		return invalid(r.domain, violations...)
	}
	return nil
}

// changed returns the fields of paths whose values differ between the rows.
func (r *repository) changed(old, m proto.Message, fields []string) []Violation {
	var violations []Violation
	for _, field := range fields {
		same, problem := r.table.sameField(old, m, field)
		switch {
		case problem != "":
			violations = append(violations, badMask(maskPath, problem))
		case !same:
			violations = append(violations, Violation{field, "cannot be changed", ReasonImmutableField})
		}
	}
	return violations
}

// lock is the suffix that locks a row for the transaction. The embedded engine's
// transactions exclude each other as a whole.
func (c *core) lock() string {
	if c.dialect == SQLite {
		return ""
	}
	return "\nFOR UPDATE"
}
