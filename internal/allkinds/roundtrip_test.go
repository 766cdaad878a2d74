package allkinds_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

func messageType(md protoreflect.MessageDescriptor) protoreflect.MessageType {
	mt, err := protoregistry.GlobalTypes.FindMessageByName(md.FullName())
	if err != nil {
		panic(err)
	}
	return mt
}

// What is stored comes back: from Create, Get, List and BatchCreate.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, allkinds.DocumentTable))
		documents := allkinds.NewDocumentRepository(db)
		rapid.Check(t, func(rt *rapid.T) {
			m := &allkinds.Document{}
			fill(rt, m.ProtoReflect(), 0, "id", "update_time")
			stored, err := documents.Create(t.Context(), m)
			require.NoError(rt, err)
			m.Id, m.UpdateTime = stored.GetId(), stored.GetUpdateTime()
			same(rt, m, stored)
			got, err := documents.Get(t.Context(), m.GetId())
			require.NoError(rt, err)
			same(rt, m, got)
			batch, err := documents.BatchCreate(t.Context(), []*allkinds.Document{without(m), without(m)})
			require.NoError(rt, err)
			for _, b := range batch {
				b.Id, b.UpdateTime = m.GetId(), m.GetUpdateTime()
				same(rt, m, b)
			}
		})
	})
}

func without(m *allkinds.Document) *allkinds.Document {
	out := proto.Clone(m).(*allkinds.Document)
	out.Id, out.UpdateTime = 0, nil
	return out
}

func same(t *rapid.T, want, got proto.Message) {
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Fatalf("stored and given differ (-given +stored):\n%s", diff)
	}
}
