package allkinds_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// Enums by name are filtered by name, sort by name, and take what they declare.
func TestEnumNames(t *testing.T) {
	t.Parallel()
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		for i := range 9 {
			m := &allkinds.Document{ColorName: allkinds.Color(i % 3), ColorList: []allkinds.Color{allkinds.Color(i % 3), 1}}
			if i > 5 {
				m.ColorNames = allkinds.Color(i % 3).Enum()
			}
			_, err := s.Create(t.Context(), m)
			require.NoError(t, err)
		}
		for filter, want := range map[string]int{
			"color_name = COLOR_RED": 3, "color_name != COLOR_RED": 6, "color_name:*": 6,
			"color_names = COLOR_BLUE": 1, "color_names != COLOR_BLUE": 8, "color_names = null": 6,
			"color_list:COLOR_BLUE": 3, "color_list:COLOR_RED": 9,
		} {
			page, err := s.List(t.Context(), crud.Query{Filter: filter})
			require.NoError(t, err, filter)
			assert.Len(t, page.Items, want, filter)
		}
		_, err := s.List(t.Context(), crud.Query{Filter: "color_name = COLOR_REDD"})
		assert.Contains(t, violation(err), `did you mean "COLOR_RED"?`)
		var names []string
		q := crud.Query{OrderBy: "color_name desc", PageSize: 2}
		for {
			page, err := s.List(t.Context(), q)
			require.NoError(t, err)
			for _, m := range page.Items {
				names = append(names, m.GetColorName().String())
			}
			if q.PageToken = page.NextPageToken; q.PageToken == "" {
				break
			}
		}
		assert.Equal(t, []string{
			"COLOR_UNSPECIFIED", "COLOR_UNSPECIFIED", "COLOR_UNSPECIFIED", "COLOR_RED", "COLOR_RED", "COLOR_RED", "COLOR_BLUE", "COLOR_BLUE", "COLOR_BLUE",
		}, names)
		for field, m := range map[string]*allkinds.Document{
			"color_name":     {ColorName: 7},
			"color_list":     {ColorList: []allkinds.Color{7}},
			"color_declared": {ColorDeclared: -1},
			"color_zero":     {ColorZero: allkinds.Color(9).Enum()},
		} {
			_, err := s.Create(t.Context(), m)
			assert.Equal(t, []string{field}, fields(err))
		}
	})
}

// A row with a value that the enum does not declare is an error, or reads as the first
// value, as the field says.
func TestUndeclaredEnumsInRows(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, allkinds.DocumentTable))
		s := allkinds.NewDocumentRepository(db)
		for set, ok := range map[string]bool{
			"color_name = 'COLOR_GREEN'": false, "color_names = 'COLOR_GREEN'": true, "color_declared = 9": false, "color_zero = 9": true, "c = 9": true,
		} {
			red := allkinds.Color_COLOR_RED.Enum()
			m, err := s.Create(t.Context(), &allkinds.Document{ColorName: *red, ColorNames: red, ColorZero: red})
			require.NoError(t, err)
			_, err = db.Exec(t.Context(), fmt.Sprintf("UPDATE documents SET %s WHERE id = $1", set), m.GetId())
			require.NoError(t, err)
			got, err := s.Get(t.Context(), m.GetId())
			if !ok {
				var e *crud.Error
				require.ErrorAs(t, err, &e, set)
				assert.Equal(t, codes.Internal, e.Code, set)
				continue
			}
			require.NoError(t, err, set)
			if set == "color_names = 'COLOR_GREEN'" {
				require.NotNil(t, got.ColorNames)
				assert.Equal(t, allkinds.Color_COLOR_UNSPECIFIED, got.GetColorNames())
			}
		}
	})
}

// Enums of PostgreSQL's own types.
func TestEnumTypes(t *testing.T) {
	t.Parallel()
	db := crudtest.Postgres(t)
	require.NoError(t, crud.CreateTables(t.Context(), db, allkinds.PaintTable))
	require.NoError(t, crud.CreateTables(t.Context(), db, allkinds.PaintTable))
	s := allkinds.NewPaintRepository(db)
	rapid.Check(t, func(rt *rapid.T) {
		m := &allkinds.Paint{}
		fill(rt, m.ProtoReflect(), 0, "id")
		stored, err := s.Create(t.Context(), m)
		require.NoError(rt, err)
		m.Id = stored.GetId()
		same(rt, m, stored)
		m.Color, m.Others = 2, []allkinds.Color{1, 2}
		got, err := s.Update(t.Context(), m, &fieldmaskpb.FieldMask{Paths: []string{"color", "others"}})
		require.NoError(rt, err)
		same(rt, m, got)
		batch, err := s.BatchCreate(t.Context(), []*allkinds.Paint{withoutID(m), withoutID(m)})
		require.NoError(rt, err)
		batch[0].Id = m.GetId()
		same(rt, m, batch[0])
	})
	_, err := db.Exec(t.Context(), "DELETE FROM paints")
	require.NoError(t, err)
	for _, shade := range []allkinds.Shade{0, 1, 2} {
		_, err := s.Create(t.Context(), &allkinds.Paint{Shade: shade})
		require.NoError(t, err)
	}
	q := crud.Query{Filter: "shade = SHADE_BRIGHT OR shade = SHADE_DARK", OrderBy: "shade", PageSize: 1}
	page, err := s.List(t.Context(), q)
	require.NoError(t, err)
	assert.Equal(t, allkinds.Shade_SHADE_LIGHT, page.Items[0].GetShade(), "in the order of the declaration")
	q.PageToken = page.NextPageToken
	page, err = s.List(t.Context(), q)
	require.NoError(t, err)
	assert.Equal(t, allkinds.Shade_SHADE_DARK, page.Items[0].GetShade())
	_, err = s.List(t.Context(), crud.Query{Filter: "others:COLOR_RED"})
	assert.Contains(t, violation(err), "filters cannot ask for the field")
}

func withoutID(m *allkinds.Paint) *allkinds.Paint {
	out := proto.Clone(m).(*allkinds.Paint)
	out.Id = 0
	return out
}

// SQLite has no enum types, and says so where the table is made or used.
func TestEnumTypesOnSQLite(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLite(t)
	want := "allkinds.Paint.color is of an enum type of PostgreSQL"
	assert.ErrorContains(t, crud.CreateTables(t.Context(), db, allkinds.PaintTable), want)
	assert.PanicsWithValue(t, "crud: "+want+", and SQLite has none; store the enum as its NAME or NUMBER", func() { allkinds.NewPaintRepository(db) })
}
