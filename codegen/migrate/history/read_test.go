package history

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// directory writes files, of which "== name" lines are the heads.
func directory(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range strings.Split(text, "== ")[1:] {
		name, content, _ := strings.Cut(file, "\n")
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	return dir
}

// Each format's files are read in its order, without the way down.
func TestRead(t *testing.T) {
	t.Parallel()
	type want struct {
		file        string
		transaction bool
		messages    []statement
	}
	for name, tc := range map[string]struct {
		format, files string
		want          []want
		ignored       []string
	}{
		"nothing": {format: "goose"},
		"goose": {
			format: "goose",
			files: `== 10_b.sql
-- who
-- +goose Up
-- a note
CREATE TABLE a ();
-- +goose StatementBegin
DO $$ BEGIN; END $$;
-- +goose StatementEnd

-- +goose Down
DROP TABLE a;
== 9_a.sql
-- +goose NO TRANSACTION
-- +goose Up
SELECT 1; SELECT
  2;
--+goose statementbegin
SELECT 3; SELECT 4;
-- +goose StatementEnd
SELECT 5
== 00011_c.sql
-- +goose Up
== seed.sql
no SQL
== helper.go
== 12_c_test.go
== README.md
`,
			want: []want{
				{"9_a.sql", false, []statement{{"SELECT 1", 3}, {"SELECT\n  2", 3}, {"SELECT 3; SELECT 4;", 6}, {"SELECT 5", 8}}},
				{"10_b.sql", true, []statement{{"\n\n-- a note\nCREATE TABLE a ();\n\nDO $$ BEGIN; END $$;\n\n", 1}}},
				{"00011_c.sql", true, []statement{{"\n", 1}}},
			},
			ignored: []string{"seed.sql"},
		},
		"golang-migrate": {
			format: "golang-migrate",
			files: `== 000002_b.up.sql
SELECT 1; SELECT 2;
== 000002_b.down.sql
SELECT 3;
== 1_a.up.sql
== 1_a.down.sql
`,
			want: []want{
				{"1_a.up.sql", false, []statement{{"", 1}}},
				{"000002_b.up.sql", false, []statement{{"SELECT 1; SELECT 2;\n", 1}}},
			},
		},
		"atlas": {
			format: "atlas",
			files: `== 0_a.sql
SELECT 1;
== 10.sql
-- atlas:checkpoint

SELECT 1; SELECT 2;
== 9_c.sql
-- atlas:txmode none

SELECT 3; SELECT 4;
== 20_b.sql
-- atlas:nolint
SELECT 5;
== atlas.sum
`,
			want: []want{
				{"10.sql", true, []statement{{"-- atlas:checkpoint\n\nSELECT 1; SELECT 2;\n", 1}}},
				{"20_b.sql", true, []statement{{"-- atlas:nolint\nSELECT 5;\n", 1}}},
				{"9_c.sql", false, []statement{{"SELECT 3", 3}, {"SELECT 4", 3}}},
			},
		},
		"plain": {
			format: "plain",
			files: `== 2_b.up.sql
BEGIN;
SELECT 1;
COMMIT;
== 2_b.down.sql
SELECT 2;
== 1_a.sql
SELECT 3
== a.sql
`,
			want: []want{
				{"1_a.sql", false, []statement{{"SELECT 3", 1}}},
				{"2_b.up.sql", false, []statement{{"BEGIN", 1}, {"SELECT 1", 2}, {"COMMIT", 3}}},
			},
			ignored: []string{"a.sql"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := directory(t, tc.files)
			h, err := Read(dir, tc.format)
			require.NoError(t, err)
			var got []want
			for _, m := range h.Migrations {
				got = append(got, want{strings.TrimPrefix(m.Path, dir+"/"), m.transaction, m.messages})
			}
			assert.Equal(t, tc.want, got)
			assert.Equal(t, tc.ignored, h.Ignored)
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ format, files, want string }{
		"a migration in Go": {"goose", "== 1_a.go\n", "1_a.go: a migration in Go"},
		"a version twice":   {"goose", "== 1_a.sql\n-- +goose Up\n== 01_b.sql\n-- +goose Up\n", "1_a.sql: its version is that of 01_b.sql"},
		"no Up":             {"goose", "== 1_a.sql\nSELECT 1;\n", `1_a.sql:1: there is no "-- +goose Up"`},
		"no Up in a block":  {"goose", "== 1_a.sql\n-- +goose StatementBegin\n", `1_a.sql:1: goose has no "statementbegin" here`},
		"no StatementEnd":   {"goose", "== 1_a.sql\n-- +goose Up\n\n-- +goose StatementBegin\nSELECT 1;", `1_a.sql:3: "-- +goose StatementBegin" has no StatementEnd`},
		"Down in a block":   {"goose", "== 1_a.sql\n-- +goose Up\n-- +goose StatementBegin\n-- +goose Down\n", `1_a.sql:3: goose has no "down" here`},
		"ENVSUB":            {"goose", "== 1_a.sql\n-- +goose Up\n-- +goose ENVSUB ON\n", "1_a.sql:2: ENVSUB is goose's own"},
		"goose's, for golang-migrate": {
			"golang-migrate", "== 1_a.up.sql\n\n-- +goose Up\n", "1_a.up.sql:2: this is for goose",
		},
		"goose's names, for golang-migrate": {
			"golang-migrate", "== 1_a.sql\n", "1_a.sql: the name ends neither in .up.sql nor in .down.sql",
		},
		"goose's, for Atlas":          {"atlas", "== 1_a.sql\n-- +goose Up\n", "1_a.sql:1: this is for goose"},
		"golang-migrate's, for Atlas": {"atlas", "== 1_a.down.sql\n", "1_a.down.sql: the way down has no file in Atlas"},
		"goose's, for psql":           {"plain", "== 1_a.sql\n-- +goose Up\n", "1_a.sql:1: this is for goose"},
		"Atlas's delimiter":           {"atlas", "== 1_a.sql\n\n-- atlas:delimiter //\n", "1_a.sql:2: atlas:delimiter is Atlas's own"},
		"rows for psql":               {"plain", "== 1_a.sql\nSELECT 1;\nCOPY a (b)\nFROM stdin;\n1\n\\.\n", "1_a.sql:2: COPY FROM STDIN"},
		"another format":              {"flyway", "", `unknown format "flyway"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(directory(t, tc.files), tc.format)
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, err := Read(filepath.Join(t.TempDir(), "none"), "goose")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A new file has to run behind those that there are.
func TestBehind(t *testing.T) {
	t.Parallel()
	const next = "20261126120000_crud_expand.sql"
	for name, tc := range map[string]struct{ format, files, want string }{
		"none":             {"atlas", "", ""},
		"an early number":  {"plain", "== 9_a.sql\n", ""},
		"a late number":    {"plain", "== 1_a.sql\n== 202611261200000_b.sql\n", "202611261200000_b.sql"},
		"the same number":  {"plain", "== 20261126120000_b.sql\n", "20261126120000_b.sql"},
		"an early name":    {"atlas", "== 1.sql\n== 20251126120000_a.sql\n", ""},
		"a number as name": {"atlas", "== 1.sql\n== 9_a.sql\n", "9_a.sql"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := directory(t, tc.files)
			h, err := Read(dir, tc.format)
			require.NoError(t, err)
			assert.Equal(t, tc.want, strings.TrimPrefix(h.Behind(next), dir+"/"))
		})
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"nothing":          {" ;; -- a\n /* ; */ ;", nil},
		"two":              {"SELECT 1; SELECT 2;", []string{"SELECT 1", "SELECT 2"}},
		"no end":           {"SELECT 1;\nSELECT 2 -- a", []string{"SELECT 1", "SELECT 2 -- a"}},
		"comments":         {"/* a; /* b; */ ; */ SELECT -- c;\n1; SELECT /* ; */ 2", []string{"SELECT -- c;\n1", "SELECT /* ; */ 2"}},
		"literals":         {`SELECT ';', 'a'';', '\'; SELECT ";"";"`, []string{`SELECT ';', 'a'';', '\'`, `SELECT ";"";"`}},
		"escapes":          {`SELECT E'\';', e'\\'; SELECT type'\'; SELECT 2`, []string{`SELECT E'\';', e'\\'`, `SELECT type'\'`, "SELECT 2"}},
		"dollars":          {"DO $$ a; $a$ $$; SELECT $a$ ; $$ ; $a$, $1; SELECT x$y$; SELECT $é$;$é$", []string{"DO $$ a; $a$ $$", "SELECT $a$ ; $$ ; $a$, $1", "SELECT x$y$", "SELECT $é$;$é$"}},
		"a rule":           {"CREATE RULE r AS ON INSERT TO a DO (SELECT 1; SELECT 2); SELECT 3", []string{"CREATE RULE r AS ON INSERT TO a DO (SELECT 1; SELECT 2)", "SELECT 3"}},
		"atomic":           {"create or replace function f() returns int begin atomic select case 1 when 1 then 2 end; select 3; end; BEGIN; END", []string{"create or replace function f() returns int begin atomic select case 1 when 1 then 2 end; select 3; end", "BEGIN", "END"}},
		"an open literal":  {"SELECT 'a; SELECT 2", []string{"SELECT 'a; SELECT 2"}},
		"an open dollar":   {"SELECT $$a; SELECT 2", []string{"SELECT $$a; SELECT 2"}},
		"an open comment":  {"SELECT 1; /* a; SELECT 2", []string{"SELECT 1"}},
		"brackets astray":  {"SELECT 1); SELECT (2; SELECT 3", []string{"SELECT 1)", "SELECT (2; SELECT 3"}},
		"other characters": {"SELECT 'é;' AS ü; SELECT \xff;", []string{"SELECT 'é;' AS ü", "SELECT \xff"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, s := range split(tc.text, 1) {
				got = append(got, s.text)
			}
			assert.Equal(t, tc.want, got)
		})
	}
	lines := split("-- a\n\nSELECT 1;\n/* b\n */ SELECT '\n'; SELECT 3;", 7)
	assert.Equal(t, []statement{{"SELECT 1", 9}, {"SELECT '\n'", 11}, {"SELECT 3", 12}}, lines)
}

// However the text goes on, nothing of it is lost but spaces, comments and semicolons.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"SELECT 1; SELECT 2", "$a$;$a", "E'\\", "/* /* */", "create function begin case end;", "((;", "é$é$;\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, line := 0, 1
		for _, s := range split(text, 1) {
			i := strings.Index(text[at:], s.text)
			require.GreaterOrEqual(t, i, 0, "%q", s.text)
			require.NotEmpty(t, s.text)
			assert.GreaterOrEqual(t, s.line, line)
			at, line = at+i+len(s.text), s.line
		}
	})
}
