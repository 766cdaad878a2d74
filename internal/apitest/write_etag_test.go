package apitest_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// writeStrongTag is the form of an etag (RFC 9110) with 16 bytes in base64url.
var writeStrongTag = regexp.MustCompile(`^"[A-Za-z0-9_-]{22}"$`)

// writeWrongTags are etags of no state of the resource with the etag.
func writeWrongTags(etag, other string) []string {
	return []string{
		"x", "99999", `"99999"`, "*", `"*"`, "W/" + etag, strings.Trim(etag, `"`), etag + " ", " " + etag, etag + "," + etag,
		strings.ToUpper(etag), `"` + etag + `"`, `""`, `"`, "'; DROP TABLE books; --", "\x00", other,
	}
}

// TestWrite_4_4_Form: a quoted strong tag on every answer, another one per state and
// per resource.
func TestWrite_4_4_Form(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		seen := make(map[string]bool)
		fresh := func(m writeResource, err error) writeResource {
			t.Helper()
			require.NoError(t, err)
			assert.Regexp(t, writeStrongTag, m.GetEtag())
			assert.False(t, seen[m.GetEtag()], "an etag came twice")
			seen[m.GetEtag()] = true
			assert.Equal(t, m.GetEtag(), w.stored(t, m).GetEtag())
			return m
		}
		for range 2 {
			m := fresh(w.create(t.Context(), w.message(t, "", "title: 'T'"), writeCall{}))
			fresh(w.change(t, m, "title: 'U'"))
			fresh(w.change(t, m, "title: 'U'"))
			fresh(w.remove(t.Context(), w.key(m), writeCall{}))
			fresh(w.undelete(t.Context(), w.key(m), writeCall{}))
		}
	})
}

// TestWrite_4_4_Update takes the etag of the resource, named by the mask or not.
func TestWrite_4_4_Update(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		update := func(m writeResource, etag string, paths ...string) (writeResource, error) {
			in := w.message(t, w.key(m), "title: 'U' language: 'is'")
			writeSetEtag(in, etag)
			return w.update(t.Context(), in, writeCall{mask: writeMask(paths...)})
		}
		other := w.made(t, "title: 'T'")
		m := w.made(t, "title: 'T' language: 'is'")
		for _, paths := range [][]string{nil, {"title"}, {"*"}, {"etag"}, {"title", "language"}} {
			for _, wrong := range writeWrongTags(m.GetEtag(), other.GetEtag()) {
				_, err := update(m, wrong, paths...)
				writeStale(t, err)
			}
			writeSame(t, m, w.stored(t, m))
			before := m.GetEtag()
			next, err := update(m, before, paths...)
			require.NoError(t, err)
			_, err = update(m, before, paths...)
			writeStale(t, err)
			m = next
			m, err = update(m, "", paths...)
			require.NoError(t, err, "none is no condition")
		}
		_, err := w.update(t.Context(), w.message(t, w.absent, "title: 'T' etag: 'x'"), writeCall{})
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
	})
}

func writeSetEtag(m writeResource, etag string) {
	switch m := m.(type) {
	case *apitest.Book:
		m.Etag = etag
	case *apitest.Film:
		m.Etag = etag
	}
}

// TestWrite_4_4_DeleteAndUndelete take the request's etag.
func TestWrite_4_4_DeleteAndUndelete(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		other := w.made(t, "title: 'T'")
		m := w.made(t, "title: 'T'")
		key := w.key(m)
		for _, wrong := range writeWrongTags(m.GetEtag(), other.GetEtag()) {
			_, err := w.remove(ctx, key, writeCall{etag: wrong})
			writeStale(t, err)
			_, err = w.remove(ctx, w.absent, writeCall{etag: wrong})
			writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
			_, err = w.undelete(ctx, w.absent, writeCall{etag: wrong})
			writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
		}
		deleted, err := w.remove(ctx, key, writeCall{etag: m.GetEtag()})
		require.NoError(t, err)
		for _, wrong := range writeWrongTags(deleted.GetEtag(), m.GetEtag()) {
			_, err = w.undelete(ctx, key, writeCall{etag: wrong})
			writeStale(t, err)
			_, err = w.remove(ctx, key, writeCall{etag: wrong})
			writeMissing(t, err, crud.ReasonResourceDeleted, w.resource, key)
		}
		writeSame(t, deleted, w.stored(t, m))
		_, err = w.undelete(ctx, key, writeCall{etag: deleted.GetEtag()})
		require.NoError(t, err)
	})
}

// TestWrite_4_4_CompositeKeys: resources whose keys look alike have etags of their own.
func TestWrite_4_4_CompositeKeys(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		make := func(org string, number int64) *apitest.Member {
			m, err := s.CreateMember(ctx, &apitest.CreateMemberRequest{Member: &apitest.Member{Org: org, Number: number, Role: "r", Etag: "x"}})
			require.NoError(t, err)
			assert.Regexp(t, writeStrongTag, m.GetEtag())
			return m
		}
		a, b := make("a/1", 1), make("a", 1)
		assert.NotEqual(t, a.GetEtag(), b.GetEtag())
		_, err := s.UpdateMember(ctx, &apitest.UpdateMemberRequest{Member: &apitest.Member{Org: "a", Number: 1, Role: "s", Etag: a.GetEtag()}})
		writeStale(t, err)
		_, err = s.DeleteMember(ctx, &apitest.DeleteMemberRequest{Org: "a", Number: 1, Etag: a.GetEtag()})
		writeStale(t, err)
		_, err = s.DeleteMember(ctx, &apitest.DeleteMemberRequest{Org: "none", Number: 1, Etag: a.GetEtag()})
		writeMissing(t, err, crud.ReasonResourceNotFound, "apitest.Member", "none/1")
		m, err := s.UpdateMember(ctx, &apitest.UpdateMemberRequest{Member: &apitest.Member{Org: "a", Number: 1, Role: "s", Etag: b.GetEtag()}})
		require.NoError(t, err)
		_, err = s.DeleteMember(ctx, &apitest.DeleteMemberRequest{Org: "a", Number: 1, Etag: m.GetEtag()})
		require.NoError(t, err)
	})
}

// TestWrite_4_4_WritesByHand: a write that no server method made is one too.
func TestWrite_4_4_WritesByHand(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, "title: 'T'")
		update := apitest.NewBookRepository(w.db).UpdateWhere(t.Context()).Set("title", "U").Where("true").Exec
		if w.table == "films" {
			update = apitest.NewFilmRepository(w.db).UpdateWhere(t.Context()).Set("title", "U").Where("true").Exec
		}
		n, err := update(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 1, n)
		got := w.stored(t, m)
		assert.Equal(t, "U", got.GetTitle())
		assert.NotEqual(t, m.GetEtag(), got.GetEtag())
		_, err = w.remove(t.Context(), w.key(m), writeCall{etag: m.GetEtag()})
		writeStale(t, err)
	})
}
