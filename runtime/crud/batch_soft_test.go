package crud_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestBatchSoftDelete keeps the rows and returns what they have become.
func TestBatchSoftDelete(t *testing.T) {
	t.Parallel()
	eachPaperStore(t, func(t *testing.T, s paperStore, rec *crudtest.Recorder) {
		ctx := t.Context()
		made := createPapers(t, s, "x", "y", "z")
		assert.Nil(t, made[0].deleteTime)
		rec.Reset()
		gone, err := s.BatchDelete(ctx, []string{"z", "x", "z"})
		require.NoError(t, err)
		assert.Equal(t, []string{"BEGIN", "UPDATE", "COMMIT"}, statements(rec))
		require.Len(t, gone, 2)
		for i, old := range []*paper{made[2], made[0]} {
			assert.Equal(t, old.id, gone[i].id)
			assert.NotNil(t, gone[i].deleteTime)
			assert.Equal(t, gone[i].deleteTime.AsTime().Add(time.Hour), gone[i].purgeTime.AsTime())
			assert.NotEqual(t, old.etag, gone[i].etag)
			assert.True(t, gone[i].updateTime.AsTime().After(old.updateTime.AsTime()))
		}
		got, err := s.BatchGet(ctx, []string{"x", "y"})
		require.NoError(t, err)
		assert.Equal(t, []*paper{gone[1], made[1]}, got)
	})
}

// TestBatchesOfDeletedRows: they are there for BatchGet alone.
func TestBatchesOfDeletedRows(t *testing.T) {
	t.Parallel()
	eachPaperStore(t, func(t *testing.T, s paperStore, _ *crudtest.Recorder) {
		ctx := t.Context()
		createPapers(t, s, "x", "y", "z")
		gone, err := s.BatchDelete(ctx, []string{"x", "z"})
		require.NoError(t, err)
		_, err = s.BatchDelete(ctx, []string{"y", "z", "x"})
		missingNames(t, err, crud.ReasonResourceDeleted, "z,x", "z")
		_, err = s.BatchDelete(ctx, []string{"q", "y", "z"})
		missingNames(t, err, crud.ReasonResourceNotFound, "q,z", "q")
		changes := []crud.Change[*paper]{{Message: &paper{id: "y", title: "t"}}, {Message: &paper{id: "z", title: "t"}}}
		_, err = s.BatchUpdate(ctx, changes)
		missingNames(t, err, crud.ReasonResourceDeleted, "z", "z")
		_, err = s.BatchUpdate(ctx, changes, crud.AllowMissing(true))
		missingNames(t, err, crud.ReasonResourceDeleted, "z", "z")
		_, err = s.BatchCreate(ctx, []*paper{{id: "n", title: "n"}, {id: "z", title: "z"}})
		refused(t, err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists)

		left, err := s.BatchDelete(ctx, []string{"x", "q", "y"}, crud.AllowMissing(true))
		require.NoError(t, err)
		assert.Equal(t, gone[0], left[0], "it is as it was")
		assert.Equal(t, &paper{id: "q"}, left[1])
		assert.NotNil(t, left[2].deleteTime)
	})
}

// TestBatchEtags: one that is another's, or the past's, and nothing is written.
func TestBatchEtags(t *testing.T) {
	t.Parallel()
	eachPaperStore(t, func(t *testing.T, s paperStore, rec *crudtest.Recorder) {
		ctx := t.Context()
		made := createPapers(t, s, "x", "y")
		change := func(m *paper, etag string) crud.Change[*paper] {
			return crud.Change[*paper]{Message: &paper{id: m.id, title: "new"}, Mask: mask("title"), Options: []crud.WriteOption{crud.IfEtag(etag)}}
		}
		mismatch := func(err error, index string) {
			t.Helper()
			st := refused(t, err, codes.Aborted, crud.ReasonEtagMismatch)
			assert.Equal(t, "y", resourceInfo(t, st).GetResourceName())
			assert.Equal(t, index, metadataOf(t, err)["index"])
			papers, err := s.BatchGet(ctx, []string{"x", "y"})
			require.NoError(t, err)
			assert.Equal(t, made, papers)
		}
		_, err := s.BatchUpdate(ctx, []crud.Change[*paper]{change(made[0], made[0].etag), change(made[1], made[0].etag)})
		mismatch(err, "1")
		rec.Reset()
		_, err = s.BatchDelete(ctx, []string{"x", "y"}, crud.IfEtags(made[0].etag, made[0].etag))
		assert.Equal(t, []string{"BEGIN", "SELECT", "ROLLBACK"}, statements(rec))
		mismatch(err, "1")
		_, err = s.BatchDelete(ctx, []string{"x", "x", "y"}, crud.IfEtags(made[0].etag, "", `"99999"`))
		mismatch(err, "2")
		_, err = s.BatchDelete(ctx, []string{"x", "y"}, crud.IfEtag(made[0].etag))
		mismatch(err, "1")
		_, err = s.BatchDelete(ctx, []string{"x", "y"}, crud.IfEtags("", "", ""))
		refused(t, err, codes.Internal, crud.ReasonInternal)
		_, err = s.BatchUpdate(ctx, []crud.Change[*paper]{{Message: &paper{id: "q"}, Options: []crud.WriteOption{crud.AllowMissing(true), crud.IfEtag(made[0].etag)}}})
		refused(t, err, codes.Aborted, crud.ReasonEtagMismatch)

		none, err := s.BatchDelete(ctx, []string{"q"}, crud.IfEtag(made[0].etag), crud.AllowMissing(true))
		require.NoError(t, err, "a missing one has no etag")
		assert.Equal(t, []*paper{{id: "q"}}, none)

		got, err := s.BatchUpdate(ctx, []crud.Change[*paper]{change(made[1], made[1].etag), change(made[0], made[0].etag)})
		require.NoError(t, err)
		assert.NotEqual(t, made[1].etag, got[0].etag)
		gone, err := s.BatchDelete(ctx, []string{"y", "x"}, crud.IfEtags(got[0].etag, got[1].etag))
		require.NoError(t, err)
		assert.Equal(t, "y", gone[0].id)
	})
}

// TestBatchDeleteHooksOfMissing: there is none for what is not there.
func TestBatchDeleteHooksOfMissing(t *testing.T) {
	t.Parallel()
	var seen atomic.Int32 // of both engines
	hooks := crud.Hooks[*paper]{AfterDelete: func(_ context.Context, w *crud.Write[*paper]) error {
		seen.Add(1)
		if w.Old.title != "x" {
			return errors.New("a hook for " + w.Old.title)
		}
		return nil
	}}
	t.Cleanup(func() { assert.EqualValues(t, 2, seen.Load()) })
	eachPaperStore(t, func(t *testing.T, s paperStore, _ *crudtest.Recorder) {
		createPapers(t, s, "x")
		gone, err := s.BatchDelete(t.Context(), []string{"q", "x"}, crud.AllowMissing(true))
		require.NoError(t, err)
		assert.Equal(t, []string{"q", "x"}, []string{gone[0].id, gone[1].id})
		assert.NotNil(t, gone[1].deleteTime)
	}, hooks)
}
