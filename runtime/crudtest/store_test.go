package crudtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// engines are what the suite's own tests open stores on.
var engines = map[string]func(testing.TB) crud.DB{
	"postgres": func(t testing.TB) crud.DB { return Postgres(t) },
	"sqlite":   func(t testing.TB) crud.DB { return SQLiteMemory(t) },
}

func TestRepositoriesPass(t *testing.T) {
	t.Parallel()
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("Shelf", func(t *testing.T) { t.Parallel(); TestStore(t, shelfSuite(open)) })
			t.Run("Book", func(t *testing.T) { t.Parallel(); TestStore(t, bookSuite(open)) })
			t.Run("User", func(t *testing.T) { t.Parallel(); TestStore(t, userSuite(open)) })
			t.Run("Member", func(t *testing.T) { t.Parallel(); TestStore(t, memberSuite(open)) })
			t.Run("Note", func(t *testing.T) { t.Parallel(); TestStore(t, noteSuite(open)) })
			t.Run("Ticket", func(t *testing.T) { t.Parallel(); TestStore(t, ticketSuite(open)) })
			t.Run("Counter", func(t *testing.T) { t.Parallel(); TestStore(t, counterSuite(open)) })
		})
	}
}

// tables creates all tables, with two shelves and two users in them.
func tables(t testing.TB, db crud.DB) {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, crud.CreateTables(ctx, db, bookpb.ShelfTable, bookpb.BookTable, bookpb.UserTable,
		bookpb.MemberTable, bookpb.NoteTable, bookpb.TicketTable, bookpb.CounterTable))
	for _, name := range []string{"shelves/a", "shelves/b"} {
		_, err := bookpb.NewShelfRepository(db).Create(ctx, &bookpb.Shelf{Name: name})
		require.NoError(t, err)
	}
	for _, name := range []string{"ann", "bob"} {
		_, err := bookpb.NewUserRepository(db).Create(ctx, &bookpb.User{Username: name, Email: name})
		require.NoError(t, err)
	}
}

func shelfSuite(open func(testing.TB) crud.DB) StoreSuite[*bookpb.Shelf, bookpb.ShelfKey] {
	return StoreSuite[*bookpb.Shelf, bookpb.ShelfKey]{
		Table: bookpb.ShelfTable,
		Open: func(t testing.TB) crud.Store[*bookpb.Shelf, bookpb.ShelfKey] {
			db := open(t)
			require.NoError(t, crud.CreateTables(t.Context(), db, bookpb.ShelfTable))
			return bookpb.NewShelfRepository(db)
		},
		New: func(i int) *bookpb.Shelf {
			return &bookpb.Shelf{Name: fmt.Sprintf("shelves/s%d", i), Theme: fmt.Sprintf("theme %d", i)}
		},
	}
}

func newBook(shelf string, i int) *bookpb.Book {
	return &bookpb.Book{
		Name:        fmt.Sprintf("shelves/%s/books/b%d", shelf, i),
		Title:       fmt.Sprintf("Title %d", i),
		Isbn:        new(fmt.Sprintf("%s-%d", shelf, i)),
		OwnerId:     new(int64(i%2 + 1)),
		Genre:       bookpb.Genre(i % 3),
		Pages:       int32(i),
		Price:       float64(i) / 3,
		Tags:        []string{"tag", fmt.Sprint(i)},
		Language:    fmt.Sprintf("language %d", i),
		Note:        fmt.Sprintf("note %d", i),
		State:       fmt.Sprintf("state %d", i),
		PublishTime: &timestamppb.Timestamp{Seconds: int64(i) * 86400, Nanos: 123456000},
	}
}

func bookSuite(open func(testing.TB) crud.DB) StoreSuite[*bookpb.Book, bookpb.BookKey] {
	return StoreSuite[*bookpb.Book, bookpb.BookKey]{
		Table: bookpb.BookTable,
		Open: func(t testing.TB) crud.Store[*bookpb.Book, bookpb.BookKey] {
			db := open(t)
			tables(t, db)
			return bookpb.NewBookRepository(db)
		},
		New:       func(i int) *bookpb.Book { return newBook("a", i) },
		Parent:    "shelves/a",
		Elsewhere: func(i int) *bookpb.Book { return newBook("b", i) },
	}
}

func userSuite(open func(testing.TB) crud.DB) StoreSuite[*bookpb.User, int64] {
	return StoreSuite[*bookpb.User, int64]{
		Table: bookpb.UserTable,
		Open: func(t testing.TB) crud.Store[*bookpb.User, int64] {
			db := open(t)
			require.NoError(t, crud.CreateTables(t.Context(), db, bookpb.UserTable))
			return bookpb.NewUserRepository(db)
		},
		New: func(i int) *bookpb.User {
			return &bookpb.User{
				Username: fmt.Sprintf("user %d", i), Email: fmt.Sprintf("%d@example.com", i),
				Team: new(fmt.Sprint(i)), Plan: fmt.Sprintf("plan %d", i),
			}
		},
	}
}

func memberSuite(open func(testing.TB) crud.DB) StoreSuite[*bookpb.Member, bookpb.MemberKey] {
	return StoreSuite[*bookpb.Member, bookpb.MemberKey]{
		Table: bookpb.MemberTable,
		Open: func(t testing.TB) crud.Store[*bookpb.Member, bookpb.MemberKey] {
			db := open(t)
			tables(t, db)
			return bookpb.NewMemberRepository(db)
		},
		New: func(i int) *bookpb.Member {
			return &bookpb.Member{Org: fmt.Sprintf("org/%d%%", i/2), UserId: int64(i%2 + 1), Role: fmt.Sprintf("role %d", i)}
		},
	}
}

// tenantKey is the context key of the tests' tenants.
type tenantKey struct{}

func tenant(ctx context.Context, i int) context.Context {
	return context.WithValue(ctx, tenantKey{}, fmt.Sprintf("tenant %d", i))
}

var errNoTenant = errors.New("the call has no tenant")

func tenantOf(ctx context.Context) (string, error) {
	if t, ok := ctx.Value(tenantKey{}).(string); ok {
		return t, nil
	}
	return "", errNoTenant
}

// newNote has a key that is the caller's own, which two tenants may choose alike.
func newNote(i int) *bookpb.Note {
	return &bookpb.Note{
		Id:    fmt.Sprintf("00000000-0000-7000-8000-%012x", i*37%100),
		Title: fmt.Sprintf("title %d", i), Body: fmt.Sprintf("body %d", i),
	}
}

func openNotes(t testing.TB, db crud.DB) bookpb.NoteRepository {
	t.Helper()
	require.NoError(t, crud.CreateTables(t.Context(), db, bookpb.NoteTable))
	return bookpb.NewNoteRepository(db, crud.ScopeColumn("tenant_id", tenantOf))
}

func noteSuite(open func(testing.TB) crud.DB) StoreSuite[*bookpb.Note, string] {
	return StoreSuite[*bookpb.Note, string]{
		Table:  bookpb.NoteTable,
		Open:   func(t testing.TB) crud.Store[*bookpb.Note, string] { return openNotes(t, open(t)) },
		New:    newNote,
		Tenant: tenant,
	}
}

func ticketSuite(open func(testing.TB) crud.DB) StoreSuite[*bookpb.Ticket, int64] {
	return StoreSuite[*bookpb.Ticket, int64]{
		Table: bookpb.TicketTable,
		Open: func(t testing.TB) crud.Store[*bookpb.Ticket, int64] {
			db := open(t)
			require.NoError(t, crud.CreateTables(t.Context(), db, bookpb.TicketTable))
			return bookpb.NewTicketRepository(db, crud.ScopeColumn("tenant_id", tenantOf))
		},
		New: func(i int) *bookpb.Ticket {
			return &bookpb.Ticket{Title: fmt.Sprintf("title %d", i), Open: i%2 == 0}
		},
		Tenant: tenant,
	}
}

func counterSuite(open func(testing.TB) crud.DB) StoreSuite[*bookpb.Counter, uint64] {
	return StoreSuite[*bookpb.Counter, uint64]{
		Table: bookpb.CounterTable,
		Open: func(t testing.TB) crud.Store[*bookpb.Counter, uint64] {
			db := open(t)
			require.NoError(t, crud.CreateTables(t.Context(), db, bookpb.CounterTable))
			return bookpb.NewCounterRepository(db)
		},
		// The keys are on both sides of the int64's range.
		New: func(i int) *bookpb.Counter {
			return &bookpb.Counter{
				Id: math.MaxInt64 - 5 + uint64(i), Small: math.MinInt32 + int32(i), Plain: math.MaxUint32 - uint32(i),
				Large: math.MaxUint64 - uint64(i), Ratio: float32(i) / 7, Digest: []byte{0, byte(i)},
				Age:    &durationpb.Duration{Seconds: -int64(i), Nanos: -1000},
				Frozen: new(i%2 == 0), Steps: []int64{math.MinInt64, int64(i)},
			}
		},
	}
}
