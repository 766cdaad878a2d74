package introspect_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/codegen/introspect"
	"github.com/protocrud/protoc-gen-go-crud/codegen/scaffold"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// What a person wrote around the fields stays where it is.
const written = `syntax = "proto3";

package app.v1;

import "google/type/date.proto";
import "protocrud/v1/options.proto";

option go_package = "example.com/app/v1;appv1";

// Ours.
message Book { // with a comment
  option (protocrud.v1.model) = {
    indexes: [
      {
        fields: ["gone"]
      },
      {
        fields: ["title"]
        name: "by_title"
      }
    ]
    search: [
      "gone",
      "title"
    ]
  };

  // Never again.
  reserved 3, 8;
  reserved "never";

  int64 id = 1;
  string title = 7; // the title

  // Detached.

  // This goes with the field.
  string gone = 4; // and this

  google.type.Date day = 5;
  string hidden = 6 [(protocrud.v1.field) = {skip: true}];

  /* last */
}

// The end.
`

const merged = `syntax = "proto3";

package app.v1;

import "google/protobuf/timestamp.proto";
import "protocrud/v1/options.proto";

option go_package = "example.com/app/v1;appv1";

// Ours.
message Book { // with a comment
  option (protocrud.v1.model) = {
    indexes: [
      {
        fields: ["title"]
        name: "by_title"
      }
    ]
    search: [
      "title"
    ]
  };

  // Never again.
  reserved 3, 8;
  reserved "never";
  reserved 4, 5;
  reserved "gone", "day";

  int64 id = 1;
  string title = 7; // the title

  // Detached.

  string hidden = 6 [(protocrud.v1.field) = {skip: true}];
  google.protobuf.Timestamp printed = 9;

  // How many.
  int32 pages = 10;

  /* last */
}

// The end.
`

func TestMergeKeepsWhatAPersonWrote(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, `CREATE TABLE books (id bigserial PRIMARY KEY, title text NOT NULL, printed timestamptz, pages integer NOT NULL, hidden text, never text);
COMMENT ON COLUMN books.pages IS 'How many.'`)
	path := filepath.Join(t.TempDir(), "book.proto")
	require.NoError(t, os.WriteFile(path, []byte(written), 0o644))

	o := output(t, read(t, db), introspect.Config{}, path)

	assert.Equal(t, merged, o.Text)
	assert.Equal(t, []string{"column never of books is left out: its name is reserved in message Book; add it by hand with another name, or exclude it"}, o.Warnings)
	load(t, filepath.Dir(path), path)
	assert.Equal(t, o.Text, output(t, read(t, db), introspect.Config{}, path).Text)
}

// A body on one line, an enum with new values, a key that is gone, a table that is gone,
// a type that is another.
func TestMergeReportsWhatItLeaves(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, `CREATE TYPE state AS ENUM ('open', 'shut');
CREATE TABLE doors (number integer PRIMARY KEY, state state NOT NULL, width integer)`)
	dir := t.TempDir()
	first := output(t, read(t, db), all, dir)
	run(t, db, `ALTER TYPE state ADD VALUE 'ajar' BEFORE 'shut'; ALTER TABLE doors ALTER width TYPE bigint; CREATE TABLE walls (id integer PRIMARY KEY)`)

	second := output(t, read(t, db), all, dir)

	assert.Contains(t, second.Text, "    open = 0;\n    shut = 1;\n    ajar = 2;\n")
	assert.Contains(t, second.Text, "message Wall {")
	assert.Equal(t, []string{"column width of doors is bigint, and field width of message Door is int32: reserve the field, and add another one for the column"}, second.Warnings)
	formatted(t, second.Path)
	run(t, db, `DROP TABLE walls; ALTER TABLE doors DROP number, ADD id integer PRIMARY KEY, ALTER width TYPE integer`)
	third := output(t, read(t, db), all, dir)
	assert.Equal(t, []string{
		"the key of doors is (id), and that of message Door is (number): no two rows may be taken for one, so change it by hand",
		"column number of doors is gone, and field number of message Door stays: it is part of the key",
		"walls of message Wall is no table of the database; the message stays",
	}, third.Warnings)
	assert.Contains(t, first.Text, "message Door {")
	assert.Contains(t, third.Text, "int32 id = 4;")
}

// What a person wrote of a field that is gone is theirs to change, and is said.
func TestMergeSaysWhatNeedsAHand(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, `CREATE TABLE books (id bigserial PRIMARY KEY)`)
	path := filepath.Join(t.TempDir(), "book.proto")
	require.NoError(t, os.WriteFile(path, []byte(`syntax = "proto3";

package app.v1;

import "protocrud/v1/options.proto";

option go_package = "example.com/a;a";

message Book {
  option (protocrud.v1.model) = {};

  int64 id = 1;
  string title = 2;
}

message GetBookByTitleRequest {
  string title = 1;
}

service BookService {
  // It asks by a field that only has an index as long as it is there.
  rpc ListBooks(ListBooksRequest) returns (ListBooksResponse);
}

message ListBooksRequest {
  int32 page_size = 1;
  string page_token = 2;
  string title = 3;
}

message ListBooksResponse {
  repeated Book books = 1;
  string next_page_token = 2;
}
`), 0o644))
	o := output(t, read(t, db), introspect.Config{}, path)
	assert.Contains(t, o.Text, "  reserved 2;\n  reserved \"title\";\n\n  int64 id = 1;\n}\n")
	require.NotEmpty(t, o.Warnings)
	assert.Contains(t, o.Warnings[0], "what is written needs a hand: book.proto:")
}

// A message on one line gets lines for what is added.
// A table without a key keeps a message without one, also once it has a key: clients
// know nothing of it.
func TestMergeWithoutKey(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, "CREATE TABLE logs (line text, etag text)")
	dir := t.TempDir()
	first := output(t, read(t, db), all, dir)
	assert.Equal(t, []string{"logs has no key, so its rows are only listed and created"}, first.Warnings)
	assert.Contains(t, first.Text, "keyless: true")
	assert.Contains(t, first.Text, "rpc CreateLog(")
	assert.NotContains(t, first.Text, "rpc GetLog(")
	assert.Equal(t, first.Text, output(t, read(t, db), all, dir).Text)

	run(t, db, "ALTER TABLE logs ADD COLUMN number bigint PRIMARY KEY")
	second := output(t, read(t, db), all, dir)
	assert.Contains(t, second.Text, "keyless: true")
	assert.Contains(t, second.Text, "int64 number = 3;")
	assert.Equal(t, []string{"the key of logs is (number), and message Log is keyless: mark the fields of the key instead, and its rows can be read, changed and deleted"}, second.Warnings)
	load(t, dir, second.Path)
}

func TestMergeIntoOneLine(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, `CREATE TABLE books (id bigserial PRIMARY KEY, title text NOT NULL)`)
	path := filepath.Join(t.TempDir(), "book.proto")
	require.NoError(t, os.WriteFile(path, []byte(`edition = "2023"; package app.v1; import "protocrud/v1/options.proto"; option go_package = "example.com/a;a";
message Book { option (protocrud.v1.model) = {}; int64 id = 1; }`), 0o644))
	o := output(t, read(t, db), introspect.Config{}, path)
	assert.Contains(t, o.Text, "int64 id = 1;\n  string title = 2;\n}")
	load(t, filepath.Dir(path), path)
}

// Indexes of new columns are stated, wherever the option has place for them. Those of
// columns that were there are not: somebody may have left them out.
func TestMergeStatesIndexesOfNewColumns(t *testing.T) {
	t.Parallel()
	const schema = `CREATE TABLE books (id bigserial PRIMARY KEY, title text NOT NULL, gone text, isbn text UNIQUE, shelf text, place integer);
CREATE INDEX old ON books (title);
CREATE UNIQUE INDEX books_shelf_place_key ON books (shelf, place);
CREATE INDEX upper ON books (upper(title))`
	const head = "syntax = \"proto3\";\n\npackage app.v1;\n\nimport \"protocrud/v1/options.proto\";\n\noption go_package = \"example.com/app/v1;appv1\";\n\nmessage Book {\n"
	const fields = "\n  int64 id = 1;\n  string title = 2;\n"
	const isbn = "  optional string isbn = %d [(protocrud.v1.field) = {unique: true}];\n"
	const stated = `{
        fields: [
          "shelf",
          "place"
        ]
        unique: true
      }`
	tests := map[string]struct{ option, want string }{
		"an empty option": {"  option (protocrud.v1.model) = {};\n", "  option (protocrud.v1.model) = {\n    indexes: [\n      " + stated + "\n    ]\n  };\n"},
		"one line":        {"  option (protocrud.v1.model) = {table: \"books\"};\n", "  option (protocrud.v1.model) = {\n    table: \"books\"\n    indexes: [\n      " + stated + "\n    ]\n  };\n"},
		"several lines":   {"  option (protocrud.v1.model) = {\n    table: \"books\"\n  };\n", "  option (protocrud.v1.model) = {\n    table: \"books\"\n    indexes: [\n      " + stated + "\n    ]\n  };\n"},
		"a list":          {"  option (protocrud.v1.model) = {\n    indexes: [\n      {\n        fields: [\"title\"]\n        name: \"old\"\n      }\n    ]\n  };\n", "  option (protocrud.v1.model) = {\n    indexes: [\n      {\n        fields: [\"title\"]\n        name: \"old\"\n      },\n      " + stated + "\n    ]\n  };\n"},
		"field by field":  {"  option (protocrud.v1.model).table = \"books\";\n", "  option (protocrud.v1.model).table = \"books\";\n  option (protocrud.v1.model).indexes = " + strings.ReplaceAll(stated, "\n    ", "\n") + ";\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, _ := database(t)
			run(t, db, schema)
			path := filepath.Join(t.TempDir(), "book.proto")
			require.NoError(t, os.WriteFile(path, []byte(head+test.option+fields+"}\n"), 0o644))
			o := output(t, read(t, db), introspect.Config{}, path)
			assert.Equal(t, head+test.want+fields+"  optional string gone = 3;\n"+fmt.Sprintf(isbn, 4)+"  optional string shelf = 5;\n  optional int32 place = 6;\n}\n", o.Text)
			assert.Empty(t, o.Warnings)
			load(t, filepath.Dir(path), path)
			formatted(t, path)
			assert.Equal(t, o.Text, output(t, read(t, db), introspect.Config{}, path).Text)
		})
	}
}

// An index that is stated where another has gone with its column.
func TestMergeReplacesAnIndex(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, "CREATE TABLE books (id bigserial PRIMARY KEY, shelf text, place integer, UNIQUE (shelf, place))")
	path := filepath.Join(t.TempDir(), "book.proto")
	require.NoError(t, os.WriteFile(path, []byte(`syntax = "proto3";

package app.v1;

import "protocrud/v1/options.proto";

option go_package = "example.com/app/v1;appv1";

message Book {
  option (protocrud.v1.model) = {
    indexes: [
      {
        fields: ["gone"]
      }
    ]
  };

  int64 id = 1;
  string gone = 2;
}
`), 0o644))
	o := output(t, read(t, db), introspect.Config{}, path)
	assert.Contains(t, o.Text, `  option (protocrud.v1.model) = {
    indexes: [
      {
        fields: [
          "shelf",
          "place"
        ]
        unique: true
      }
    ]
  };

  reserved 2;
  reserved "gone";
`)
	formatted(t, path)
}

// An index goes with the columns that its condition names, and stays where these are but
// words of a text.
func TestMergeForgetsConditions(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, `CREATE TABLE books (id bigserial PRIMARY KEY, title text NOT NULL, gone text, "Also" text);
CREATE INDEX a ON books (title) WHERE (gone IS NULL);
CREATE INDEX b ON books (title) WHERE (title <> 'gone' AND title <> 'Also');
CREATE INDEX c ON books (title, lower("Also"))`)
	path := filepath.Join(t.TempDir(), "book.proto")
	first := output(t, read(t, db), all, path)
	assert.Equal(t, 3, strings.Count(first.Text, "name: \""), first.Text)
	run(t, db, `ALTER TABLE books DROP gone, DROP "Also"`)
	second := output(t, read(t, db), all, path)
	assert.NotContains(t, second.Text, `name: "a"`)
	assert.Contains(t, second.Text, `name: "b"`)
	assert.NotContains(t, second.Text, `name: "c"`)
	load(t, filepath.Dir(path), path)
}

// What ends lines, and a byte order mark, stay as the file has them.
func TestMergeKeepsLineBreaks(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, "CREATE TABLE books (id bigserial PRIMARY KEY, title text NOT NULL, day date)")
	plain := "edition = \"2023\";\npackage app.v1;\nimport \"protocrud/v1/options.proto\";\noption go_package = \"example.com/a;a\";\n" +
		"message Book {\n  option (protocrud.v1.model) = {};\n  // Ours.\n  int64 id = 1;\n}\n"
	dir := t.TempDir()
	want := ""
	for name, text := range map[string]string{"1plain": plain, "2crlf": "\ufeff" + strings.ReplaceAll(plain, "\n", "\r\n")} {
		path := filepath.Join(dir, name+".proto")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		o := output(t, read(t, db), introspect.Config{}, path)
		if name == "2crlf" {
			assert.Equal(t, strings.Count(o.Text, "\n"), strings.Count(o.Text, "\r\n"))
			assert.True(t, strings.HasPrefix(o.Text, "\ufeff"))
		}
		got := strings.TrimPrefix(strings.ReplaceAll(o.Text, "\r\n", "\n"), "\ufeff")
		assert.Contains(t, got, "string title = 2;\n")
		if want != "" {
			assert.Equal(t, want, got)
		}
		want = got
	}
}

var columnTypes = []string{"integer", "bigint", "text", "timestamptz", "date", "numeric(9,2)", "uuid", "jsonb", "text[]", "inet", "boolean", "bytea", "varchar(9)", "evolved", "int4range"}

// However a table evolves, a number means one column for ever: it is that of the same
// field, or reserved with its name. A second run changes nothing. Each step is compatible
// on the wire with the one before.
func TestEvolutionsKeepNumbers(t *testing.T) {
	t.Parallel()
	db, _ := database(t)
	run(t, db, "CREATE TYPE evolved AS ENUM ('one', 'two')")
	count, labels := 0, 0
	var evolutions []evolution
	rapid.Check(t, func(rt *rapid.T) {
		count++
		e := evolution{name: fmt.Sprintf("e%d", count)}
		dir, err := os.MkdirTemp(t.TempDir(), "evolution")
		require.NoError(rt, err)
		table := fmt.Sprintf("t%d_rows", count)
		exec := func(sql string) {
			_, err := db.Exec(t.Context(), sql)
			require.NoError(rt, err, sql)
		}
		exec("CREATE TABLE " + table + " (id bigserial PRIMARY KEY, kept text NOT NULL, UNIQUE (kept, id))")
		defer exec("DROP TABLE " + table)
		var columns []string
		meaning := map[protoreflect.FieldNumber]string{}
		for step := range rapid.IntRange(1, 3).Draw(rt, "steps") {
			for range rapid.IntRange(1, 3).Draw(rt, "changes") {
				if len(columns) > 0 && rapid.Bool().Draw(rt, "drop") {
					i := rapid.IntRange(0, len(columns)-1).Draw(rt, "dropped")
					exec("ALTER TABLE " + table + " DROP " + columns[i])
					columns = append(columns[:i:i], columns[i+1:]...)
					continue
				}
				name := fmt.Sprintf("c%d", rapid.IntRange(0, 9).Draw(rt, "name"))
				if strings.Contains(" "+strings.Join(columns, " ")+" ", " "+name+" ") {
					continue
				}
				if rapid.IntRange(0, 9).Draw(rt, "label") == 0 {
					labels++
					exec(fmt.Sprintf("ALTER TYPE evolved ADD VALUE 'label_%d'", labels))
				}
				kind := rapid.SampledFrom(columnTypes).Draw(rt, "type")
				exec("ALTER TABLE " + table + " ADD " + name + " " + kind)
				if (kind == "integer" || kind == "bigint") && rapid.Bool().Draw(rt, "foreign key") {
					exec(fmt.Sprintf("ALTER TABLE %[1]s ADD FOREIGN KEY (%[2]s, kept) REFERENCES %[1]s (id, kept)", table, name))
				}
				if rapid.Bool().Draw(rt, "index") {
					exec(fmt.Sprintf("CREATE INDEX ON %s USING hash (kept) WHERE %s IS NULL", table, name))
				}
				columns = append(columns, name)
			}
			e.evolve(rt, t, db, table, dir, step, meaning)
		}
		evolutions = append(evolutions, e)
	})
	assert.GreaterOrEqual(t, count, 100)
	for step := 1; step < 3; step++ {
		before, after := image(t, evolutions, step-1, step+1), image(t, evolutions, step, step+1)
		assert.Empty(t, breaking(t, after, before), "step %d", step)
		assert.NotEmpty(t, breaking(t, before, after), "step %d, the other way", step)
	}
}

// An evolution is a proto's files as they were after each step.
type evolution struct {
	name  string
	steps [][]*descriptorpb.FileDescriptorProto // with all that it imports
}

// image writes the files that the evolutions of a number of steps had after a step.
func image(t *testing.T, evolutions []evolution, step, steps int) string {
	t.Helper()
	var set descriptorpb.FileDescriptorSet
	seen := map[string]bool{}
	for _, e := range evolutions {
		if len(e.steps) < steps {
			continue
		}
		for _, f := range e.steps[step] {
			if !seen[f.GetName()] {
				seen[f.GetName()] = true
				set.File = append(set.File, f)
			}
		}
	}
	raw, err := proto.Marshal(&set)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "image.binpb")
	require.NoError(t, os.WriteFile(path, raw, 0o644))
	return path
}

// breaking returns what buf says of an image that comes after another.
func breaking(t *testing.T, after, before string) string {
	t.Helper()
	out, err := exec.Command(buf(t), "breaking", after, "--against", before, "--config", `{"version": "v2", "breaking": {"use": ["WIRE"]}}`).CombinedOutput()
	if err != nil {
		require.NotEmpty(t, string(out), err)
	}
	return string(out)
}

func (e *evolution) evolve(rt *rapid.T, t *testing.T, db *pgxpool.Pool, table, dir string, step int, meaning map[protoreflect.FieldNumber]string) {
	read := func() *introspect.Database {
		var d *introspect.Database
		require.NoError(rt, db.AcquireFunc(t.Context(), func(c *pgxpool.Conn) (err error) {
			d, err = introspect.ReadPostgres(t.Context(), c.Conn(), "", []string{table})
			return err
		}))
		return d
	}
	d, path := read(), filepath.Join(dir, e.name+".proto")
	o, err := introspect.Make(t.Context(), d, introspect.Config{Package: e.name + ".v1", GoPackage: "example.com/e;e", Methods: scaffold.Standard, Some: true}, path, nil)
	require.NoError(rt, err)
	require.NoError(rt, os.WriteFile(path, []byte(o.Text), 0o644))
	gen, files := loadIn(rt, dir, path)
	e.steps = append(e.steps, gen.Request.ProtoFile)
	again, err := introspect.Make(t.Context(), d, introspect.Config{Some: true}, path, nil)
	require.NoError(rt, err)
	require.Equal(rt, o.Text, again.Text, "step %d", step)
	if !strings.Contains(strings.Join(o.Warnings, "\n"), ": reserve the field, and add another one for the column") {
		require.NoError(rt, crud.CheckTables(t.Context(), db, tables(files)...))
	}

	message := files[0].Models[0].Message.Desc
	for number, field := range meaning {
		if f := message.Fields().ByNumber(number); f != nil {
			require.Equal(rt, field, describe(f), "step %d", step)
			continue
		}
		name, _, _ := strings.Cut(field, " ")
		require.True(rt, message.ReservedRanges().Has(number), "step %d: %d", step, number)
		require.True(rt, message.ReservedNames().Has(protoreflect.Name(name)), "step %d: %s", step, name)
	}
	for i := range message.Fields().Len() {
		f := message.Fields().Get(i)
		meaning[f.Number()] = describe(f)
	}
}

func describe(f protoreflect.FieldDescriptor) string {
	kind := f.Kind().String()
	if f.Message() != nil {
		kind = string(f.Message().FullName())
	}
	return fmt.Sprint(f.Name(), " ", kind, " ", f.Cardinality())
}

// A counter counts statements.
type counter struct{ n int }

func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.n++
	return ctx
}
func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// What is asked does not grow with the tables, of which there are hundreds here, and what
// is written loads.
func TestManyTables(t *testing.T) {
	t.Parallel()
	var count counter
	db, _ := database(t, crudtest.WithMaxConns(1), crudtest.WithConfig(func(c *pgxpool.Config) { c.ConnConfig.Tracer = &count }))
	run(t, db, "CREATE TABLE table_000s (id bigserial PRIMARY KEY)")
	count.n = 0
	read(t, db)
	one := count.n
	const tablesN, columnsN = 520, 40
	for i := range tablesN {
		var sql strings.Builder
		fmt.Fprintf(&sql, "CREATE TABLE wide_%03d_things (id bigserial PRIMARY KEY, other_id bigint REFERENCES table_000s ON DELETE CASCADE, UNIQUE (other_id)", i)
		for j := range columnsN {
			kind := columnTypes[(i+j)%len(columnTypes)]
			if kind == "evolved" {
				kind = "real"
			}
			fmt.Fprintf(&sql, ", column_%d %s", j, kind)
		}
		run(t, db, sql.String()+")")
	}
	count.n = 0
	d := read(t, db)
	assert.Equal(t, one, count.n)
	dir := t.TempDir()
	o := output(t, d, all, dir)
	assert.Empty(t, o.Warnings)
	files := load(t, dir, o.Path)
	assert.Len(t, files[0].Models, tablesN+1)
	assert.Len(t, files[0].Services, tablesN+1)
	assert.Equal(t, o.Text, output(t, d, all, dir).Text)
	formatted(t, o.Path)
}
