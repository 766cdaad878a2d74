package crud_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestTwoTenantsAreTwoMaps: whatever two tenants do on one table, with the same keys
// and the same unique values, each sees what it would if it were alone.
func TestTwoTenantsAreTwoMaps(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		notes := bookpb.NewNoteRepository(db, byTenant)
		var runs atomic.Int64
		rapid.Check(t, func(rt *rapid.T) {
			run := runs.Add(1) // tenants of its own, on the same table
			machine := &tenantMachine{notes: notes}
			for _, name := range []string{"x", "y"} {
				ctx := withTenant(t.Context(), fmt.Sprint(name, run))
				machine.tenants = append(machine.tenants, &tenantModel{ctx: ctx, notes: make(map[string]*bookpb.Note)})
			}
			rt.Repeat(map[string]func(*rapid.T){
				"create":      machine.create,
				"update":      machine.update,
				"delete":      machine.delete,
				"lookup":      machine.lookup,
				"updateWhere": machine.updateWhere,
				"deleteWhere": machine.deleteWhere,
				"":            machine.check,
			})
		})
	})
}

// A tenantModel is what one tenant should see: its notes by key, without the time.
type tenantModel struct {
	ctx   context.Context
	notes map[string]*bookpb.Note
}

type tenantMachine struct {
	notes   bookpb.NoteRepository
	tenants []*tenantModel
}

func (s *tenantMachine) tenant(t *rapid.T) *tenantModel {
	return rapid.SampledFrom(s.tenants).Draw(t, "tenant")
}

func drawID(t *rapid.T) string {
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", rapid.IntRange(1, 4).Draw(t, "id"))
}

func drawText(t *rapid.T, label string) string {
	return rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, label)
}

// titled returns the note with the title, which one note at most has.
func (m *tenantModel) titled(title string) *bookpb.Note {
	for _, n := range m.notes {
		if n.GetTitle() == title {
			return n
		}
	}
	return nil
}

func (s *tenantMachine) create(t *rapid.T) {
	m := s.tenant(t)
	n := &bookpb.Note{Id: drawID(t), Title: drawText(t, "title"), Body: drawText(t, "body")}
	got, err := s.notes.Create(m.ctx, n)
	if m.notes[n.GetId()] != nil || m.titled(n.GetTitle()) != nil {
		requireCode(t, codes.AlreadyExists, err)
		return
	}
	requireNote(t, n, got, err)
	m.notes[n.GetId()] = n
}

func (s *tenantMachine) update(t *rapid.T) {
	m := s.tenant(t)
	n := &bookpb.Note{Id: drawID(t), Title: drawText(t, "title"), Body: drawText(t, "body")}
	paths := rapid.SampledFrom([][]string{{"title"}, {"body"}, {"title", "body"}, {"*"}, {"id"}}).Draw(t, "mask")
	got, err := s.notes.Update(m.ctx, n, mask(paths...))
	old := m.notes[n.GetId()]
	if old == nil {
		requireCode(t, codes.NotFound, err)
		return
	}
	want := proto.Clone(old).(*bookpb.Note)
	if slices.Contains(paths, "title") || paths[0] == "*" {
		want.Title = n.GetTitle()
	}
	if slices.Contains(paths, "body") || paths[0] == "*" {
		want.Body = n.GetBody()
	}
	if same := m.titled(want.GetTitle()); same != nil && same != old {
		requireCode(t, codes.AlreadyExists, err)
		return
	}
	requireNote(t, want, got, err)
	m.notes[n.GetId()] = want
}

func (s *tenantMachine) delete(t *rapid.T) {
	m, id := s.tenant(t), drawID(t)
	_, err := s.notes.Delete(m.ctx, id)
	if m.notes[id] == nil {
		requireCode(t, codes.NotFound, err)
		return
	}
	require.NoError(t, err)
	delete(m.notes, id)
}

func (s *tenantMachine) lookup(t *rapid.T) {
	m, title := s.tenant(t), drawText(t, "title")
	got, err := s.notes.GetByTitle(m.ctx, title)
	if want := m.titled(title); want != nil {
		requireNote(t, want, got, err)
		return
	}
	requireCode(t, codes.NotFound, err)
}

func (s *tenantMachine) updateWhere(t *rapid.T) {
	m, title, body := s.tenant(t), drawText(t, "title"), drawText(t, "body")
	changed, err := s.notes.UpdateWhere(m.ctx).Set("body", body).
		Where(squirrel.Or{squirrel.Expr("notes.title >= ?", title), squirrel.Eq{"notes.body": title}}).Exec(m.ctx)
	require.NoError(t, err)
	want := 0
	for _, n := range m.notes {
		if n.GetTitle() >= title || n.GetBody() == title {
			n.Body = body
			want++
		}
	}
	require.EqualValues(t, want, changed)
}

func (s *tenantMachine) deleteWhere(t *rapid.T) {
	m, id, title := s.tenant(t), drawID(t), drawText(t, "title")
	gone, err := s.notes.DeleteWhere(m.ctx).Where("notes.id = ? OR notes.title = ?", id, title).Exec(m.ctx)
	require.NoError(t, err)
	before := len(m.notes)
	maps.DeleteFunc(m.notes, func(_ string, n *bookpb.Note) bool { return n.GetId() == id || n.GetTitle() == title })
	require.EqualValues(t, before-len(m.notes), gone)
}

// check compares all that the tenants see.
func (s *tenantMachine) check(t *rapid.T) {
	for _, m := range s.tenants {
		want := slices.SortedFunc(maps.Values(m.notes), func(a, b *bookpb.Note) int { return strings.Compare(a.GetId(), b.GetId()) })
		var got []*bookpb.Note
		q := crud.Query{PageSize: 3}
		for {
			page, err := s.notes.List(m.ctx, q)
			require.NoError(t, err)
			got = append(got, page.Items...)
			if q.PageToken = page.NextPageToken; q.PageToken == "" {
				break
			}
		}
		require.Len(t, got, len(want))
		for i := range want {
			requireNote(t, want[i], got[i], nil)
		}
	}
}

func requireCode(t *rapid.T, want codes.Code, err error) {
	var e *crud.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, want, e.Code)
}

func requireNote(t *rapid.T, want, got *bookpb.Note, err error) {
	require.NoError(t, err)
	require.Equal(t,
		[]string{want.GetId(), want.GetTitle(), want.GetBody()},
		[]string{got.GetId(), got.GetTitle(), got.GetBody()})
}
