package crud_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// openTickets is a predicate with an OR, which must stay inside of it, and arguments
// between those of the statement.
func openTickets(context.Context) (squirrel.Sqlizer, error) {
	return squirrel.Expr("tickets.open = ? OR tickets.title LIKE ?", true, "public %"), nil
}

// TestPredicatesBindReadsAndWrites: rows outside of a predicate are not there.
func TestPredicatesBindReadsAndWrites(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := withTenant(t.Context(), "x")
		all := bookpb.NewTicketRepository(db, byTenant)
		named := crud.Where(func(context.Context) (squirrel.Sqlizer, error) {
			return squirrel.NotEq{"tickets.title": []string{"secret", "hidden"}}, nil
		})
		tickets := bookpb.NewTicketRepository(db, byTenant, crud.Where(openTickets), named)
		var ids []int64
		for i := range 12 {
			m := &bookpb.Ticket{Title: []string{"", "public 1", "secret", "x"}[i%4], Open: i%3 == 0}
			m, err := all.Create(ctx, m)
			require.NoError(t, err)
			ids = append(ids, m.GetId())
		}
		_, err := all.Create(withTenant(ctx, "y"), &bookpb.Ticket{Title: "public 2", Open: true})
		require.NoError(t, err)
		visible := []int64{ids[0], ids[1], ids[3], ids[5], ids[9]}
		hidden := ids[2]

		assert.Equal(t, visible, ticketIDs(listed(ctx, t, tickets, crud.Query{PageSize: 2})))
		assert.Equal(t, visible, ticketIDs(streamed(ctx, t, tickets, crud.Query{})))
		assert.Equal(t, visible, ticketIDs(listed(ctx, t, tickets, crud.Query{Where: squirrel.Expr("true OR true")})))
		selected, err := tickets.Select(ctx).Where("true OR tickets.title = ?", "x").OrderBy("tickets.id").All(ctx)
		require.NoError(t, err)
		assert.Equal(t, visible, ticketIDs(selected))
		for _, id := range ids {
			_, err := tickets.Get(ctx, id)
			if assert.Equal(t, slices.Contains(visible, id), err == nil) && err != nil {
				notFound(t, err, "bookpb.Ticket", fmt.Sprint(id))
			}
		}
		for _, fields := range [][]string{{"title"}, {"*"}, {"id"}, {"tenant_id"}} {
			_, err = tickets.Update(ctx, &bookpb.Ticket{Id: hidden, Title: "mine"}, mask(fields...))
			notFound(t, err, "bookpb.Ticket", fmt.Sprint(hidden))
		}
		_, err = tickets.Delete(ctx, hidden)
		notFound(t, err, "bookpb.Ticket", fmt.Sprint(hidden))
		n, err := tickets.UpdateWhere(ctx).Set("open", true).Where("true OR tickets.id = ?", hidden).Exec(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, len(visible), n)
		m, err := tickets.Update(ctx, &bookpb.Ticket{Id: ids[0], Title: "again"}, mask("title"))
		require.NoError(t, err)
		assert.Equal(t, "again", m.GetTitle())
		_, err = tickets.Delete(ctx, ids[0])
		require.NoError(t, err)
		n, err = tickets.DeleteWhere(ctx).Where("true OR tickets.id = ?", hidden).Exec(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, len(visible)-1, n)
		assert.Len(t, listed(ctx, t, all, crud.Query{}), len(ids)-len(visible))

		// Create is bound by the scope column alone.
		m, err = tickets.Create(ctx, &bookpb.Ticket{TenantId: "y", Title: "secret"})
		require.NoError(t, err)
		assert.Equal(t, "x", m.GetTenantId())
		_, err = tickets.Get(ctx, m.GetId())
		notFound(t, err, "bookpb.Ticket", fmt.Sprint(m.GetId()))
	})
}

// TestPredicatesFailClosed: one that says nothing, or cannot be had, is never "all
// rows".
func TestPredicatesFailClosed(t *testing.T) {
	t.Parallel()
	denied := status.Error(codes.PermissionDenied, "not yours")
	var none *squirrel.SelectBuilder
	tests := []struct {
		name string
		pred squirrel.Sqlizer
		err  error
	}{
		{"nil", nil, nil},
		{"a nil pointer", none, nil},
		{"a nil And", squirrel.And(nil), nil},
		{"an empty And", squirrel.And{}, nil},
		{"an empty Or", squirrel.Or{}, nil},
		{"an empty Eq", squirrel.Eq{}, nil},
		{"an empty NotEq", squirrel.NotEq{}, nil},
		{"an empty Lt", squirrel.Lt{}, nil},
		{"no text", squirrel.Expr(" "), nil},
		{"one that cannot be written", squirrel.Lt{"notes.title": nil}, nil},
		{"an error", nil, denied},
		{"an error and a predicate", squirrel.Expr("true"), denied},
	}
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := withTenant(t.Context(), "x")
		for _, test := range tests {
			rec := crudtest.NewRecorder(db)
			notes := bookpb.NewNoteRepository(rec, byTenant,
				crud.Where(func(context.Context) (squirrel.Sqlizer, error) { return test.pred, test.err }))
			for call, run := range noteCalls(notes, someNote) {
				if call == "Create" { // which no predicate binds
					continue
				}
				err := run(ctx)
				if test.err != nil {
					assert.Equal(t, test.err, err, "%s: %s", test.name, call)
					continue
				}
				require.Error(t, err, "%s: %s", test.name, call)
				refused(t, err, codes.Internal, crud.ReasonInternal)
			}
			assert.Empty(t, rec.Statements(), test.name)
		}
	})
}

// TestConditionsThatSayNothing of hand-written methods are errors too: they would
// change every row.
func TestConditionsThatSayNothing(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := withTenant(t.Context(), "x"), crudtest.NewRecorder(db)
		notes := bookpb.NewNoteRepository(rec, byTenant)
		for _, where := range []any{
			nil, "", "  ",
			squirrel.Eq{},
			squirrel.Eq(nil),
			map[string]any{},
			squirrel.And{},
			squirrel.Or(nil),
			squirrel.Expr(""), 7,
			[]string{"true"},
		} {
			_, err := updateNotes(ctx, notes, where)
			refused(t, err, codes.Internal, crud.ReasonInternal)
			_, err = deleteNotes(ctx, notes, where)
			refused(t, err, codes.Internal, crud.ReasonInternal)
			_, err = notes.Select(ctx).Where(where).All(ctx)
			refused(t, err, codes.Internal, crud.ReasonInternal)
			if where, ok := where.(squirrel.Sqlizer); ok {
				_, err = notes.List(ctx, crud.Query{Where: where})
				refused(t, err, codes.Internal, crud.ReasonInternal)
			}
		}
		_, err := notes.UpdateWhere(ctx).Set("body", "x").Exec(ctx)
		refused(t, err, codes.Internal, crud.ReasonInternal)
		_, err = notes.DeleteWhere(ctx).Exec(ctx)
		refused(t, err, codes.Internal, crud.ReasonInternal)
		assert.Empty(t, rec.Statements())
	})
}
