package crud

import (
	"context"
	"errors"

	"github.com/Masterminds/squirrel"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
)

// Purge is [Repository.Purge].
func (r *repository) Purge(ctx context.Context, limit int) (int64, error) {
	if r.table.purgeTime < 0 || r.table.keyless() || limit < 1 {
		return 0, internal(r.domain, errors.New("crud: Purge needs a model with purge_time and a positive limit"))
	}
	conditions, err := r.conditions(ctx)
	if err != nil {
		return 0, err
	}
	key := columnNames(r.table.info.Key, r.column)
	due := squirrel.Select(key...).From(r.name).Where(r.due())
	for _, c := range conditions {
		due = due.Where(c)
	}
	due = due.OrderBy(r.purgeTime()).Suffix("LIMIT ?", limit)
	if r.dialect != SQLite {
		due = due.Suffix("FOR UPDATE SKIP LOCKED")
	}
	n, err := r.purgeRows(ctx, r.DeleteWhere(ctx).Where(squirrel.Expr(tuple(key)+" IN (?)", due)))
	if isReferredTo(err) && r.tx == nil {
		return r.purgeEach(ctx, key, limit)
	}
	return n, err
}

func (r *repository) purgeTime() string {
	return r.column(r.table.columns[r.table.purgeTime].Names[0])
}

// due is the condition that a row's purge_time has come.
func (r *repository) due() squirrel.Sqlizer {
	return squirrel.Expr(r.purgeTime()+" <= ?", bindTime(r.now(), r.dialect))
}

// isReferredTo reports whether other resources kept a row from being deleted.
func isReferredTo(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Reason == ReasonChildrenExist
}

// purgePage is how many rows purgeEach reads at once.
const purgePage = 100

// purgeEach removes rows one by one, past those that others refer to, of which a single
// one stops the deletion of all.
func (r *repository) purgeEach(ctx context.Context, key []string, limit int) (n int64, err error) {
	oldest := (&SelectQuery[proto.Message]{r.Select(ctx)}).Where(r.due()).OrderBy(append([]string{r.purgeTime()}, key...)...).Limit(purgePage)
	for stuck := uint64(0); ; {
		rows, err := oldest.Offset(stuck).All(ctx)
		if err != nil || len(rows) == 0 {
			return n, err
		}
		for _, m := range rows {
			gone, err := r.purgeOne(ctx, m)
			if err != nil && !isReferredTo(err) {
				return n, err
			}
			if gone == 0 {
				stuck++
			}
			if n += gone; n == int64(limit) {
				return n, nil
			}
		}
	}
}

// purgeOne removes a row, if it is still due.
func (r *repository) purgeOne(ctx context.Context, m proto.Message) (int64, error) {
	key, err := r.table.keyOf(m)
	if err != nil {
		return 0, internal(r.domain, err)
	}
	args, ok := r.table.keyArgs(key, r.dialect)
	if !ok {
		return 0, nil
	}
	q := r.DeleteWhere(ctx).Where(r.due())
	for i, name := range r.table.info.Key {
		q = q.Where(squirrel.Eq{r.column(name): args[i]})
	}
	return r.purgeRows(ctx, q)
}

// purgeRows runs a deletion, with the events of the rows that go where the model has some.
func (r *repository) purgeRows(ctx context.Context, q *DeleteQuery) (int64, error) {
	if !r.emits() {
		return q.Exec(ctx)
	}
	gone, err := r.transactAll(ctx, &writeSettings{}, func(tx *Tx) ([]proto.Message, error) {
		gone, err := r.deletedRows(ctx, tx, q)
		if err != nil {
			return nil, err
		}
		var none proto.Message
		for _, m := range gone {
			if err := r.emit(ctx, tx, eventlog.Deleted, m, none); err != nil {
				return nil, err
			}
		}
		return gone, nil
	})
	return int64(len(gone)), err
}

// deletedRows runs a deletion and returns the rows that are gone.
func (r *repository) deletedRows(ctx context.Context, tx *Tx, q *DeleteQuery) ([]proto.Message, error) {
	if q.err != nil {
		return nil, q.err
	}
	sql, args, err := q.within().Suffix("RETURNING" + r.table.sql.Columns).ToSql()
	if err != nil {
		return nil, internal(r.domain, err)
	}
	rows, err := tx.Query(ctx, sql, args...)
	var gone []proto.Message
	if err == nil {
		gone, err = r.table.many(rows, r.dialect, nil, purgePage)
	}
	if err != nil {
		return nil, r.bulkError(ctx, err, true)
	}
	return gone, nil
}
