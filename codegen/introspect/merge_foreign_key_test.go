package introspect_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/introspect"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

const foreignKeyHead = `syntax = "proto3";

package app.v1;

import "protocrud/v1/options.proto";

option go_package = "example.com/app/v1;appv1";

message Member {
  option (protocrud.v1.model) = {
    primary_key: [
      "org_id",
      "id"
    ]
  };

  int64 org_id = 1;
  int64 id = 2;
}

`

// Foreign keys with a new column are stated, wherever the option has place for them, and
// go with a column; those of columns that were there may be left out on purpose.
func TestMergeStatesForeignKeys(t *testing.T) {
	t.Parallel()
	const stated = `{
        fields: [
          "org_id",
          "owner_id"
        ]
        model: "app.v1.Member"
        on_delete: SET_NULL
      }`
	const index = `{
        fields: [
          "org_id",
          "owner_id"
        ]
      }`
	const old = "{\n        fields: [\n          \"org_id\",\n          \"reviewer_id\"\n        ]\n        model: \"app.v1.Member\"\n      }"
	for name, test := range map[string]struct{ option, want string }{
		"an empty option": {
			"  option (protocrud.v1.model) = {};\n",
			"  option (protocrud.v1.model) = {\n    indexes: [\n      " + index + "\n    ]\n    foreign_keys: [\n      " + stated + "\n    ]\n  };\n",
		},
		"one line": {
			"  option (protocrud.v1.model) = {table: \"tasks\"};\n",
			"  option (protocrud.v1.model) = {\n    table: \"tasks\"\n    indexes: [\n      " + index + "\n    ]\n    foreign_keys: [\n      " + stated + "\n    ]\n  };\n",
		},
		"a list": {
			"  option (protocrud.v1.model) = {\n    foreign_keys: [\n      " + old + "\n    ]\n  };\n",
			"  option (protocrud.v1.model) = {\n    foreign_keys: [\n      " + old + ",\n      " + stated + "\n    ]\n    indexes: [\n      " + index + "\n    ]\n  };\n",
		},
		"field by field": {
			"  option (protocrud.v1.model).table = \"tasks\";\n",
			"  option (protocrud.v1.model).table = \"tasks\";\n  option (protocrud.v1.model).indexes = " + strings.ReplaceAll(index, "\n    ", "\n") + ";\n" +
				"  option (protocrud.v1.model).foreign_keys = " + strings.ReplaceAll(stated, "\n    ", "\n") + ";\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, _ := database(t)
			run(t, db, `CREATE TABLE members (org_id bigint, id bigint, PRIMARY KEY (org_id, id));
CREATE TABLE tasks (id bigserial PRIMARY KEY, org_id bigint, reviewer_id bigint, owner_id bigint,
  FOREIGN KEY (org_id, reviewer_id) REFERENCES members, FOREIGN KEY (org_id, owner_id) REFERENCES members ON DELETE SET NULL);
CREATE INDEX ON tasks (org_id, owner_id)`)
			const fields = "\n  int64 id = 1;\n  optional int64 org_id = 2;\n  optional int64 reviewer_id = 3;\n"
			path := filepath.Join(t.TempDir(), "task.proto")
			require.NoError(t, os.WriteFile(path, []byte(foreignKeyHead+"message Task {\n"+test.option+fields+"}\n"), 0o644))

			o := output(t, read(t, db), introspect.Config{}, path)

			assert.Equal(t, foreignKeyHead+"message Task {\n"+test.want+fields+"  optional int64 owner_id = 4;\n}\n", o.Text)
			assert.Empty(t, o.Warnings)
			formatted(t, path)
			require.NoError(t, crud.CheckTables(t.Context(), db, tables(load(t, filepath.Dir(path), path))...))
			assert.Equal(t, o.Text, output(t, read(t, db), introspect.Config{}, path).Text)
		})
	}
}

// A column takes the foreign keys with it that lead from it, and one of the own table that
// leads to it; what another message refers to stays.
func TestMergeForgetsForeignKeys(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, `CREATE TABLE members (org_id bigint, id bigint, handle text NOT NULL, team text NOT NULL, lead text, lead_team text, PRIMARY KEY (org_id, id),
  UNIQUE (handle, team), UNIQUE (org_id, handle), FOREIGN KEY (lead, lead_team) REFERENCES members (handle, team));
CREATE TABLE tasks (id bigserial PRIMARY KEY, org_id bigint, owner_id bigint, handle text,
  FOREIGN KEY (org_id, owner_id) REFERENCES members, FOREIGN KEY (org_id, handle) REFERENCES members (org_id, handle))`)
	dir := t.TempDir()
	first := output(t, read(t, db), introspect.Config{Package: "app.v1", GoPackage: "example.com/app/v1;appv1"}, dir)
	assert.Equal(t, 3, strings.Count(first.Text, "model: \"app.v1.Member\""))

	run(t, db, "ALTER TABLE members DROP team CASCADE; ALTER TABLE tasks DROP owner_id")
	second := output(t, read(t, db), introspect.Config{}, dir)
	assert.Empty(t, second.Warnings)
	assert.Contains(t, second.Text, "message Task {\n  option (protocrud.v1.model) = {\n    foreign_keys: [\n      {\n        fields: [\n          \"org_id\",\n          \"handle\"\n")
	assert.Equal(t, 1, strings.Count(second.Text, "foreign_keys"))
	load(t, dir, second.Path)
	formatted(t, second.Path)
	assert.Equal(t, second.Text, output(t, read(t, db), introspect.Config{}, dir).Text)

	run(t, db, "ALTER TABLE members DROP handle CASCADE; ALTER TABLE tasks DROP handle")
	third := output(t, read(t, db), introspect.Config{}, dir)
	assert.Equal(t, []string{"column handle of members is gone, and field handle of message Member stays: message Task refers to it"}, third.Warnings)
	assert.NotContains(t, third.Text, "foreign_keys")
	assert.Contains(t, third.Text, "message Task {\n  option (protocrud.v1.model) = {};\n")
	fourth := output(t, read(t, db), introspect.Config{}, dir)
	assert.Empty(t, fourth.Warnings, "nothing refers to it any more")
	formatted(t, fourth.Path)
	load(t, dir, fourth.Path)
}

// What the option cannot say is a comment and a warning; an action that the fields cannot
// have is left out.
func TestForeignKeysThatAreNotStated(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, `CREATE TABLE outsiders (a integer, b integer, PRIMARY KEY (a, b));
CREATE TABLE shelves (id integer PRIMARY KEY, a integer, b integer, c integer UNIQUE, delete_time timestamptz, UNIQUE (a, b));
CREATE TABLE pairs (a integer, b integer, PRIMARY KEY (a, b));
CREATE TABLE refs (id integer PRIMARY KEY, a integer DEFAULT 1, b integer DEFAULT 2, c integer REFERENCES shelves (c), d integer NOT NULL, hidden integer,
  own integer NOT NULL REFERENCES refs ON DELETE SET NULL ON UPDATE SET DEFAULT,
  CONSTRAINT a FOREIGN KEY (a, b) REFERENCES outsiders, CONSTRAINT b FOREIGN KEY (a, b) REFERENCES shelves (a, b),
  CONSTRAINT c FOREIGN KEY (a, hidden) REFERENCES pairs, CONSTRAINT d FOREIGN KEY (a, b) REFERENCES pairs ON DELETE SET DEFAULT,
  CONSTRAINT e FOREIGN KEY (b, a) REFERENCES pairs (b, a), CONSTRAINT f FOREIGN KEY (a, d) REFERENCES pairs ON DELETE SET NULL)`)
	dir := t.TempDir()
	c := introspect.Config{Package: "app.v1", GoPackage: "example.com/app/v1;appv1", Exclude: []string{"hidden"}}

	o := output(t, read(t, db, "shelves", "pairs", "refs"), c, dir)

	notes := []string{
		"(a, b) refers to (a, b) of outsiders, which is not stated: no model is of that table.",
		"(a, b) refers to (a, b) of shelves, which is not stated: the fields there are neither the key nor those of a unique index.",
		"(a, hidden) refers to (a, b) of pairs, which is not stated: a column has no field.",
		"(b, a) refers to (b, a) of pairs, which is not stated: another one is the same.",
	}
	warnings := []string{
		"ON DELETE SET NULL of (a, d) of refs is left out: it is not for all of the columns, or not all of the fields can have it",
		"ON DELETE SET NULL of refs.own is left out: the field cannot have it",
		"ON UPDATE SET DEFAULT of refs.own is left out: the field cannot have it",
	}
	for _, note := range notes {
		warnings = append(warnings, "refs: "+note)
	}
	assert.ElementsMatch(t, warnings, o.Warnings)
	assert.Contains(t, o.Text, "// "+strings.Join(notes, "\n// ")+"\nmessage Ref {")
	assert.Contains(t, o.Text, "        on_delete: SET_DEFAULT\n        name: \"d\"\n")
	assert.Contains(t, o.Text, "  // Refers to c of shelves.\n")
	formatted(t, o.Path)
	load(t, dir, o.Path)
}
