package crud_test

import (
	"context"
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestDefaultOfAColumn: the database's default is for Create without the field. It is
// no value that Update or a set field comes back to.
func TestDefaultOfAColumn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		users := bookpb.NewUserRepository(db)
		create := func(username, plan string) *bookpb.User {
			m, err := users.Create(ctx, &bookpb.User{Username: username, Email: username, Plan: plan})
			require.NoError(t, err)
			got, err := users.Get(ctx, m.GetId())
			require.NoError(t, err)
			sameMessage(t, m, got)
			return m
		}
		// Between the others: the text of a statement depends on what is unset.
		assert.Equal(t, "free", create("u1", "").GetPlan())
		assert.Equal(t, "paid", create("u2", "paid").GetPlan())
		assert.Equal(t, "free", create("u3", "").GetPlan())
		m := create("u4", "paid")
		for _, test := range []struct {
			paths []string
			want  string
		}{{nil, "paid"}, {[]string{"email"}, "paid"}, {[]string{"plan"}, ""}, {[]string{"*"}, ""}} {
			got, err := users.Update(ctx, &bookpb.User{Id: m.GetId(), Username: "u4"}, mask(test.paths...))
			require.NoError(t, err)
			assert.Equal(t, test.want, got.GetPlan(), "%v", test.paths)
		}
		hooked := bookpb.NewUserRepository(db, bookpb.UserHooks{
			BeforeCreate: func(_ context.Context, w *crud.Write[*bookpb.User]) error {
				assert.Empty(t, w.New.GetPlan(), "the database has not made it yet")
				if w.New.GetUsername() == "u6" {
					w.New.Plan = "of the hook"
				}
				return nil
			},
		})
		for name, want := range map[string]string{"u5": "free", "u6": "of the hook"} {
			got, err := hooked.Create(ctx, &bookpb.User{Username: name, Email: name})
			require.NoError(t, err)
			assert.Equal(t, want, got.GetPlan())
		}
	})
}

// TestIdentityKeys are made where they are unset and taken where they are given.
func TestIdentityKeys(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		users := bookpb.NewUserRepository(db)
		for _, want := range []*bookpb.User{
			{Id: 4711, Username: "given", Plan: "paid"},
			{Id: math.MinInt64, Username: "least", Plan: "paid"},
			{Id: -1, Username: "below zero", Plan: "paid"},
		} {
			got, err := users.Create(ctx, want)
			require.NoError(t, err)
			sameMessage(t, want, got)
			got, err = users.Get(ctx, want.GetId())
			require.NoError(t, err)
			sameMessage(t, want, got)
		}
		given, err := users.Create(ctx, &bookpb.User{Id: 4712, Username: "given, with the default", Email: "x"})
		require.NoError(t, err)
		assert.Equal(t, []any{int64(4712), "free"}, []any{given.GetId(), given.GetPlan()})
		_, err = users.Create(ctx, &bookpb.User{Id: 4711, Username: "again", Email: "y"})
		info := resourceInfo(t, refused(t, err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists))
		assert.Equal(t, "4711", info.GetResourceName())
		made := make(map[int64]bool)
		for _, name := range []string{"made", "made too"} {
			m, err := users.Create(ctx, &bookpb.User{Username: name, Email: name})
			require.NoError(t, err)
			assert.Positive(t, m.GetId())
			assert.False(t, made[m.GetId()])
			made[m.GetId()] = true
		}
	})
}

// TestUUIDKeys are made where they are unset, version 4 as the model says, and taken
// where they are given.
func TestUUIDKeys(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := withTenant(t.Context(), "x"), crudtest.NewRecorder(db)
		notes := bookpb.NewNoteRepository(rec, byTenant)
		seen := make(map[string]bool)
		for _, title := range []string{"a", "b", "c"} {
			given := &bookpb.Note{Title: title}
			m, err := notes.Create(ctx, given)
			require.NoError(t, err)
			id, err := uuid.Parse(m.GetId())
			require.NoError(t, err)
			assert.EqualValues(t, 4, id.Version())
			assert.Equal(t, id.String(), m.GetId())
			assert.False(t, seen[m.GetId()])
			assert.Empty(t, given.GetId(), "the caller's message is not changed")
			seen[m.GetId()] = true
		}
		m, err := notes.Create(ctx, &bookpb.Note{Id: someNote, Title: "given"})
		require.NoError(t, err)
		assert.Equal(t, someNote, m.GetId())
		rec.Reset()
		for _, id := range []string{
			"x", " ", "00000000-0000-4000-8000-00000000000", "00000000-0000-4000-8000-0000000000011",
			"00000000-0000-4000-8000-00000000000A", "{" + someNote + "}", "urn:uuid:" + someNote, "00000000000040008000000000000001",
			"00000000-0000-4000-8000-00000000000\x00",
		} {
			_, err := notes.Create(ctx, &bookpb.Note{Id: id, Title: "bad"})
			violated(t, err, crud.ReasonInvalidField, "id")
		}
		assert.Empty(t, rec.Statements())
	})
}

// TestKeysOfTheCaller must be there: nobody else makes them.
func TestKeysOfTheCaller(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		_, err := bookpb.NewMemberRepository(rec).Create(ctx, &bookpb.Member{UserId: 1})
		violated(t, err, crud.ReasonRequiredFieldMissing, "org")
		_, err = bookpb.NewBookRepository(rec).Create(ctx, &bookpb.Book{Title: "X"})
		require.Error(t, err)
		assert.Empty(t, rec.Statements())
		m, err := bookpb.NewCounterRepository(rec).Create(ctx, &bookpb.Counter{})
		require.NoError(t, err, "zero is a number like any other")
		assert.Zero(t, m.GetId())
	})
}
