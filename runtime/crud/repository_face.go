package crud

import (
	"context"
	"iter"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// The methods in this file are the face of a repository: what they do is the inner
// repository's, which does not know the types of messages and keys.

// WithTx returns the same repository, hooks and scope included, running on tx.
func (r *Repository[M, K]) WithTx(tx *Tx) *Repository[M, K] {
	return &Repository[M, K]{*r.repository.within(tx), r.table}
}

// Table returns the table that the repository is over.
func (r *Repository[M, K]) Table() *Table[M, K] { return r.table }

// Get returns the resource with the key. A singleton whose parent exists is never missing:
// without a row it has its defaults (AIP-156). Errors: NOT_FOUND.
func (r *Repository[M, K]) Get(ctx context.Context, key K, opts ...GetOption) (M, error) {
	m, err := r.repository.getKey(ctx, key, opts...)
	return as[M](m), err
}

// Delete removes the resource with the key; the message it returns is nil. Where the
// model is soft-deleted, the row is kept, and the message is what it has become. See
// [Store] for its errors.
func (r *Repository[M, K]) Delete(ctx context.Context, key K, opts ...WriteOption) (M, error) {
	m, err := r.repository.deleteKey(ctx, key, opts...)
	return as[M](m), err
}

// Undelete brings a soft-deleted resource back and returns it (AIP-164). Errors:
// NOT_FOUND; ALREADY_EXISTS for one that is not deleted, or whose unique fields
// another one has by now; ABORTED for another etag; UNIMPLEMENTED where the model
// is not soft-deleted.
func (r *Repository[M, K]) Undelete(ctx context.Context, key K, opts ...WriteOption) (M, error) {
	m, err := r.repository.undeleteKey(ctx, key, opts...)
	return as[M](m), err
}

// BatchGet returns the resources with the keys, in their order, in one statement
// however many there are. A key that comes twice is answered twice, with messages of
// their own. See [Store] for its errors.
func (r *Repository[M, K]) BatchGet(ctx context.Context, keys []K, opts ...GetOption) ([]M, error) {
	ms, err := r.repository.getKeys(ctx, anyKeys(keys), opts...)
	return typedAll[M](ms), err
}

// BatchDelete deletes all resources, or none. A key that comes twice counts once. The
// messages are nil; where the model is soft-deleted they are what the resources have
// become, in the order of the keys. See [Store] for its errors.
func (r *Repository[M, K]) BatchDelete(ctx context.Context, keys []K, opts ...WriteOption) ([]M, error) {
	ms, err := r.repository.deleteKeys(ctx, anyKeys(keys), opts...)
	return typedAll[M](ms), err
}

// Create stores m and returns it as stored, with generated keys, the database's
// defaults and the times that the server keeps. See [Store] for its errors.
func (r *Repository[M, K]) Create(ctx context.Context, m M, opts ...WriteOption) (M, error) {
	stored, err := r.repository.Create(ctx, m, opts...)
	return as[M](stored), err
}

// BatchCreate stores all messages, or none, and returns them as stored, in their
// order. A batch of up to 32 is one statement, a larger one a transaction. See
// [Store] for its errors.
func (r *Repository[M, K]) BatchCreate(ctx context.Context, ms []M, opts ...WriteOption) ([]M, error) {
	rows, err := r.repository.BatchCreate(ctx, untyped(ms), opts...)
	return typedAll[M](rows), err
}

// Update writes the fields that mask names and returns the resource as stored. The
// time of the update is later than that of the one before, also when no field is
// written. See [Store] for the mask and the errors.
func (r *Repository[M, K]) Update(ctx context.Context, m M, mask *fieldmaskpb.FieldMask, opts ...WriteOption) (M, error) {
	stored, err := r.repository.Update(ctx, m, mask, opts...)
	return as[M](stored), err
}

// BatchUpdate makes all changes, or none, and returns the resources as stored, in the
// order of the changes. It locks the rows first, all batches in one order, so that two
// of them wait for each other and do not deadlock. See [Store] for its errors.
func (r *Repository[M, K]) BatchUpdate(ctx context.Context, changes []Change[M], opts ...WriteOption) ([]M, error) {
	rows, err := r.repository.BatchUpdate(ctx, Each(changes, untypedChange[M]), opts...)
	return typedAll[M](rows), err
}

// List returns one page. It reads one row more than the page holds, to know whether
// there is a next one, and seeks to the row after the token's: the cost of a page
// does not depend on how deep it is. Rows without a key have no such place: see [NoKey].
func (r *Repository[M, K]) List(ctx context.Context, q Query) (*Page[M], error) {
	page, err := r.repository.List(ctx, q)
	if err != nil {
		return nil, err
	}
	return &Page[M]{typedAll[M](page.Items), page.NextPageToken, page.TotalSize}, nil
}

// All returns all resources that q selects, in its order. See [Store].
func (r *Repository[M, K]) All(ctx context.Context, q Query) iter.Seq2[M, error] {
	return typedEach[M](r.repository.All(ctx, q))
}

// GetBy returns the resource whose unique fields have the values. fields are their
// names, separated by commas; values are of the Go types of the message's fields.
// Generated lookups such as GetByIsbn call it. Errors: NOT_FOUND.
func (r *Repository[M, K]) GetBy(ctx context.Context, fields string, values []any, opts ...GetOption) (M, error) {
	m, err := r.repository.GetBy(ctx, fields, values, opts...)
	return as[M](m), err
}

// Purge removes up to limit soft-deleted rows whose purge_time has come, and returns
// how many. Call it from time to time until it returns fewer than limit. Several
// processes may do so at once: on PostgreSQL each takes rows that no other has. It
// runs no hooks. Where the model has events it writes one for each row, of a delete after
// which nothing is left, which watches do not tell: they told the soft delete. It is bound to the scope, as every statement is.
//
// Rows that others refer to stay until those are gone, and cost Purge a statement for
// each row. In a transaction of the caller's they are an error, FAILED_PRECONDITION.
func (r *Repository[M, K]) Purge(ctx context.Context, limit int) (int64, error) {
	return r.repository.Purge(ctx, limit)
}

// Watch calls send with the changes of the resources that q selects, until ctx ends, which
// is an error too. See [Watcher] and the function Watch, which generated methods call. On
// PostgreSQL all watches of a process share one connection beside the pool's, which
// listens. Errors: UNIMPLEMENTED under a [Where] and where policies of the database say
// which rows a caller sees: nobody could tell which events are theirs.
func (r *Repository[M, K]) Watch(ctx context.Context, q WatchQuery, send func(Event[M]) error) error {
	return r.repository.Watch(ctx, q, typedSend(send))
}

// Select returns a query for the rows of the scope. An error of the scope is returned
// by the method that runs the query.
func (r *Repository[M, K]) Select(ctx context.Context) *SelectQuery[M] {
	return &SelectQuery[M]{r.repository.Select(ctx)}
}

// UpdateWhere returns an update of the rows of the scope. Without Where, Exec
// refuses to run; Where("true") means every row. It runs no hooks and writes no events:
// where the model has some, it needs [UpdateQuery.WithoutEvents].
func (r *Repository[M, K]) UpdateWhere(ctx context.Context) *UpdateQuery {
	return r.repository.UpdateWhere(ctx)
}

// DeleteWhere returns a deletion of rows of the scope. Without Where, Exec refuses
// to run; Where("true") means every row. It runs no hooks and writes no events: where the
// model has some, it needs [DeleteQuery.WithoutEvents].
func (r *Repository[M, K]) DeleteWhere(ctx context.Context) *DeleteQuery {
	return r.repository.DeleteWhere(ctx)
}

// ScopeKey returns the scope of a call as text, "" without a scope. A cache above
// the repository makes it part of its keys, so that no tenant is given another's
// rows. A repository with a general predicate has no such key: it is an error.
func (r *Repository[M, K]) ScopeKey(ctx context.Context) (string, error) {
	return r.repository.ScopeKey(ctx)
}

func (r *Repository[M, K]) admits(ctx context.Context) error { return r.repository.admits(ctx) }
