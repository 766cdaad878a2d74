package crud

import (
	"context"
	"slices"

	"github.com/Masterminds/squirrel"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// Update writes the fields that mask names and returns the resource as stored. The
// time of the update is later than that of the one before, also when no field is
// written. See [Store] for the mask and the errors.
func (r *Repository[M, K]) Update(ctx context.Context, m M, mask *fieldmaskpb.FieldMask, opts ...WriteOption) (stored M, err error) {
	u, err := r.newUpdate(m, mask)
	if err != nil {
		return stored, err
	}
	s := writeSettingsOf(opts)
	if len(s.unchanged) == 0 && !r.hooks.has(beforeUpdate[M]) && !r.hooks.has(afterUpdate[M]) {
		err = r.retried(ctx, func() error {
			stored, err = r.update(ctx, r.db, u)
			return err
		})
		return stored, err
	}
	err = r.inTx(ctx, func(tx *Tx) error {
		stored, err = r.updateLocked(ctx, tx, u, s)
		return err
	})
	return stored, err
}

// An update is what one call of Update is to write.
type update[M any, K any] struct {
	key K
	m   M
	set columnSet
}

func (r *Repository[M, K]) newUpdate(m M, mask *fieldmaskpb.FieldMask) (*update[M, K], error) {
	key, err := r.table.KeyOf(m)
	if err != nil {
		return nil, r.keyError(r.table.nameField, r.table.nameOf(m), err)
	}
	set, violations := r.table.resolve(m, mask)
	if len(violations) > 0 {
		return nil, invalid(r.domain, violations...)
	}
	for i := range set { // a scope column is stamped by Create and stays
		if set[i] == 1 && r.stampOf(i) >= 0 {
			set[i] = 0
		}
	}
	if violations := r.table.check(m, set, r.dialect); len(violations) > 0 {
		return nil, invalid(r.domain, violations...)
	}
	return &update[M, K]{key: key, m: m, set: set}, nil
}

// update runs the UPDATE.
func (r *Repository[M, K]) update(ctx context.Context, db DB, u *update[M, K]) (stored M, err error) {
	if u.set.empty() && r.table.updateTime < 0 {
		return r.read(ctx, db, u.key, "")
	}
	keys, ok := r.table.keyArgs(u.key, r.dialect)
	if !ok {
		return stored, r.notFound(u.key)
	}
	args := make([]any, 0, r.table.width+len(keys)+1)
	for i := range r.table.columns {
		if u.set[i] == 1 {
			args = r.table.columns[i].codec.appendArgs(args, u.m, r.dialect)
		}
	}
	if r.table.updateTime >= 0 {
		args = append(args, bindTime(r.now(), r.dialect))
	}
	args = append(args, keys...)
	sql, err := r.updates.get(u.set, func() (string, error) { return r.buildUpdate(u.set) })
	if err != nil {
		return stored, internal(r.domain, err)
	}
	if !r.scope.empty() {
		if sql, args, err = r.scoped(ctx, sql, args); err != nil {
			return stored, err
		}
	}
	rows, err := db.Query(ctx, sql+returning+r.table.sql.Columns, args...)
	if err != nil {
		if arg, tooLarge, _ := unsent(err); tooLarge && r.table.fieldOfArg(u.set, arg) == "" {
			return stored, r.notFound(u.key) // of which a part is too large for its column
		}
		return stored, r.sendError(ctx, db, err, u.m, u.set)
	}
	stored, found, err := r.table.one(rows, r.dialect)
	if err != nil {
		return stored, r.writeError(ctx, db, err, u.m)
	}
	if !found {
		return stored, r.notFound(u.key)
	}
	return stored, nil
}

const returning = "\nRETURNING"

// buildUpdate returns UPDATE … SET … WHERE with the key and the scope's columns.
func (r *Repository[M, K]) buildUpdate(set columnSet) (string, error) {
	b := squirrel.Update(r.name).PlaceholderFormat(squirrel.Dollar)
	for i := range r.table.columns {
		if set[i] == 1 {
			b = b.Set(sqlname.Quote(r.table.columns[i].Names[0]), nil)
		}
	}
	if i := r.table.updateTime; i >= 0 {
		b = b.Set(sqlname.Quote(r.table.columns[i].Names[0]), squirrel.Expr(r.laterTime(i), nil))
	}
	for _, name := range r.table.info.Key {
		b = b.Where(squirrel.Eq{r.column(name): 0})
	}
	sql, args, err := b.ToSql()
	return sql + r.scope.static(len(args)+1), err
}

// laterTime is the later of the bound time and the stored one plus a microsecond,
// so that each update has a time of its own.
func (r *Repository[M, K]) laterTime(i int) string {
	column := r.column(r.table.columns[i].Names[0])
	if r.dialect == SQLite {
		return "max(?, coalesce(" + column + ", 0) + 1)"
	}
	return "greatest(?, " + column + " + interval '1 microsecond')"
}

// column returns a column qualified with its table.
func (c *core[M, K]) column(name string) string {
	return sqlname.Quote(c.table.info.Name) + "." + sqlname.Quote(name)
}

// updateLocked reads and locks the row, runs the hooks and writes what the mask
// names and what the hooks changed.
func (r *Repository[M, K]) updateLocked(ctx context.Context, tx *Tx, u *update[M, K], s writeSettings) (stored M, err error) {
	old, err := r.read(ctx, tx, u.key, r.lock())
	if err != nil {
		return stored, err
	}
	if violations := r.changed(old, u.m, s.unchanged); len(violations) > 0 {
		return stored, invalid(r.domain, violations...)
	}
	next := &update[M, K]{key: u.key, m: r.table.clone(old), set: slices.Clone(u.set)}
	for i := range next.set {
		if next.set[i] == 1 {
			r.table.columns[i].codec.copy(next.m, u.m)
		}
	}
	w := &Write[M]{Tx: tx, Old: old, New: next.m, Mask: r.table.paths(u.set)}
	if err := r.hooks.run(ctx, w, beforeUpdate); err != nil {
		return stored, err
	}
	next.m = w.New
	if err := r.takeHookChanges(old, next); err != nil {
		return stored, err
	}
	if stored, err = r.update(ctx, tx, next); err != nil {
		return stored, err
	}
	return stored, r.afterWrite(ctx, tx, stored, afterUpdate, func(after *Write[M]) {
		after.Old, after.Mask = old, w.Mask
	})
}

// takeHookChanges adds to the set what the hooks changed, and refuses what no
// UPDATE can write.
func (r *Repository[M, K]) takeHookChanges(old M, next *update[M, K]) error {
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
func (r *Repository[M, K]) changed(old, m M, fields []string) []Violation {
	var violations []Violation
	for _, field := range fields {
		c, ok := r.table.column(field)
		switch {
		case !ok:
			violations = append(violations, badMask(r.table.whyNot(field)))
		case !c.codec.equal(old, m):
			violations = append(violations, Violation{field, "cannot be changed", ReasonImmutableField})
		}
	}
	return violations
}

// lock is the suffix that locks a row for the transaction. The embedded engine's
// transactions exclude each other as a whole.
func (c *core[M, K]) lock() string {
	if c.dialect == SQLite {
		return ""
	}
	return "\nFOR UPDATE"
}
