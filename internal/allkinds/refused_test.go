package allkinds_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func tree(depth int) *allkinds.Tree {
	t := &allkinds.Tree{Name: "leaf"}
	for range depth - 1 {
		t = &allkinds.Tree{Next: t}
	}
	return t
}

func anyOfMessage(t *testing.T, m proto.Message) *anypb.Any {
	t.Helper()
	a, err := anypb.New(m)
	require.NoError(t, err)
	return a
}

// What JSON cannot hold exactly is refused by Create and Update, with the deepest path,
// and nothing is stored.
func TestRefusedValues(t *testing.T) {
	t.Parallel()
	person := func(p *allkinds.Person) *allkinds.Person { p.GivenName = "A"; return p }
	negative := math.Copysign(0, -1)
	unknown := anyOfMessage(t, wrapperspb.String("x"))
	unknown.Value = append(unknown.Value, 0x9a, 0x06, 0x00) // field 99
	_, err := allkinds.NewDocumentRepository(crudtest.SQLite(t)).Create(t.Context(), &allkinds.Document{Detail: unknown})
	assert.Contains(t, violation(err), "which JSON would lose")
	refused := func() map[string]*allkinds.Document {
		return map[string]*allkinds.Document{ // each engine's own
			"author.family_name":             {Author: person(&allkinds.Person{FamilyName: "a\x00b"})},
			"author.tags[1]":                 {Author: person(&allkinds.Person{Tags: []string{"", "\xff"}})},
			"author.height":                  {Author: person(&allkinds.Person{Height: negative})},
			"editors[1].weight":              {Editors: []*allkinds.Person{person(&allkinds.Person{}), person(&allkinds.Person{Weight: float32(negative)})}},
			"weights[\"7\"]":                 {Weights: map[int64]float64{7: negative}},
			"labels":                         {Labels: map[string]string{"a\x00": "x"}},
			"labels[\"k\"]":                  {Labels: map[string]string{"k": "\x00"}},
			"stamps[\"k\"]":                  {Stamps: map[string]*timestamppb.Timestamp{"k": {Seconds: 1 << 50}}},
			"author.patience":                {Author: person(&allkinds.Person{Patience: &durationpb.Duration{Nanos: -1, Seconds: 1}})},
			"value":                          {Value: &structpb.Value{}},
			"settings.fields[\"n\"]":         {Settings: &structpb.Struct{Fields: map[string]*structpb.Value{"n": structpb.NewNumberValue(math.NaN())}}},
			"detail":                         {Detail: &anypb.Any{TypeUrl: "type.googleapis.com/unknown.Type"}},
			"detail.value":                   {Detail: anyOfMessage(t, wrapperspb.String("a\x00b"))},
			"reviews[\"k\"].reviewer.height": {Reviews: map[string]*allkinds.Review{"k": {Reviewer: person(&allkinds.Person{Height: negative})}}},
		}
	}
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		for path, m := range refused() {
			_, err := s.Create(t.Context(), m)
			assert.Equal(t, []string{path}, fields(err), "store")
			_, err = crud.Create(t.Context(), allkinds.DocumentTable, s, m)
			assert.Equal(t, []string{"document." + path}, fields(err), "server")
		}
		page, err := s.List(t.Context(), crud.Query{})
		require.NoError(t, err)
		assert.Empty(t, page.Items)

		old, err := s.Create(t.Context(), stored())
		require.NoError(t, err)
		for path, m := range refused() {
			m.Id = old.GetId()
			_, err := s.Update(t.Context(), m, nil)
			assert.Equal(t, []string{path}, fields(err), "store")
			_, err = crud.Update(t.Context(), allkinds.DocumentTable, s, m, nil)
			assert.Equal(t, []string{"document." + path}, fields(err), "server")
		}
		got, err := s.Get(t.Context(), old.GetId())
		require.NoError(t, err)
		equal(t, old, got)
	})
}

// Messages are stored a hundred deep, and not deeper.
func TestDepth(t *testing.T) {
	t.Parallel()
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		m, err := s.Create(t.Context(), &allkinds.Document{Tree: tree(100)})
		require.NoError(t, err)
		for _, depth := range []int{101, 4000} {
			_, err = crud.Create(t.Context(), allkinds.DocumentTable, s, &allkinds.Document{Tree: tree(depth)})
			assert.Len(t, fields(err), 1, depth)
			_, err = crud.Update(t.Context(), allkinds.DocumentTable, s, &allkinds.Document{Id: m.GetId(), Tree: tree(depth)}, nil)
			assert.Len(t, fields(err), 1, depth)
		}
	})
}

// A status travels in a header: it has a thousand violations, and says how many there
// are.
func TestManyViolations(t *testing.T) {
	t.Parallel()
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		editors := make([]*allkinds.Person, 5000)
		for i := range editors {
			editors[i] = &allkinds.Person{}
		}
		_, err := crud.Create(t.Context(), allkinds.DocumentTable, s, &allkinds.Document{Editors: editors})
		var e *crud.Error
		require.ErrorAs(t, err, &e)
		assert.Len(t, e.Violations, 5000)
		assert.Less(t, proto.Size(e.GRPCStatus().Proto()), 200_000)
		assert.Contains(t, e.GRPCStatus().Message(), "4999")
	})
}

// A row of a table without the CHECK may have two arms of a oneof set: no message can
// show it.
func TestTwoArms(t *testing.T) {
	t.Parallel()
	db := crudtest.Postgres(t)
	require.NoError(t, crud.CreateTables(t.Context(), db, allkinds.DocumentTable))
	s := allkinds.NewDocumentRepository(db)
	m, err := s.Create(t.Context(), &allkinds.Document{Form: &allkinds.Document_Paper{Paper: ""}})
	require.NoError(t, err)
	for _, column := range []string{"pages = 3", "shop = '{}'"} {
		_, err := db.Exec(t.Context(), fmt.Sprintf("UPDATE documents SET %s WHERE id = $1", column), m.GetId())
		require.ErrorContains(t, err, "documents_form_check")
		_, err = db.Exec(t.Context(), "ALTER TABLE documents DROP CONSTRAINT documents_form_check")
		require.NoError(t, err)
		_, err = db.Exec(t.Context(), fmt.Sprintf("UPDATE documents SET %s WHERE id = $1", column), m.GetId())
		require.NoError(t, err)
		_, err = s.Get(t.Context(), m.GetId())
		var e *crud.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, codes.Internal, e.Code)
		_, err = db.Exec(t.Context(), "UPDATE documents SET pages = NULL, shop = NULL")
		require.NoError(t, err)
		_, err = db.Exec(t.Context(), "ALTER TABLE documents ADD CONSTRAINT documents_form_check CHECK (num_nonnulls(paper, pages, shop) <= 1)")
		require.NoError(t, err)
	}
}
