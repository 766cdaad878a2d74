package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	benchv1 "github.com/protocrud/protoc-gen-go-crud/bench/gen/bench/v1"
	"github.com/protocrud/protoc-gen-go-crud/bench/handwritten"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestAgreement: both layers give the same answers over the same table. Figures of a
// layer that answers wrongly are worth nothing.
func TestAgreement(t *testing.T) {
	t.Parallel()
	pool := crudtest.Postgres(t)
	createTable(t, pool)
	hand, repo := handwritten.New(pool), benchv1.NewBookRepository(pool)
	ctx := t.Context()

	byHand, err := hand.Create(ctx, newBook(1))
	require.NoError(t, err)
	generated, err := repo.Create(ctx, newBook(1))
	require.NoError(t, err)
	want := proto.CloneOf(byHand)
	want.Id, want.CreateTime, want.UpdateTime = generated.GetId(), generated.GetCreateTime(), generated.GetUpdateTime()
	sameBook(t, want, generated)
	got, err := repo.Get(ctx, byHand.GetId())
	require.NoError(t, err)
	sameBook(t, byHand, got)
	got, err = hand.Get(ctx, generated.GetId())
	require.NoError(t, err)
	sameBook(t, generated, got)

	one, err := hand.UpdateTitle(ctx, byHand.GetId(), "One")
	require.NoError(t, err)
	two, err := repo.Update(ctx, &benchv1.Book{Id: byHand.GetId(), Title: "Two"}, &fieldmaskpb.FieldMask{Paths: []string{"title"}})
	require.NoError(t, err)
	assert.True(t, one.GetUpdateTime().AsTime().After(byHand.GetUpdateTime().AsTime()))
	assert.True(t, two.GetUpdateTime().AsTime().After(one.GetUpdateTime().AsTime()))
	want = proto.CloneOf(one)
	want.Title, want.UpdateTime = "Two", two.GetUpdateTime()
	sameBook(t, want, two)

	require.NoError(t, hand.Delete(ctx, byHand.GetId()))
	_, err = repo.Delete(ctx, generated.GetId())
	require.NoError(t, err)
	for _, id := range []int64{byHand.GetId(), generated.GetId()} {
		require.ErrorIs(t, hand.Delete(ctx, id), handwritten.ErrNotFound)
		_, err = hand.Get(ctx, id)
		require.ErrorIs(t, err, handwritten.ErrNotFound)
		_, err = hand.UpdateTitle(ctx, id, "Three")
		require.ErrorIs(t, err, handwritten.ErrNotFound)
		_, err = repo.Get(ctx, id)
		require.Equal(t, codes.NotFound, status.Code(err))
	}
}

// TestAgreementOfPages walks the catalogue with both layers.
func TestAgreementOfPages(t *testing.T) {
	t.Parallel()
	pool := crudtest.Postgres(t)
	createCatalogue(t, pool)
	hand, repo := handwritten.New(pool), benchv1.NewBookRepository(pool)

	seen := 0
	q, after := crud.Query{PageSize: pageSize}, int64(0)
	for {
		page, err := repo.List(t.Context(), q)
		require.NoError(t, err)
		books, next, err := hand.List(t.Context(), after, pageSize)
		require.NoError(t, err)
		require.Len(t, page.Items, len(books))
		for i := range books {
			sameBook(t, books[i], page.Items[i])
		}
		seen += len(books)
		require.Equal(t, next == 0, page.NextPageToken == "")
		if next == 0 {
			break
		}
		q.PageToken, after = page.NextPageToken, next
	}
	assert.Equal(t, catalogueSize, seen)
}

func sameBook(t *testing.T, want, got *benchv1.Book) {
	t.Helper()
	require.True(t, proto.Equal(want, got), "want %v\ngot  %v", want, got)
}
