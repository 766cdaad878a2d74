package migrate_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A change is a database as it is, and the models that it is to follow.
type change struct {
	// from are the models before, sql what is done to their tables then.
	from, sql, to string
	destructive   bool
	// oneWay says that the files cannot bring all back.
	oneWay bool
	kept   []string
}

var changes = map[string]change{
	"create": {
		to: `
// Who writes.
message Author { option (protocrud.v1.model) = {}; int64 id = 1; string name = 2 [(protocrud.v1.field) = {unique: true, max_length: 80}]; }
enum Genre { GENRE_UNSPECIFIED = 0; GENRE_POETRY = 1; }
message Book {
  option (protocrud.v1.model) = {indexes: [{fields: ["tags"] method: "gin"}]};
  int64 id = 1;
  int64 author_id = 2 [(protocrud.v1.field) = {references: {model: "shop.v1.Author", on_delete: CASCADE}}];
  repeated string tags = 3;
  Genre genre = 4 [(protocrud.v1.field) = {enum_as: POSTGRES}];
  string state = 5 [(protocrud.v1.field) = {default: "'draft'"}];
}`,
	},
	"rename": {
		from: `message Book { option (protocrud.v1.model) = {indexes: [{fields: ["title"]}]}; int64 id = 1;
  string title = 2 [(protocrud.v1.field) = {unique: true, max_length: 80}]; }
message Page { option (protocrud.v1.model) = {}; int64 id = 1; int64 book_id = 2 [(protocrud.v1.field) = {references: {model: "shop.v1.Book"}}]; }`,
		to: `message Volume { option (protocrud.v1.model) = {was: ["tomes", "books"] indexes: [{fields: ["heading"]}]}; int64 id = 1;
  string heading = 2 [(protocrud.v1.field) = {unique: true, max_length: 80, was: ["title"]}]; }
message Page { option (protocrud.v1.model) = {}; int64 id = 1;
  int64 volume_id = 2 [(protocrud.v1.field) = {references: {model: "shop.v1.Volume"}, was: ["book_id"]}]; }`,
	},
	"add": {
		from: `message Author { option (protocrud.v1.model) = {}; int64 id = 1; }
message Book { option (protocrud.v1.model) = {}; int64 id = 1; string title = 2; }`,
		to: `message Author { option (protocrud.v1.model) = {}; int64 id = 1; }
message Book {
  option (protocrud.v1.model) = {indexes: [{expressions: ["lower(title)"]}, {fields: ["pages", "title"] unique: true where: "pages > 0"}]};
  int64 id = 1;
  string title = 2 [(protocrud.v1.field) = {max_length: 80}];
  // How many.
  int32 pages = 3;
  optional string isbn = 4 [(protocrud.v1.field) = {unique: true}];
  optional int64 author_id = 5 [(protocrud.v1.field) = {references: {model: "shop.v1.Author", on_delete: SET_NULL}}];
  google.protobuf.Timestamp create_time = 6;
  string etag = 7;
  google.protobuf.Struct more = 8;
}`,
	},
	"drop": {
		destructive: true,
		from: `message Book { option (protocrud.v1.model) = {indexes: [{fields: ["title"]}, {fields: ["id", "title"]}]}; int64 id = 1;
  string title = 2 [(protocrud.v1.field) = {max_length: 80}]; int32 pages = 3; string isbn = 4 [(protocrud.v1.field) = {unique: true}]; }`,
		to:     `message Book { option (protocrud.v1.model) = {indexes: [{fields: ["title"]}]}; int64 id = 1; string title = 2; }`,
		oneWay: true,
	},
	"keep": {
		from: `message Book { option (protocrud.v1.model) = {indexes: [{fields: ["title"]}]}; int64 id = 1;
  string title = 2 [(protocrud.v1.field) = {max_length: 80}]; int32 pages = 3; }`,
		sql:  `CREATE TABLE strangers (id bigint)`,
		to:   `message Book { option (protocrud.v1.model) = {}; int64 id = 1; string title = 2; }`,
		kept: []string{"the constraint books_title_check of books", "the index books_title_idx of books", "the column pages of books"},
	},
	"foreign_keys": {
		destructive: true,
		from: `message Member { option (protocrud.v1.model) = {primary_key: ["org_id", "id"]}; int64 org_id = 1; int64 id = 2; string handle = 3; }
message Task {
  option (protocrud.v1.model) = {foreign_keys: [
    {fields: ["org_id", "owner_id"], model: "shop.v1.Member", on_delete: CASCADE},
    {fields: ["org_id", "reviewer_id"], model: "shop.v1.Member"}
  ]};
  int64 id = 1; int64 org_id = 2; int64 owner_id = 3; int64 reviewer_id = 4; string assignee = 5;
}`,
		to: `message Note {
  option (protocrud.v1.model) = {foreign_keys: [{fields: ["member_id", "org_id"], model: "shop.v1.Member", target_fields: ["id", "org_id"]}]};
  int64 id = 1; int64 org_id = 2; int64 member_id = 3;
}
message Task {
  option (protocrud.v1.model) = {foreign_keys: [
    {fields: ["org_id", "owner_id"], model: "shop.v1.Member", on_delete: RESTRICT, on_update: CASCADE},
    {fields: ["org_id", "assignee"], model: "shop.v1.Member", target_fields: ["org_id", "handle"], name: "tasks_assignee"}
  ]};
  int64 id = 1; int64 org_id = 2; int64 owner_id = 3; int64 reviewer_id = 4; string assignee = 5;
}
message Member {
  option (protocrud.v1.model) = {primary_key: ["org_id", "id"] indexes: [{fields: ["org_id", "handle"] unique: true}]};
  int64 org_id = 1; int64 id = 2; string handle = 3;
}`,
	},
	"unique_constraint": {
		sql: `CREATE TABLE members (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, org_id bigint NOT NULL, handle text COLLATE "C" NOT NULL,
  CONSTRAINT members_org_id_handle_key UNIQUE (org_id, handle));
CREATE TABLE tasks (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, org_id bigint NOT NULL, assignee text COLLATE "C" NOT NULL,
  FOREIGN KEY (org_id, assignee) REFERENCES members (org_id, handle))`,
		to: `message Member { option (protocrud.v1.model) = {indexes: [{fields: ["org_id", "handle"] unique: true}]}; int64 id = 1; int64 org_id = 2; string handle = 3; }
message Task { option (protocrud.v1.model) = {foreign_keys: [{fields: ["org_id", "assignee"], model: "shop.v1.Member", target_fields: ["org_id", "handle"]}]};
  int64 id = 1; int64 org_id = 2; string assignee = 3; }`,
	},
	"retype": {
		from: `message Book { option (protocrud.v1.model) = {indexes: [{fields: ["pages"]}, {fields: ["pages"] where: "pages > 1" name: "long"}]}; int64 id = 1;
  int32 pages = 2; optional int32 weight = 3 [(protocrud.v1.field) = {default: "1"}]; }
message Page { option (protocrud.v1.model) = {}; int32 id = 1; }
message Note { option (protocrud.v1.model) = {}; int64 id = 1; int32 page_id = 2 [(protocrud.v1.field) = {references: {model: "shop.v1.Page"}}]; }`,
		to: `message Book { option (protocrud.v1.model) = {indexes: [{fields: ["pages"]}, {fields: ["pages"] where: "pages > 1" name: "long"}]}; int64 id = 1;
  int64 pages = 2; optional string weight = 3 [(protocrud.v1.field) = {default: "'1'"}]; }
message Page { option (protocrud.v1.model) = {}; int64 id = 1; }
message Note { option (protocrud.v1.model) = {}; int64 id = 1; int64 page_id = 2 [(protocrud.v1.field) = {references: {model: "shop.v1.Page"}}]; }`,
	},
	"unsafe": {
		destructive: true, oneWay: true,
		from: `message Book { option (protocrud.v1.model) = {}; int64 id = 1; int64 pages = 2; string code = 3; repeated string tags = 4; }`,
		to:   `message Book { option (protocrud.v1.model) = {}; int64 id = 1; int32 pages = 2; repeated string code = 3; string tags = 4; }`,
	},
	"null": {
		oneWay: true,
		from:   `message Book { option (protocrud.v1.model) = {}; int64 id = 1; optional string title = 2; string code = 3; optional int32 pages = 4; }`,
		sql:    `INSERT INTO books (title, code) VALUES (NULL, 'a')`,
		to: `message Book { option (protocrud.v1.model) = {}; int64 id = 1; string title = 2; optional string code = 3;
  optional int32 pages = 4 [(google.api.field_behavior) = REQUIRED, (protocrud.v1.field) = {default: "7"}]; }`,
	},
	"soft_delete": {
		from: `message Book { option (protocrud.v1.model) = {}; int64 id = 1; string isbn = 2 [(protocrud.v1.field) = {unique: true}]; }`,
		to: `message Book { option (protocrud.v1.model) = {}; int64 id = 1; string isbn = 2 [(protocrud.v1.field) = {unique: true}];
  google.protobuf.Timestamp delete_time = 3; }`,
	},
	"hard_delete": {
		from: `message Book { option (protocrud.v1.model) = {}; int64 id = 1; string isbn = 2 [(protocrud.v1.field) = {unique: true}];
  google.protobuf.Timestamp delete_time = 3; }`,
		to: `message Book { option (protocrud.v1.model) = {soft_delete: false}; int64 id = 1; string isbn = 2 [(protocrud.v1.field) = {unique: true}];
  google.protobuf.Timestamp delete_time = 3; }`,
	},
	"reindex": {
		from: `message Book { option (protocrud.v1.model) = {indexes: [{fields: ["title"] name: "by_title"}]}; int64 id = 1; string title = 2; string code = 3; }`,
		to:   `message Book { option (protocrud.v1.model) = {indexes: [{fields: ["title", "code"] unique: true name: "by_title"}]}; int64 id = 1; string title = 2; string code = 3; }`,
	},
	"enum_values": {
		oneWay: true,
		from: `enum Genre { GENRE_UNSPECIFIED = 0; GENRE_PROSE = 2; GENRE_OLD = 9; }
message Book { option (protocrud.v1.model) = {}; int64 id = 1; Genre genre = 2 [(protocrud.v1.field) = {enum_as: POSTGRES}]; }`,
		to: `enum Genre { GENRE_NONE = 0; GENRE_UNSPECIFIED = 3; GENRE_POETRY = 1; GENRE_PROSE = 2; GENRE_LAST = 4; }
message Book { option (protocrud.v1.model) = {}; int64 id = 1; Genre genre = 2 [(protocrud.v1.field) = {enum_as: POSTGRES}]; }`,
		kept: []string{"the value GENRE_OLD of the enum type genre: PostgreSQL cannot drop one"},
	},
	"no_key": {
		oneWay: true, // the index becomes a key, and back it is none
		sql:    `CREATE TABLE books (id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY); CREATE UNIQUE INDEX by_id ON books (id); CREATE TABLE pages (id uuid NOT NULL)`,
		to: `message Book { option (protocrud.v1.model) = {}; int64 id = 1; }
message Page { option (protocrud.v1.model) = {}; string id = 1 [(protocrud.v1.field) = {type: "uuid"}]; }`,
	},
	"existing": {
		oneWay: true, // the index becomes a constraint, and back it is none
		sql: `CREATE TABLE authors (id bigserial PRIMARY KEY);
CREATE TABLE books (id bigint NOT NULL, isbn varchar(13) COLLATE "C" NOT NULL, author_id bigint NOT NULL, pages integer, CONSTRAINT books_pk PRIMARY KEY (id));
CREATE UNIQUE INDEX isbns ON books (isbn);
ALTER TABLE books ADD CONSTRAINT books_author_id_fkey FOREIGN KEY (author_id) REFERENCES authors NOT VALID`,
		to: `message Author { option (protocrud.v1.model) = {}; int64 id = 1; }
message Book { option (protocrud.v1.model) = {}; int64 id = 1; string isbn = 2 [(protocrud.v1.field) = {unique: true}];
  int64 author_id = 3 [(protocrud.v1.field) = {references: {model: "shop.v1.Author"}}]; optional int32 pages = 4; }`,
	},
}

// Every change is a golden set of files for goose, which are run. Then there is nothing
// left to plan; and down again the database is what it was.
func TestPlans(t *testing.T) {
	t.Parallel()
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			if c.from != "" {
				db.create(tablesOf(t, c.from))
			}
			if c.sql != "" {
				db.exec(c.sql)
			}
			before := dump(db)
			tables := tablesOf(t, c.to)

			plan, err := db.plan(tables, c.destructive)
			require.NoError(t, err)
			assert.Equal(t, before, dump(db), "planning changes nothing")
			golden(t, name+".sql", shown(plan.Files("goose", "change", noon)))
			assert.Equal(t, c.kept, plan.Kept)

			up, down := halves(plan)
			db.apply(up)
			db.check(tables)
			again, err := db.plan(tables, c.destructive)
			require.NoError(t, err)
			assert.Empty(t, again.Steps, shown(again.Files("plain", "again", noon)))
			assert.Equal(t, c.kept, again.Kept)

			db.apply(down)
			if !c.oneWay {
				assert.Equal(t, before, dump(db))
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "go test -update rewrites it")
}

// What may not be planned is an error that lists all of it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		from, sql, to string
		destructive   bool
		want          []string
	}{
		"values that may not fit": {
			from: `message Book { option (protocrud.v1.model) = {}; int64 id = 1; int64 pages = 2; string code = 3; }`,
			to:   `message Book { option (protocrud.v1.model) = {}; int64 id = 1; int32 pages = 2; int32 code = 3; }`,
			want: []string{
				"shop.v1.Book: column books.pages is bigint, and a value of it may not be one of integer; allow destructive steps, or give the field another column",
				`shop.v1.Book: column books.code is text COLLATE "C", and a value of it may not be one of integer; allow destructive steps, or give the field another column`,
			},
		},
		"no cast": {
			destructive: true,
			from:        `message Book { option (protocrud.v1.model) = {}; int64 id = 1; bytes digest = 2; }`,
			to:          `message Book { option (protocrud.v1.model) = {}; int64 id = 1; int64 digest = 2; }`,
			want:        []string{"shop.v1.Book: column books.digest is bytea, and no cast leads to bigint; give the field another column, or write this migration by hand"},
		},
		"another key": {
			destructive: true,
			from:        `message Book { option (protocrud.v1.model) = {}; int64 id = 1; int64 shelf = 2; }`,
			to:          `message Book { option (protocrud.v1.model) = {primary_key: ["id", "shelf"]}; int64 id = 1; int64 shelf = 2; }`,
			want:        []string{"shop.v1.Book: the key of books is to be PRIMARY KEY (id, shelf); a key that rows are known by changes by a migration that is written by hand"},
		},
		"a view": {
			sql:  `CREATE VIEW books AS SELECT 1 AS id`,
			to:   `message Book { option (protocrud.v1.model) = {}; int64 id = 1; }`,
			want: []string{"shop.v1.Book: books is no table"},
		},
		"SQL that is none": {
			to:   `message Book { option (protocrud.v1.model) = {}; int64 id = 1; string code = 2 [(protocrud.v1.field) = {default: "nothing()"}]; }`,
			want: []string{"the models' tables cannot be made", "nothing()"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			if tc.from != "" {
				db.create(tablesOf(t, tc.from))
			}
			if tc.sql != "" {
				db.exec(tc.sql)
			}
			before := dump(db)
			_, err := db.plan(tablesOf(t, tc.to), tc.destructive)
			for _, want := range tc.want {
				require.ErrorContains(t, err, want)
			}
			assert.Equal(t, before, dump(db))
		})
	}
}

// A build that failed leaves an invalid index, which the next plan makes anew.
func TestInvalidIndexesAreBuiltAgain(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	db.create(tablesOf(t, `message Book { option (protocrud.v1.model) = {}; int64 id = 1; string isbn = 2; }`))
	db.exec("INSERT INTO books (isbn) VALUES ('a'), ('a')")
	tables := tablesOf(t, `message Book { option (protocrud.v1.model) = {}; int64 id = 1; string isbn = 2 [(protocrud.v1.field) = {unique: true}]; }`)
	plan, err := db.plan(tables, false)
	require.NoError(t, err)
	up, _ := halves(plan)
	_, err = db.pool.Exec(t.Context(), up[0].Content)
	require.ErrorContains(t, err, "could not create unique index")

	db.exec("DELETE FROM books WHERE id = 2")
	plan, err = db.plan(tables, false)
	require.NoError(t, err)
	up, _ = halves(plan)
	require.Contains(t, up[0].Content, "DROP INDEX books_isbn_key")
	db.apply(up)
	db.check(tables)
	plan, err = db.plan(tables, false)
	require.NoError(t, err)
	assert.Empty(t, plan.Steps)
}

// Another schema than the connection's is named in every statement.
func TestSchemas(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	const name = "migrate_of_this_test"
	drop := func() { db.exec("DROP SCHEMA IF EXISTS " + name + " CASCADE") }
	drop()
	defer drop()
	proto := strings.ReplaceAll(`enum Genre { GENRE_UNSPECIFIED = 0; GENRE_POETRY = 1; }
message Author { option (protocrud.v1.model) = {}; int64 id = 1; }
message Book { option (protocrud.v1.model) = {schema: "S" indexes: [{fields: ["genre"]}]}; int64 id = 1;
  Genre genre = 2 [(protocrud.v1.field) = {enum_as: POSTGRES}];
  int64 author_id = 3 [(protocrud.v1.field) = {references: {model: "shop.v1.Author"}}]; }`, `"S"`, `"`+name+`"`)
	tables := tablesOf(t, proto)
	plan, err := db.plan(tables, false)
	require.NoError(t, err)
	up, down := halves(plan)
	db.apply(up)
	db.check(tables)
	plan, err = db.plan(tables, false)
	require.NoError(t, err)
	assert.Empty(t, plan.Steps)
	db.apply(down)
	assert.Empty(t, dump(db))
}

// The same plan in the words of each tool.
func TestFormats(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	db.create(tablesOf(t, changes["add"].from))
	plan, err := db.plan(tablesOf(t, changes["add"].to), false)
	require.NoError(t, err)
	for _, format := range migrate.Formats {
		golden(t, filepath.Join("formats", format+".sql"), shown(plan.Files(format, "change", noon)))
	}
}
