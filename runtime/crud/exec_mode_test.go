package crud_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestExecModes: each mode of pgx gives the same answers to the same calls, for every
// model, whatever the session's time zone.
func TestExecModes(t *testing.T) {
	t.Parallel()
	answers := make([][]proto.Message, len(execModes))
	for i, mode := range execModes {
		db := farFromUTC(t, mode)
		createTables(t, db)
		answers[i] = exerciseModels(t, db)
		require.NotEmpty(t, answers[i])
		require.Len(t, answers[i], len(answers[0]), mode)
		for j := range answers[i] {
			sameText(t, answers[0][j], answers[i][j], mode)
		}
	}
}

// sameText is sameMessage for messages with NaN and negative zero.
func sameText(t testing.TB, want, got proto.Message, msgAndArgs ...any) {
	t.Helper()
	require.Equal(t, prototext.Format(want), prototext.Format(got), msgAndArgs...)
}

// exerciseModels creates, reads, lists and updates resources of every model, under a
// clock that stands still, and returns all answers.
func exerciseModels(t testing.TB, db crud.DB) (answers []proto.Message) {
	t.Helper()
	c := &clock{now: time.Date(2026, 2, 3, 4, 5, 6, 7_008_000, time.UTC)}
	timed := crud.WithClock(c.Now)
	ctx := withTenant(t.Context(), "x")
	const odd = "it's \"odd\" \\ $1 ? ü😀\n\t%_"

	answers = append(answers, exercise(ctx, t, bookpb.NewShelfRepository(db), bookpb.ShelfTable, crud.Query{},
		&bookpb.Shelf{Name: "shelves/it's $1", Theme: odd})...)
	first, second := twoBooks("shelves/a/books/x")
	second.Name = "shelves/a/books/y"
	answers = append(answers, exercise(ctx, t, bookpb.NewBookRepository(db, timed), bookpb.BookTable, crud.Query{Parent: "shelves/a"},
		first, second,
		&bookpb.Book{Name: "shelves/a/books/" + strings.Repeat("z", 200)},
		&bookpb.Book{
			Name: "shelves/a/books/odd $1", Title: odd, Isbn: new(""), Genre: -1, Pages: math.MinInt32, Price: math.Inf(-1),
			Tags:        []string{"", "NULL", "null", odd, "{a,b}", " "},
			PublishTime: &timestamppb.Timestamp{Seconds: -62_135_596_800},
		},
		&bookpb.Book{
			Name: "shelves/a/books/far", Title: "'; DROP TABLE books; --", Price: math.NaN(), Genre: math.MaxInt32,
			PublishTime: &timestamppb.Timestamp{Seconds: 253_402_300_799, Nanos: 999_999_000},
		},
		&bookpb.Book{Name: "shelves/a/books/zero", Price: math.Copysign(0, -1), PublishTime: &timestamppb.Timestamp{Seconds: -1, Nanos: 1000}},
		&bookpb.Book{Name: "shelves/a/books/tiny", Price: math.SmallestNonzeroFloat64},
	)...)
	answers = append(answers, exercise(ctx, t, bookpb.NewUserRepository(db), bookpb.UserTable, crud.Query{},
		&bookpb.User{Id: -7, Username: odd, Plan: "paid"}, &bookpb.User{Id: math.MaxInt64, Username: "eve", Team: new("")})...)
	answers = append(answers, exercise(ctx, t, bookpb.NewMemberRepository(db, timed), bookpb.MemberTable, crud.Query{},
		&bookpb.Member{Org: odd, UserId: 1}, &bookpb.Member{Org: "o", UserId: 2, Role: odd})...)
	answers = append(answers, exercise(ctx, t, bookpb.NewNoteRepository(db, byTenant, timed), bookpb.NoteTable, crud.Query{},
		&bookpb.Note{Id: someNote, Title: odd})...)
	answers = append(answers, exercise(ctx, t, bookpb.NewTicketRepository(db, byTenant), bookpb.TicketTable, crud.Query{},
		&bookpb.Ticket{Id: 1, TenantId: "x", Title: odd, Open: true}, &bookpb.Ticket{Id: math.MinInt64, TenantId: "x"})...)
	return append(answers, exercise(ctx, t, bookpb.NewCounterRepository(db), bookpb.CounterTable, crud.Query{},
		&bookpb.Counter{},
		&bookpb.Counter{
			Id: math.MaxUint64, Small: math.MinInt32, Plain: math.MaxUint32, Large: math.MaxUint64, Ratio: math.MaxFloat32,
			Digest: []byte{0, '\\', '\'', 255}, Age: &durationpb.Duration{Seconds: 315_576_000_000}, Frozen: new(false),
			Steps: []int64{math.MinInt64, 0, math.MaxInt64},
		},
		&bookpb.Counter{
			Id: 1 << 63, Small: -1, Ratio: 0.1, Digest: []byte{}, Age: &durationpb.Duration{Seconds: -315_576_000_000}, Frozen: new(true),
		},
		&bookpb.Counter{Id: 2, Ratio: float32(math.Inf(1)), Age: &durationpb.Duration{Nanos: -1000}},
		&bookpb.Counter{Id: 3, Ratio: float32(math.NaN())},
		&bookpb.Counter{Id: 4, Ratio: math.SmallestNonzeroFloat32},
	)...)
}

// exercise returns the answers of every call to a store about the messages, which are
// those it was given but for what the server makes.
func exercise[M proto.Message, K comparable](ctx context.Context, t testing.TB, s crud.Store[M, K], table *crud.Table[M, K], q crud.Query, messages ...M) (answers []proto.Message) {
	t.Helper()
	add := func(m M, err error) M {
		require.NoError(t, err)
		answers = append(answers, m)
		return m
	}
	for _, m := range messages {
		stored := add(s.Create(ctx, m))
		key, err := table.KeyOf(stored)
		require.NoError(t, err)
		sameText(t, stored, add(s.Get(ctx, key)))
		add(s.Update(ctx, m, mask("*")))
		add(s.Update(ctx, m, nil))
		add(s.Update(ctx, m, mask("*"), crud.Unchanged(table.Info().Columns[1].Field)))
	}
	q.PageSize = 2
	pages := listed(ctx, t, s, q)
	q.PageSize = 0
	all := streamed(ctx, t, s, q)
	require.Len(t, all, len(pages))
	for i, m := range pages {
		sameText(t, m, all[i])
		add(m, nil)
	}
	for _, m := range messages {
		key, err := table.KeyOf(m)
		require.NoError(t, err)
		_, err = s.Delete(ctx, key)
		require.NoError(t, err)
		_, err = s.Get(ctx, key)
		assert.Error(t, err)
	}
	return answers
}
