package crud_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// saysOnly demands an answer to what the database refused: the fields that ErrorInfo
// names, and nothing of the cause or of the values.
func saysOnly(t *testing.T, err error, want answer, fields string) {
	t.Helper()
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg, "the database did not refuse")
	want.check(t, err, pg)
	st := refused(t, err, want.code, want.reason)
	info := details[*errdetails.ErrorInfo](st)[0]
	assert.Equal(t, fields, info.GetMetadata()["fields"])
	for field := range strings.SplitSeq(fields, ",") {
		assert.Contains(t, st.Message(), field)
	}
}

func execAll(t testing.TB, db crud.DB, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		_, err := db.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
}

// TestDuplicatesName the fields, never the values or what the database calls them.
func TestDuplicatesNameFields(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		execAll(t, db,
			"CREATE UNIQUE INDEX books_of_a_genre ON books (language, pages) WHERE genre = 2",
			"CREATE UNIQUE INDEX books_by_lower_title ON books (lower(title)) WHERE pages > 100",
			"ALTER TABLE books ADD COLUMN hidden text DEFAULT 'h'",
			"CREATE UNIQUE INDEX books_hidden ON books (hidden, price) WHERE price > 0",
			"CREATE UNIQUE INDEX books_hidden_only ON books (hidden) WHERE price < 0",
		)
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		for _, test := range []struct {
			fields string
			book   *bookpb.Book
		}{
			{"isbn", &bookpb.Book{Isbn: new(secret)}},
			{"language,pages", &bookpb.Book{Language: secret, Pages: 47, Genre: bookpb.Genre_GENRE_SAGA}},
			{"price", &bookpb.Book{Price: 4711}},
			{"", &bookpb.Book{Pages: 101}},
			{"", &bookpb.Book{Price: -4711}},
		} {
			test.book.Title = secret
			_, err := createNamed(ctx, books, "x", test.book)
			require.NoError(t, err)
			taken := answer{code: alreadyExists, reason: crud.ReasonUniqueViolation, resource: "shelves/a/books/y"}
			_, err = createNamed(ctx, books, "y", test.book)
			saysOnly(t, err, taken, test.fields)
			createBook(t, books, "shelves/a/books/y", "Y")
			test.book.Name = "shelves/a/books/y"
			_, err = updateBook(ctx, books, test.book, "title", "isbn", "pages", "genre", "price")
			if test.book.GetLanguage() == "" { // which no Update may change
				saysOnly(t, err, taken, test.fields)
			}
			_, err = books.DeleteWhere(ctx).Where("true").Exec(ctx)
			require.NoError(t, err)
		}
	})
}

// TestDuplicateKeys name the resource, in either style.
func TestDuplicateKeys(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := withTenant(t.Context(), secret)
		exists := func(name string) answer {
			return answer{code: alreadyExists, reason: crud.ReasonResourceAlreadyExists, resource: name}
		}
		const id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
		books, members := bookpb.NewBookRepository(db), bookpb.NewMemberRepository(db)
		notes, users := bookpb.NewNoteRepository(db, byTenant), bookpb.NewUserRepository(db)
		for name, create := range map[string]func(unique string) error{
			"shelves/b/books/x": func(string) error { _, err := books.Create(ctx, book("shelves/b/books/x", "X")); return err },
			"a%2Fb/2":           func(string) error { _, err := members.Create(ctx, &bookpb.Member{Org: "a/b", UserId: 2}); return err },
			id:                  func(s string) error { _, err := notes.Create(ctx, &bookpb.Note{Id: id, Title: s}); return err },
			"7":                 func(s string) error { _, err := users.Create(ctx, &bookpb.User{Id: 7, Username: s}); return err },
		} {
			require.NoError(t, create("first"), name)
			saysOnly(t, create("second"), exists(name), "")
		}

		taken := answer{code: alreadyExists, reason: crud.ReasonUniqueViolation}
		_, err := crud.Create(ctx, bookpb.UserTable, users, &bookpb.User{Username: secret, Email: secret, Team: new("t")})
		require.NoError(t, err)
		_, err = crud.Create(ctx, bookpb.UserTable, users, &bookpb.User{Username: secret})
		saysOnly(t, err, taken, "username")
		_, err = crud.Create(ctx, bookpb.UserTable, users, &bookpb.User{Username: "v", Email: secret, Team: new("t")})
		saysOnly(t, err, taken, "email,team")
		_, err = notes.Create(ctx, &bookpb.Note{Title: secret})
		require.NoError(t, err)
		_, err = crud.Create(ctx, bookpb.NoteTable, notes, &bookpb.Note{Id: "6ba7b811-9dad-11d1-80b4-00c04fd430c8", Title: secret})
		taken.resource = "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
		saysOnly(t, err, taken, "title")
		_, err = users.UpdateWhere(ctx).Where("users.id IN (1, 2)").Set("username", "same").Exec(ctx)
		taken.resource = ""
		saysOnly(t, err, taken, "username")
	})
}

// TestRulesOfExistingTables: constraints that are not ours are told apart as far as a
// field belongs to them.
func TestRulesOfExistingTables(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		execAll(t, db, `CREATE TABLE users (
			id bigint, username text, email text, team text NOT NULL, plan text, hidden text NOT NULL DEFAULT 'h',
			CONSTRAINT key_of_mine PRIMARY KEY (id),
			CONSTRAINT users_plan_check CHECK (plan <> 's3cr3t'),
			CONSTRAINT rule_of_mine CHECK (email <> 's3cr3t'),
			CONSTRAINT name_of_mine UNIQUE (username))`)
		ctx := t.Context()
		users := bookpb.NewUserRepository(db)
		create := func(change func(*bookpb.User)) error {
			m := &bookpb.User{Id: 1, Username: "u", Team: new("t"), Plan: "p"}
			change(m)
			_, err := users.Create(ctx, m)
			return err
		}
		field := func(name string) answer { a := refusedRule; a.violations = []string{name}; return a }
		require.NoError(t, create(func(*bookpb.User) {}))
		saysOnly(t, create(func(m *bookpb.User) { m.Username = "v" }), answer{code: alreadyExists, reason: crud.ReasonResourceAlreadyExists, resource: "1"}, "")
		saysOnly(t, create(func(m *bookpb.User) { m.Id = 2 }), answer{code: alreadyExists, reason: crud.ReasonUniqueViolation, resource: "2"}, "username")
		saysOnly(t, create(func(m *bookpb.User) { m.Team = nil }), field("team"), "")
		saysOnly(t, create(func(m *bookpb.User) { m.Plan = secret }), field("plan"), "")
		saysOnly(t, create(func(m *bookpb.User) { m.Email = secret }), refusedRule, "")

		update := func(m *bookpb.User, path string) error {
			m.Id = 1
			_, err := crud.Update(ctx, bookpb.UserTable, users, m, mask(path))
			return err
		}
		saysOnly(t, update(&bookpb.User{}, "team"), field("user.team"), "")
		saysOnly(t, update(&bookpb.User{Plan: secret}, "plan"), field("user.plan"), "")
		saysOnly(t, update(&bookpb.User{Email: secret}, "email"), refusedRule, "")
		_, err := users.UpdateWhere(ctx).Where("true").Set("hidden", nil).Exec(ctx)
		saysOnly(t, err, refusedRule, "")
	})
}

// TestLongCheckNames: the CHECK of a length is known by its name, also when that was too
// long to be kept. The writing program is one that does not know the limit yet.
func TestLongCheckNames(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		for _, name := range []string{"short", "long" + strings.Repeat("x", 50)} {
			require.NoError(t, crud.CreateTables(ctx, db, namedTable(name, crud.MaxLength(3))))
			notes := crud.NewRepository(db, namedTable(name))
			_, err := notes.Create(ctx, &bookpb.Note{Id: "x", Title: secret})
			tooLong := refusedRule
			tooLong.violations = []string{"title"}
			saysOnly(t, err, tooLong, "")
			_, err = notes.Create(ctx, &bookpb.Note{Id: "x", Title: "äöü"})
			require.NoError(t, err)
		}
	})
}

// namedTable is a table of that name, with options for its title.
func namedTable(name string, title ...crud.ColumnOption) *crud.Table[*bookpb.Note, string] {
	return crud.NewTable(crud.TableSpec[*bookpb.Note, string]{
		Message: "bookpb.Note", Singular: "note", Name: name, Resource: "bookpb.Note",
		Columns: []crud.Column[*bookpb.Note]{
			crud.String("id", (*bookpb.Note).GetId, func(m *bookpb.Note, v string) { m.Id = v }, crud.PrimaryKey),
			crud.String("title", (*bookpb.Note).GetTitle, func(m *bookpb.Note, v string) { m.Title = v }, title...),
		},
		Key:    (*bookpb.Note).GetId,
		SetKey: func(m *bookpb.Note, v string) { m.Id = v },
		SQL:    statementsOf(name, 1, "id", "title"),
	})
}

// TestBrokenReferencesTell which resource is missing or in the way, in a statement over
// several rows too.
func TestBrokenReferencesTell(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books, shelves, users := bookpb.NewBookRepository(db), bookpb.NewShelfRepository(db), bookpb.NewUserRepository(db)
		m := book("shelves/a/books/x", secret)
		m.OwnerId = new(int64(1))
		_, err := books.Create(ctx, m)
		require.NoError(t, err)

		owner := answer{code: codes.FailedPrecondition, reason: crud.ReasonReferenceNotFound, precondition: "REFERENCE book.owner_id"}
		_, err = books.Update(ctx, &bookpb.Book{Name: m.GetName(), OwnerId: new(int64(4711))}, mask("owner_id"))
		saysOnly(t, err, owner, "")
		_, err = books.Create(ctx, book("shelves/c/books/x", secret))
		saysOnly(t, err, answer{code: codes.NotFound, reason: crud.ReasonResourceNotFound, resource: "shelves/c"}, "")

		children := func(subject string) answer {
			return answer{code: codes.FailedPrecondition, reason: crud.ReasonChildrenExist, precondition: "CHILDREN_EXIST " + subject}
		}
		_, err = shelves.Delete(ctx, bookpb.ShelfKey{ShelfId: "a"})
		saysOnly(t, err, children("shelves/a"), "")
		_, err = users.Delete(ctx, 1)
		saysOnly(t, err, children("1"), "")
		_, err = users.DeleteWhere(ctx).Where("true").Exec(ctx)
		saysOnly(t, err, children("bookpb.User"), "")
	})
}

// TestTextThatNoColumnHolds is refused by the field before anything is sent, on both
// engines alike.
func TestTextThatNoColumnHolds(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		rec := crudtest.NewRecorder(db)
		books := bookpb.NewBookRepository(rec)
		for _, text := range []string{"\x00", secret + "\x00", "\xff", "\xed\xa0\x80"} {
			_, err := createNamed(ctx, books, "x", &bookpb.Book{Title: text, Language: text, Tags: []string{"a", text}})
			violated(t, err, crud.ReasonInvalidField, "book.title", "book.tags", "book.language")
			assert.NotContains(t, err.Error(), secret)
			_, err = updateBook(ctx, books, &bookpb.Book{Name: "shelves/a/books/x", Title: text}, "title")
			violated(t, err, crud.ReasonInvalidField, "book.title")
		}
		_, err := createNamed(ctx, books, "x", book("", strings.Repeat("ä", 41)))
		violated(t, err, crud.ReasonInvalidField, "book.title")
		assert.Empty(t, rec.Statements())
		_, err = createNamed(ctx, books, "x", book("", strings.Repeat("ä", 40)))
		require.NoError(t, err)
	})
}

// TestErrorsOfHooks: what a hook says with a status is the caller's to hear; anything
// else is not, and neither is what the database said to a hook.
func TestErrorsOfHooks(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		create := func(fail error, sql string) error {
			books := bookpb.NewBookRepository(db, bookpb.BookHooks{BeforeCreate: func(ctx context.Context, w *write) error {
				if sql == "" {
					return fail
				}
				_, err := w.Tx.Exec(ctx, sql)
				return err
			}})
			_, err := createNamed(ctx, books, "x", book("", "X"))
			return err
		}
		cause := errors.New(secret)
		internal.check(t, create(cause, ""), cause)
		saysOnly(t, create(nil, "SELECT "+secret), internal, "")
		saysOnly(t, create(nil, "INSERT INTO shelves (shelf_id, theme) VALUES ('a', '"+secret+"')"),
			answer{code: alreadyExists, reason: crud.ReasonUniqueViolation}, "")
	})
}
