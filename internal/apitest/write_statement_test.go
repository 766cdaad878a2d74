package apitest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// The statements of a write without and with a transaction around it, and with a
// request id.
var (
	writeInsert   = []string{"INSERT"}
	writeUpdate   = []string{"UPDATE"}
	writeLocked   = []string{"BEGIN", "SELECT", "UPDATE", "COMMIT"}
	writeTriedOut = []string{"BEGIN", "SELECT", "UPDATE", "ROLLBACK"}
	writeRecorded = []string{"BEGIN", "INSERT", "SELECT", "UPDATE", "UPDATE", "COMMIT"}
	writeReplayed = []string{"BEGIN", "INSERT", "SELECT", "COMMIT"}
)

// TestWrite_3_Statements counts what each write sends, with and without its options.
func TestWrite_3_Statements(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		sends := func(what string, want []string, err error) {
			t.Helper()
			require.NoError(t, err, what)
			assert.Equal(t, want, w.sent(), what)
		}
		m, err := w.create(ctx, w.message(t, "", writeFull), writeCall{})
		sends("Create", writeInsert, err)
		_, err = w.create(ctx, w.message(t, "", "title: 'T'"), writeCall{validateOnly: true})
		sends("Create, validate_only", []string{"BEGIN", "INSERT", "ROLLBACK"}, err)
		create := w.replayable(t, writeCall{requestID: writeID(1)}, "title: 'T'")
		_, err = create()
		sends("Create, request_id", []string{"BEGIN", "INSERT", "INSERT", "UPDATE", "COMMIT"}, err)
		_, err = create()
		sends("Create, replay", writeReplayed, err)

		update := func(text string, call writeCall) error {
			_, err := w.update(ctx, w.message(t, w.key(m), text), call)
			return err
		}
		for _, mask := range [][]string{nil, {"title"}, {"title", "NUMBER"}, {"KEY"}, {"state"}} {
			sends("Update", writeUpdate, update("title: 'U' NUMBER: 8", writeCall{mask: w.mask(writeMask(mask...))}))
		}
		m = w.stored(t, m)
		w.db.Reset()
		sends("Update, etag", writeUpdate, update(`title: 'U' etag: '\"`+m.GetEtag()[1:23]+`\"'`, writeCall{}))
		sends("Update, IMMUTABLE", writeLocked, update("title: 'U' language: 'is'", writeCall{}))
		sends("Update, *", writeLocked, update("title: 'U' language: 'is'", writeCall{mask: writeMask("*")}))
		sends("Update, validate_only", writeTriedOut, update("title: 'U'", writeCall{validateOnly: true}))
		sends("Update, request_id", writeRecorded, update("title: 'U'", writeCall{requestID: writeID(2)}))
		sends("Update, replay", writeReplayed, update("title: 'U'", writeCall{requestID: writeID(2)}))
		sends("upsert of what is there", writeLocked, update("title: 'V'", writeCall{allowMissing: true}))
		sends("upsert of the same", []string{"BEGIN", "SELECT", "COMMIT"}, update("title: 'V'", writeCall{allowMissing: true}))
		_, err = w.update(ctx, w.message(t, w.numbered(100), "title: 'T'"), writeCall{allowMissing: true})
		sends("upsert of what is missing", []string{"BEGIN", "SELECT", "INSERT", "COMMIT"}, err)

		remove := func(call writeCall) error {
			_, err := w.remove(ctx, w.key(m), call)
			return err
		}
		undelete := func(call writeCall) error {
			_, err := w.undelete(ctx, w.key(m), call)
			return err
		}
		sends("Delete", writeUpdate, remove(writeCall{}))
		sends("Delete of deleted, allow_missing", []string{"UPDATE", "SELECT", "SELECT"}, remove(writeCall{allowMissing: true}))
		sends("Undelete", writeUpdate, undelete(writeCall{}))
		sends("Delete, validate_only", writeTriedOut, remove(writeCall{validateOnly: true}))
		sends("Delete, request_id", writeRecorded, remove(writeCall{requestID: writeID(3)}))
		sends("Delete, replay", writeReplayed, remove(writeCall{requestID: writeID(3)}))
		if w.recordsUndelete() {
			sends("Undelete, validate_only", writeTriedOut, undelete(writeCall{validateOnly: true}))
			sends("Undelete, request_id", writeRecorded, undelete(writeCall{requestID: writeID(4)}))
			sends("Undelete, replay", writeReplayed, undelete(writeCall{requestID: writeID(4)}))
		}
	})
}

// TestWrite_3_RefusalsCost what it takes to say why.
func TestWrite_3_RefusalsCost(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		m := w.made(t, writeFull)
		w.db.Reset()
		costs := func(what string, want []string, err error) {
			t.Helper()
			require.Error(t, err, what)
			assert.Equal(t, want, w.sent(), what)
		}
		_, err := w.update(ctx, w.message(t, w.absent, "title: 'U'"), writeCall{})
		costs("Update of nothing", []string{"UPDATE", "SELECT"}, err)
		_, err = w.update(ctx, w.message(t, w.key(m), "etag: 'x'"), writeCall{})
		costs("Update, etag", []string{"UPDATE", "SELECT"}, err)
		_, err = w.change(t, m, "language: 'en'")
		costs("Update, IMMUTABLE", []string{"BEGIN", "SELECT", "ROLLBACK"}, err)
		_, err = w.remove(ctx, w.absent, writeCall{})
		costs("Delete of nothing", []string{"UPDATE", "SELECT"}, err)
		_, err = w.undelete(ctx, w.key(m), writeCall{})
		costs("Undelete of what lives", []string{"UPDATE", "SELECT"}, err)
		_, err = w.create(ctx, w.message(t, "", writeFull), writeCall{})
		costs("Create of a duplicate", writeInsert, err)
		_, err = w.create(ctx, w.message(t, "", writeFull), writeCall{requestID: writeID(1)})
		costs("Create of a duplicate, request_id", []string{"BEGIN", "INSERT", "INSERT", "ROLLBACK"}, err)
	})
}

// TestWrite_3_StatementsOfHardDeletes: a row that goes for good.
func TestWrite_3_StatementsOfHardDeletes(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		_, err := s.DeleteShelf(ctx, &apitest.DeleteShelfRequest{Name: "shelves/b"})
		require.NoError(t, err)
		assert.Equal(t, []string{"DELETE"}, s.sent())
		_, err = s.DeleteShelf(ctx, &apitest.DeleteShelfRequest{Name: "shelves/b", AllowMissing: true})
		require.NoError(t, err)
		assert.Equal(t, []string{"DELETE"}, s.sent())
		m, err := s.CreateMember(ctx, &apitest.CreateMemberRequest{Member: &apitest.Member{Org: "o", Number: 1, Role: "r"}})
		require.NoError(t, err)
		assert.Equal(t, writeInsert, s.sent())
		_, err = s.DeleteMember(ctx, &apitest.DeleteMemberRequest{Org: "o", Number: 1, Etag: "x"})
		writeStale(t, err)
		assert.Equal(t, []string{"DELETE", "SELECT"}, s.sent())
		_, err = s.DeleteMember(ctx, &apitest.DeleteMemberRequest{Org: "o", Number: 1, Etag: m.GetEtag()})
		require.NoError(t, err)
		assert.Equal(t, []string{"DELETE"}, s.sent())
	})
}

// TestWrite_3_StatementsOfValidators: one needs the row that an Update leaves.
func TestWrite_3_StatementsOfValidators(t *testing.T) {
	t.Parallel()
	option := []crud.Option{crud.WithValidator(writeValidator{})}
	writeEachStyle(t, writeConfig{named: option, plain: option}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, "title: 'T'")
		assert.Equal(t, writeInsert, w.sent())
		_, err := w.change(t, m, "title: 'U'")
		require.NoError(t, err)
		assert.Equal(t, writeLocked, w.sent())
	})
}

// TestWrite_3_StatementsOfHooks: a hook makes its write a transaction.
func TestWrite_3_StatementsOfHooks(t *testing.T) {
	t.Parallel()
	writeEachCounted(t, func(t *testing.T, w *writeStyle, _ *writeCounts) {
		ctx := t.Context()
		m := w.made(t, "title: 'T'")
		assert.Equal(t, []string{"BEGIN", "INSERT", "COMMIT"}, w.sent())
		_, err := w.change(t, m, "title: 'U'")
		require.NoError(t, err)
		assert.Equal(t, writeLocked, w.sent())
		_, err = w.remove(ctx, w.key(m), writeCall{})
		require.NoError(t, err)
		assert.Equal(t, writeLocked, w.sent())
		_, err = w.undelete(ctx, w.key(m), writeCall{})
		require.NoError(t, err)
		assert.Equal(t, writeLocked, w.sent())
	})
}
