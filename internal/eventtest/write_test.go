package eventtest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	pb "github.com/protocrud/protoc-gen-go-crud/internal/eventtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func cutWord(sql string) (word, rest string, ok bool) {
	i := strings.IndexAny(sql, " \n")
	if i < 0 {
		return sql, "", false
	}
	return sql[:i], sql[i+1:], true
}

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

// Every path that writes a row appends its event, in as many statements as are stated.
func TestEveryWriteHasItsEvent(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		rec := crudtest.NewRecorder(db)
		books, counters := pb.NewBookRepository(rec), pb.NewCounterRepository(rec)
		var stored *pb.Book
		batch := []*pb.Book{book("a", "x", "x"), book("a", "y", "y"), book("a", "z", "z")}
		steps := []struct {
			name  string
			do    func() error
			types []string
			sent  string
		}{
			{"create", func() (err error) {
				stored, err = books.Create(ctx, book("a", "1", "one"))
				return err
			}, []string{"CREATED"}, "BEGIN INSERT INSERT COMMIT"},
			{"update", func() error {
				_, err := books.Update(ctx, book("a", "1", "uno"), mask("title"))
				return err
			}, []string{"UPDATED"}, "BEGIN SELECT UPDATE INSERT COMMIT"},
			{"upsert of a missing one", func() error {
				_, err := books.Update(ctx, book("a", "2", "two"), nil, crud.AllowMissing(true))
				return err
			}, []string{"CREATED"}, "BEGIN SELECT INSERT INSERT COMMIT"},
			{"upsert of one that is there", func() error {
				_, err := books.Update(ctx, book("a", "2", "due"), nil, crud.AllowMissing(true))
				return err
			}, []string{"UPDATED"}, "BEGIN SELECT UPDATE INSERT COMMIT"},
			{"upsert of an equal one", func() error {
				_, err := books.Update(ctx, book("a", "2", "due"), nil, crud.AllowMissing(true))
				return err
			}, nil, "BEGIN SELECT COMMIT"},
			{"soft delete", func() error {
				_, err := books.Delete(ctx, keyOf(t, stored))
				return err
			}, []string{"DELETED"}, "BEGIN SELECT UPDATE INSERT COMMIT"},
			{"undelete", func() error {
				_, err := books.Undelete(ctx, keyOf(t, stored))
				return err
			}, []string{"UNDELETED"}, "BEGIN SELECT UPDATE INSERT COMMIT"},
			{"batch create", func() error {
				_, err := books.BatchCreate(ctx, batch)
				return err
			}, []string{"CREATED", "CREATED", "CREATED"}, "BEGIN INSERT INSERT COMMIT"},
			{"batch update", func() error {
				var changes []crud.Change[*pb.Book]
				for _, m := range batch {
					changes = append(changes, crud.Change[*pb.Book]{Message: &pb.Book{Name: m.GetName(), Pages: 1}, Mask: mask("pages")})
				}
				_, err := books.BatchUpdate(ctx, changes)
				return err
			}, []string{"UPDATED", "UPDATED", "UPDATED"}, "BEGIN SELECT UPDATE UPDATE UPDATE INSERT COMMIT"},
			{"batch upsert", func() error {
				_, err := books.BatchUpdate(ctx, []crud.Change[*pb.Book]{{Message: book("a", "new", "new")}, {Message: book("a", "x", "ics")}}, crud.AllowMissing(true))
				return err
			}, []string{"CREATED", "UPDATED"}, "BEGIN SELECT INSERT UPDATE INSERT COMMIT"},
			{"batch soft delete", func() error {
				_, err := books.BatchDelete(ctx, []pb.BookKey{keyOf(t, batch[0]), keyOf(t, batch[2])})
				return err
			}, []string{"DELETED", "DELETED"}, "BEGIN SELECT UPDATE INSERT COMMIT"},
			{"purge", func() error {
				n, err := books.Purge(ctx, 10)
				assert.EqualValues(t, 2, n)
				return err
			}, []string{"DELETED", "DELETED"}, "BEGIN DELETE INSERT COMMIT"},
			{"create with a number of the database's", func() error {
				_, err := counters.Create(ctx, &pb.Counter{Value: 1})
				return err
			}, []string{"CREATED"}, "BEGIN INSERT INSERT COMMIT"},
			{"batch create with numbers", func() error {
				_, err := counters.BatchCreate(ctx, []*pb.Counter{{Value: 1}, {Value: 2}})
				return err
			}, []string{"CREATED", "CREATED"}, "BEGIN INSERT INSERT INSERT COMMIT"},
			{"an update of nothing", func() error {
				_, err := counters.Update(ctx, &pb.Counter{Id: 1}, mask("id"))
				return err
			}, nil, "BEGIN SELECT SELECT COMMIT"},
			{"hard delete", func() error {
				_, err := counters.Delete(ctx, 1)
				return err
			}, []string{"DELETED"}, "BEGIN SELECT DELETE INSERT COMMIT"},
			{"batch hard delete", func() error {
				_, err := counters.BatchDelete(ctx, []int64{2, 3})
				return err
			}, []string{"DELETED", "DELETED"}, "BEGIN SELECT DELETE INSERT COMMIT"},
		}
		for _, step := range steps {
			before := events(t, db, 0)
			rec.Reset()
			require.NoError(t, step.do(), step.name)
			assert.Equal(t, step.sent, strings.Join(statements(rec), " "), step.name)
			after := events(t, db, 0)[len(before):]
			assert.ElementsMatch(t, step.types, typesOf(after), step.name)
		}
		// The positions have no gaps, and a row's events the order of its writes.
		all := events(t, db, 0)
		var ofFirst []string
		for i, e := range all {
			assert.EqualValues(t, i+1, e.Position)
			if e.Key == "shelves/a/books/1" {
				ofFirst = append(ofFirst, e.Type)
			}
		}
		assert.Equal(t, []string{"CREATED", "UPDATED", "DELETED", "UNDELETED"}, ofFirst)
	})
}

// Hooks see the batch one by one, and the events are still one statement.
func TestEventsBesideHooks(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		hook := func(_ context.Context, w *crud.Write[*pb.Counter]) error {
			if w.New != nil {
				w.New.Value++
			}
			return nil
		}
		counters := pb.NewCounterRepository(rec, pb.CounterHooks{BeforeCreate: hook, BeforeUpdate: hook, BeforeDelete: hook})
		_, err := counters.BatchCreate(ctx, []*pb.Counter{{Id: 1}, {Id: 2}})
		require.NoError(t, err)
		assert.Equal(t, "BEGIN INSERT INSERT INSERT COMMIT", strings.Join(statements(rec), " "))
		_, err = counters.BatchUpdate(ctx, []crud.Change[*pb.Counter]{{Message: &pb.Counter{Id: 1, Value: 5}}, {Message: &pb.Counter{Id: 2, Value: 6}}})
		require.NoError(t, err)
		_, err = counters.BatchDelete(ctx, []int64{1, 2})
		require.NoError(t, err)
		var values []int64
		for _, e := range events(t, db, 0) {
			m := &pb.Counter{}
			require.NoError(t, proto.Unmarshal(e.New, m))
			values = append(values, m.GetValue())
		}
		assert.Equal(t, []int64{1, 1, 6, 7, 0, 0}, values)
	})
}

// What does not happen has no event.
func TestNoEventOfWhatDoesNotHappen(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		wrong := errors.New("wrong")
		books := pb.NewBookRepository(db)
		refusing := pb.NewBookRepository(db, pb.BookHooks{AfterCreate: func(context.Context, *crud.Write[*pb.Book]) error { return wrong }})
		_, err := refusing.Create(ctx, book("a", "1", "one"))
		require.ErrorIs(t, err, wrong)
		_, err = books.Create(ctx, book("a", "1", "one"), crud.ValidateOnly(true))
		require.NoError(t, err)
		_, err = books.BatchCreate(ctx, []*pb.Book{book("a", "1", "one"), book("c", "1", "no such shelf")})
		require.Error(t, err)
		err = crud.InTx(ctx, db, func(tx *crud.Tx) error {
			_, err := books.WithTx(tx).Create(ctx, book("a", "1", "one"))
			require.NoError(t, err)
			return wrong
		})
		require.ErrorIs(t, err, wrong)
		_, err = books.Update(ctx, book("a", "none", "none"), nil)
		assert.Equal(t, codes.NotFound, status.Code(err))
		_, err = books.Delete(ctx, pb.BookKey{ShelfId: "a", BookId: "none"}, crud.AllowMissing(true))
		require.NoError(t, err)
		assert.Empty(t, events(t, db, 0))
	})
}

// A call that is repeated with its request id is answered, and has one event.
func TestOneEventOfARequestID(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		require.NoError(t, crud.CreateTables(ctx, db, crud.RequestTable))
		books, id := pb.NewBookRepository(db), uuid.NewString()
		for range 3 {
			_, err := books.Create(ctx, book("a", "1", "one"), crud.RequestID("/test/Create", id, nil))
			require.NoError(t, err)
		}
		assert.Len(t, events(t, db, 0), 1)
	})
}

// The events of a transaction are appended in it, whoever owns it.
func TestEventsInTransactions(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := pb.NewBookRepository(db)
		require.NoError(t, crud.InTx(ctx, db, func(tx *crud.Tx) error {
			for i := range 3 {
				if _, err := books.WithTx(tx).Create(ctx, book("a", fmt.Sprint(i), "in")); err != nil {
					return err
				}
			}
			return nil
		}))
		tx, err := db.Begin(ctx)
		require.NoError(t, err)
		joined, committed := crud.JoinTx(tx)
		_, err = books.WithTx(joined).Create(ctx, book("a", "joined", "joined"))
		require.NoError(t, err)
		_, err = pb.NewBookRepository(tx).Create(ctx, book("a", "bare", "bare"))
		require.NoError(t, err)
		require.NoError(t, tx.Commit(ctx))
		committed(ctx)
		var keys []string
		for _, e := range events(t, db, 0) {
			keys = append(keys, e.Key[len("shelves/a/books/"):])
		}
		assert.Equal(t, []string{"0", "1", "2", "joined", "bare"}, keys)
	})
}

// A statement over many rows refuses to pass events by, unless its caller says so.
func TestWritesWithoutEvents(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		counters := pb.NewCounterRepository(db)
		_, err := counters.Create(ctx, &pb.Counter{Value: 1})
		require.NoError(t, err)
		_, err = counters.UpdateWhere(ctx).Set("value", 2).Where("true").Exec(ctx)
		assert.Equal(t, codes.Internal, status.Code(err))
		require.ErrorContains(t, errors.Unwrap(err), "WithoutEvents")
		_, err = counters.DeleteWhere(ctx).Where(squirrel.Eq{"value": 1}).Exec(ctx)
		require.ErrorContains(t, errors.Unwrap(err), "WithoutEvents")
		n, err := counters.UpdateWhere(ctx).Set("value", 2).Where("true").WithoutEvents().Exec(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 1, n)
		n, err = counters.DeleteWhere(ctx).Where("true").WithoutEvents().Exec(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 1, n)
		assert.Len(t, events(t, db, 0), 1)
	})
}

// An event has the resource before and after, without what no answer and no log shows.
func TestWhatAnEventHolds(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := pb.NewBookRepository(db)
		m := book("a", "1", "one")
		m.LockCode, m.Donor, m.Tags = "secret", "somebody", []string{"t"}
		_, err := books.Create(ctx, m)
		require.NoError(t, err)
		_, err = books.Update(ctx, &pb.Book{Name: m.GetName(), Donor: "another", Pages: 7}, mask("donor", "pages"))
		require.NoError(t, err)
		_, err = books.Delete(ctx, keyOf(t, m))
		require.NoError(t, err)
		var shown []string
		for _, e := range events(t, db, 0) {
			assert.Equal(t, "eventtest.Book", e.Message)
			assert.Equal(t, m.GetName(), e.Key)
			assert.Empty(t, e.Scope)
			for _, b := range [][]byte{e.Old, e.New} {
				assert.NotContains(t, string(b), "secret")
				assert.NotContains(t, string(b), "somebody")
				assert.NotContains(t, string(b), "another")
			}
			shown = append(shown, e.Type+pages(t, e.Old)+pages(t, e.New))
		}
		assert.Equal(t, []string{"CREATED - 0", "UPDATED 0 7", "DELETED 7 7 deleted"}, shown)
	})
}

func pages(t testing.TB, b []byte) string {
	t.Helper()
	if b == nil {
		return " -"
	}
	m := &pb.Book{}
	require.NoError(t, proto.Unmarshal(b, m))
	if m.GetDeleteTime() != nil {
		return fmt.Sprint(" ", m.GetPages(), " deleted")
	}
	return fmt.Sprint(" ", m.GetPages())
}

// The events of many rows are appended in the order of the rows.
func TestOrderOfALargeBatch(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		var ms []*pb.Counter
		for i := range 1000 {
			ms = append(ms, &pb.Counter{Id: int64(i + 1)})
		}
		_, err := pb.NewCounterRepository(db).BatchCreate(t.Context(), ms)
		require.NoError(t, err)
		all := events(t, db, 0)
		require.Len(t, all, len(ms))
		for i, e := range all {
			assert.Equal(t, fmt.Sprint(i+1), e.Key)
			assert.Equal(t, eventlog.Created, e.Type)
		}
	})
}
