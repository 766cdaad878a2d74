package apitest_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A writeValidator holds resources to rules that need more than one field: tags must
// not hold the title, and some titles make the validator itself go wrong.
type writeValidator struct{}

func (writeValidator) Validate(m proto.Message) error {
	r, ok := m.(writeResource)
	if !ok {
		return nil // of a shelf or a member
	}
	switch {
	case r.GetTitle() == "status":
		return status.Error(codes.PermissionDenied, "no such titles")
	case r.GetTitle() == "broken":
		return errors.New("the rules do not compile: SELECT 1")
	case slices.Contains(r.GetTags(), r.GetTitle()):
		return crud.Invalid(
			crud.Violation{Field: "tags", Description: "must not hold the title"},
			crud.Violation{Field: "title", Description: "must not be a tag"})
	}
	return nil
}

// TestWrite_2_Validators see the resource as it will be stored, of an Update too.
func TestWrite_2_Validators(t *testing.T) {
	t.Parallel()
	option := []crud.Option{crud.WithValidator(writeValidator{})}
	writeEachStyle(t, writeConfig{named: option, plain: option}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		refused := func(err error) {
			t.Helper()
			writeViolated(t, err, crud.ReasonInvalidField, w.field+".tags", w.field+".title")
		}
		for _, call := range []writeCall{{}, {validateOnly: true}, {requestID: writeID(1)}} {
			_, err := w.create(ctx, w.message(t, "", "title: 'a' tags: ['a', 'b']"), call)
			refused(err)
		}
		m := w.made(t, "title: 'T' tags: ['a', 'b']")
		for _, mask := range [][]string{nil, {"title"}} {
			_, err := w.change(t, m, "title: 'a'", mask...)
			refused(err)
			_, err = w.update(ctx, w.message(t, w.key(m), "title: 'b'"), writeCall{allowMissing: true})
			refused(err)
		}
		_, err := w.change(t, m, "title: 'a'", "*")
		require.NoError(t, err, "the tags go too")
		_, err = w.update(ctx, w.message(t, w.absent, "title: 'a' tags: 'a'"), writeCall{allowMissing: true})
		refused(err)
		_, err = w.update(ctx, w.message(t, w.absent, "title: 'a' tags: 'a'"), writeCall{})
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
		assert.Equal(t, 1, w.count(t, w.table))

		_, err = w.create(ctx, w.message(t, "", "title: 'status'"), writeCall{})
		assert.Equal(t, codes.PermissionDenied.String(), status.Code(err).String())
		_, err = w.change(t, m, "title: 'broken'")
		writeRefused(t, err, codes.Internal, crud.ReasonInternal)
	})
}

// TestWrite_2_ValidatorsBehindHooks: what a hook changes is checked.
func TestWrite_2_ValidatorsBehindHooks(t *testing.T) {
	t.Parallel()
	validator := crud.WithValidator(writeValidator{})
	tag := func(_ context.Context, w *crud.Write[*apitest.Book]) error {
		w.New.Tags = append(w.New.Tags, w.New.GetTitle())
		return nil
	}
	tagFilm := func(_ context.Context, w *crud.Write[*apitest.Film]) error {
		w.New.Tags = append(w.New.Tags, w.New.GetTitle())
		return nil
	}
	config := writeConfig{
		named: []crud.Option{validator, apitest.BookHooks{BeforeCreate: tag}},
		plain: []crud.Option{validator, apitest.FilmHooks{BeforeCreate: tagFilm}},
	}
	writeEachStyle(t, config, func(t *testing.T, w *writeStyle) {
		_, err := w.create(t.Context(), w.message(t, "", "title: 'T'"), writeCall{})
		writeViolated(t, err, crud.ReasonInvalidField, w.field+".tags", w.field+".title")
	})
}
