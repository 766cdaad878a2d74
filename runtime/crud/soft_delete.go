package crud

import (
	"context"

	"github.com/Masterminds/squirrel"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// setDeleted marks a row as deleted (AIP-164).
func (r *repository) setDeleted(ctx context.Context, db DB, key any, keys []any, etag string) (proto.Message, error) {
	return r.setLife(ctx, db, key, keys, etag, true)
}

// lifeArgs are what an UPDATE that deletes rows or brings them back sets: delete_time,
// purge_time and update_time, as far as the table has them, of one instant.
func (r *repository) lifeArgs(deleted bool) []any {
	now := r.now()
	times := make([]any, 1, 3)
	if deleted {
		times[0] = bindTime(now, r.dialect)
	}
	if r.table.purgeTime >= 0 {
		var purge any
		if deleted && r.table.purgeTTL > 0 {
			purge = bindTime(now.Add(r.table.purgeTTL), r.dialect)
		}
		times = append(times, purge)
	}
	if r.table.updateTime >= 0 {
		times = append(times, bindTime(now, r.dialect))
	}
	return times
}

// undeleteKey is [Repository.Undelete].
func (r *repository) undeleteKey(ctx context.Context, key any, opts ...WriteOption) (m proto.Message, err error) {
	if err := r.keyed("Undelete"); err != nil {
		return m, err
	}
	s := writeSettingsOf(opts)
	switch {
	case r.table.deleteTime < 0:
		return m, unimplemented("Undelete")
	case s.etag != "" && r.table.etag < 0:
		return m, r.noEtags()
	}
	keys, ok := r.table.keyArgs(key, r.dialect)
	if !ok {
		return m, r.notFound(key)
	}
	if s.inTx() || r.emits() || r.table.comparesRows(s.etag) || r.hooks.has(beforeUndelete) || r.hooks.has(afterUndelete) {
		return r.transact(ctx, &s, func(tx *Tx) (proto.Message, error) { return r.undeleteLocked(ctx, tx, key, keys, s.etag) })
	}
	err = r.retried(ctx, func() error {
		m, err = r.setLife(ctx, r.db, key, keys, s.etag, false)
		return err
	})
	return m, err
}

func (r *repository) undeleteLocked(ctx context.Context, tx *Tx, key any, keys []any, etag string) (m proto.Message, err error) {
	old, err := r.read(ctx, tx, key, r.lock())
	switch {
	case err != nil:
		return m, err
	case !r.table.isDeleted(old):
		return m, r.notDeleted(key)
	}
	if err := r.checkEtag(key, old, etag); err != nil {
		return m, err
	}
	w := &Write[proto.Message]{Tx: tx, Old: old}
	if err := r.hooks.run(ctx, w, beforeUndelete); err != nil {
		return m, err
	}
	if m, err = r.setLife(ctx, tx, key, keys, "", false); err != nil {
		return m, err
	}
	if err := r.emit(ctx, tx, eventlog.Undeleted, old, m); err != nil {
		return m, err
	}
	return m, r.afterWrite(ctx, tx, m, afterUndelete, func(after *Write[proto.Message]) { after.Old = old })
}

// setLife runs the UPDATE that deletes a row, which must be alive, or brings one back
// that is not.
func (r *repository) setLife(ctx context.Context, db DB, key any, keys []any, etag string, alive bool) (m proto.Message, err error) {
	args := append(r.lifeArgs(alive), keys...)
	if etag != "" {
		args = append(args, r.table.wantedRevision(key, etag))
	}
	sql, err := r.lives.get([]byte{flag(alive), flag(etag != "")}, func() (string, error) { return r.buildLife(alive, etag != "") })
	if err != nil {
		return m, internal(r.domain, err)
	}
	if !r.scope.empty() {
		if sql, args, err = r.scoped(ctx, sql, args); err != nil {
			return m, err
		}
	}
	rows, err := db.Query(ctx, sql+returning+r.table.sql.Columns, args...)
	found := false
	if err == nil {
		m, found, err = r.table.one(rows, r.dialect, nil)
	}
	switch {
	case err != nil && alive:
		return m, r.deleteError(ctx, err, key)
	case err != nil:
		only := r.table.New()
		r.table.setKey(only, key)
		return m, r.writeError(ctx, db, err, only)
	case !found && alive:
		return m, r.missed(ctx, db, key, etag)
	case !found:
		return m, r.notUndeleted(ctx, db, key, etag)
	}
	return m, nil
}

// buildLife returns the UPDATE of the rows that are alive, or of those that are not.
func (r *repository) buildLife(alive, etag bool) (string, error) {
	deleteTime := r.table.columns[r.table.deleteTime].Names[0]
	b := r.whereKey(r.touch(r.setLifeTimes()))
	if etag {
		b = b.Where(r.revision()+" = ?", 0)
	}
	if alive {
		b = b.Where(r.column(deleteTime) + " IS NULL")
	} else {
		b = b.Where(r.column(deleteTime) + " IS NOT NULL")
	}
	sql, args, err := b.ToSql()
	return sql + r.scope.static(len(args)+1), err
}

// setLifeTimes is an UPDATE that sets delete_time and purge_time.
func (r *repository) setLifeTimes() squirrel.UpdateBuilder {
	b := squirrel.Update(r.name).PlaceholderFormat(squirrel.Dollar)
	for _, i := range []int{r.table.deleteTime, r.table.purgeTime} {
		if i >= 0 {
			b = b.Set(sqlname.Quote(r.table.columns[i].Names[0]), nil)
		}
	}
	return b
}

// notUndeleted says why Undelete found no row.
func (r *repository) notUndeleted(ctx context.Context, db DB, key any, etag string) error {
	m, err := r.read(ctx, db, key, "")
	switch {
	case err != nil:
		return err
	case !r.table.isDeleted(m):
		return r.notDeleted(key)
	case etag == "":
		return changedMeanwhile(r.domain)
	}
	return etagMismatch(r.domain, r.resourceAt(key))
}

func (r *repository) notDeleted(key any) *Error {
	name := r.table.keyName(key)
	return &Error{
		Code: codes.AlreadyExists, Reason: ReasonResourceAlreadyExists, Domain: r.domain,
		Message:  "the resource is not deleted",
		Metadata: map[string]string{"resource_type": r.table.info.Resource, "resource_name": name},
		Resource: r.resourceAt(key),
	}
}
