package apitest_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
)

// A writeInput is a call with a string in one input of a write method that is no field
// of a resource.
type writeInput struct {
	name string
	call func(t *testing.T, s *writeServer, h string) error
}

var writeInputs = []writeInput{
	{"parent of Create", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.CreateBook(t.Context(), &apitest.CreateBookRequest{Parent: h, BookId: "x", Book: &apitest.Book{Title: "T"}})
		return err
	}},
	{"shelf of Create", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.CreateBook(t.Context(), &apitest.CreateBookRequest{Parent: "shelves/" + h, BookId: "x", Book: &apitest.Book{Title: "T"}})
		return err
	}},
	{"id of Create", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.CreateBook(t.Context(), &apitest.CreateBookRequest{Parent: "shelves/a", BookId: h, Book: &apitest.Book{Title: "T"}})
		return err
	}},
	{"request id of Create", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.CreateFilm(t.Context(), &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "T"}, RequestId: h})
		return err
	}},
	{"principal", func(t *testing.T, s *writeServer, h string) error {
		ctx := writeAs(t.Context(), h)
		_, err := s.CreateFilm(ctx, &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "T"}, RequestId: writeID(1)})
		return err
	}},
	{"key of Create", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.CreateMember(t.Context(), &apitest.CreateMemberRequest{Member: &apitest.Member{Org: h, Number: 1, Role: "r"}})
		return err
	}},
	{"key of Update", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.UpdateMember(t.Context(), &apitest.UpdateMemberRequest{Member: &apitest.Member{Org: h, Number: 2, Role: "r"}})
		return err
	}},
	{"key of an upsert", func(t *testing.T, s *writeServer, h string) error {
		m := &apitest.Member{Org: h, Number: 3, Role: "r"}
		_, err := s.UpdateMember(t.Context(), &apitest.UpdateMemberRequest{Member: m, AllowMissing: true})
		return err
	}},
	{"key of Delete", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.DeleteMember(t.Context(), &apitest.DeleteMemberRequest{Org: h, Number: 4})
		return err
	}},
	{"name of Update", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.UpdateBook(t.Context(), &apitest.UpdateBookRequest{Book: &apitest.Book{Name: "shelves/a/books/" + h, Title: "T"}})
		return err
	}},
	{"name of an upsert", func(t *testing.T, s *writeServer, h string) error {
		book := &apitest.Book{Name: "shelves/" + h + "/books/y", Title: "T"}
		_, err := s.UpdateBook(t.Context(), &apitest.UpdateBookRequest{Book: book, AllowMissing: true})
		return err
	}},
	{"mask of Update", func(t *testing.T, s *writeServer, h string) error {
		film := &apitest.Film{Id: 1, Title: "T"}
		_, err := s.UpdateFilm(t.Context(), &apitest.UpdateFilmRequest{Film: film, UpdateMask: writeMask("title", h)})
		return err
	}},
	{"etag of Update", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.UpdateFilm(t.Context(), &apitest.UpdateFilmRequest{Film: &apitest.Film{Id: 1, Title: "T", Etag: h}})
		return err
	}},
	{"name of Delete", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.DeleteBook(t.Context(), &apitest.DeleteBookRequest{Name: "shelves/a/books/" + h, AllowMissing: true})
		return err
	}},
	{"name of a hard Delete", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.DeleteShelf(t.Context(), &apitest.DeleteShelfRequest{Name: "shelves/" + h})
		return err
	}},
	{"etag of Delete", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.DeleteFilm(t.Context(), &apitest.DeleteFilmRequest{Id: 1, Etag: h})
		return err
	}},
	{"name of Undelete", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.UndeleteBook(t.Context(), &apitest.UndeleteBookRequest{Name: "shelves/" + h + "/books/" + h})
		return err
	}},
	{"etag of Undelete", func(t *testing.T, s *writeServer, h string) error {
		_, err := s.UndeleteBook(t.Context(), &apitest.UndeleteBookRequest{Name: "shelves/a/books/none", Etag: h})
		return err
	}},
}

// TestWrite_HostileInputs: in an input beside the resource such a string is refused, or
// names nothing, or is a key like any other; no statement's text depends on it.
func TestWrite_HostileInputs(t *testing.T) {
	t.Parallel()
	answers := []codes.Code{codes.OK, codes.InvalidArgument, codes.NotFound, codes.Aborted}
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		_, err := s.CreateFilm(t.Context(), &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "T"}})
		assert.NoError(t, err)
		s.db.Reset()
		call := func(input writeInput, h string) []string {
			err := input.call(t, s, h)
			assert.Contains(t, answers, status.Code(err), "%s %q: %v", input.name, h, err)
			if err != nil {
				assert.NotNil(t, writeInfo(status.Convert(err)), "%s %q: %v", input.name, h, err)
			}
			return s.texts()
		}
		var benign []string
		for i, input := range writeInputs { // forth and back, so that names are found and not found
			benign = append(benign, call(input, "benign")...)
			benign = append(benign, call(writeInputs[len(writeInputs)-1-i], "other")...)
		}
		for _, input := range writeInputs {
			for _, h := range writeHostile {
				for _, text := range call(input, h) {
					assert.True(t, slices.Contains(benign, text), "%s %q: %s", input.name, h, text)
				}
			}
		}
		assert.Equal(t, 2, s.count(t, "shelves"))
	})
}
