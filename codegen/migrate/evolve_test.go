package migrate_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate"
)

// How many models evolve, and how often each does.
const (
	evolutions = 20
	steps      = 10
)

// A model with rows lives through random changes. After each, CheckTables has nothing to
// say, there is nothing left to plan, the rows are those that were there, and the tables
// are those that CreateTables would have made.
func TestEvolution(t *testing.T) {
	t.Parallel()
	for seed := range uint64(evolutions) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			evolve(t, rand.New(rand.NewPCG(seed, 4)))
		})
	}
}

func evolve(t *testing.T, r *rand.Rand) {
	db, shape := newDatabase(t), newShape()
	db.create(tablesOf(t, shape.proto()))
	shape.insert(db, r)
	for step := range steps {
		before, rows, dumped := shape.clone(), shape.rows(db), dump(db)
		var did []string
		for range 1 + r.IntN(3) {
			did = append(did, shape.change(r))
		}
		text := strings.Join(did, ", ") + "\n" + shape.proto()
		tables := tablesOf(t, shape.proto())
		plan, err := db.plan(tables, true)
		require.NoError(t, err, text)
		up, down := halves(plan)
		db.apply(up)
		if step%4 == 0 && reversible(plan) {
			db.apply(down)
			require.Equal(t, dumped, dump(db), "%s\n%s", text, shown(down))
			db.apply(up)
		}

		db.check(tables)
		again, err := db.plan(tables, true)
		require.NoError(t, err)
		require.Empty(t, again.Steps, "%s\n%s", text, shown(up))
		require.Empty(t, again.Kept, text)
		shape.survived(t, before, rows, shape.rows(db), text+shown(up))
		shape.same(t, db)
		shape.insert(db, r)
		shape.forget()
	}
	shape.sameForPgDump(t, db)
}

// reversible reports whether the way down brings everything back.
func reversible(plan *migrate.Plan) bool {
	return !slices.ContainsFunc(plan.Steps, func(s migrate.Step) bool {
		return len(s.DownNotes) > 0 || s.Phase == migrate.Dropping || s.Phase == migrate.Retyping
	})
}

func shown(files []migrate.File) string {
	var b strings.Builder
	for _, f := range files {
		b.WriteString("== " + f.Name + "\n" + f.Content)
	}
	return b.String()
}

// A shape is the model that evolves.
type shape struct {
	table, was string
	fields     []field
	serial     int // of names and values
}

// A field is one of its fields. was is set until a migration has run.
type field struct {
	id                       int // the same through all changes
	name, was, kind          string
	optional, unique, filled bool // filled says that rows have the same value
	index                    string
	maxLength                bool
	value                    string // the default
	refers                   bool
	// retyped says that the values have changed in the last step.
	retyped bool
}

func newShape() *shape {
	return &shape{table: "books", fields: []field{
		{id: 1, name: "title", kind: "string", index: "btree"},
		{id: 2, name: "pages", kind: "int32"},
		{id: 3, name: "author_id", kind: "int64", optional: true, refers: true},
	}, serial: 3}
}

func (s *shape) clone() *shape {
	c := *s
	c.fields = slices.Clone(s.fields)
	return &c
}

func (s *shape) forget() {
	s.was = ""
	for i := range s.fields {
		s.fields[i].was, s.fields[i].retyped = "", false
	}
}

// proto returns the model as a proto has it.
func (s *shape) proto() string {
	var indexes, fields []string
	for _, f := range s.fields {
		fields = append(fields, f.proto())
		if f.index != "" {
			indexes = append(indexes, indexForms[f.index](f.name))
		}
	}
	was := ""
	if s.was != "" {
		was = fmt.Sprintf("was: [%q]", s.was)
	}
	return fmt.Sprintf(`
enum Genre { GENRE_UNSPECIFIED = 0; GENRE_POETRY = 1; GENRE_PROSE = 2; }
// Who writes.
message Author { option (protocrud.v1.model) = {}; int64 id = 1; }
message Book {
  option (protocrud.v1.model) = {table: %q %s indexes: [%s]};
  int64 id = 1;
%s}
`, s.table, was, strings.Join(indexes, ", "), strings.Join(fields, ""))
}

var indexForms = map[string]func(name string) string{
	"btree":      func(n string) string { return fmt.Sprintf(`{fields: [%q]}`, n) },
	"hash":       func(n string) string { return fmt.Sprintf(`{fields: [%q] method: "hash"}`, n) },
	"brin":       func(n string) string { return fmt.Sprintf(`{fields: [%q] method: "brin"}`, n) },
	"gin":        func(n string) string { return fmt.Sprintf(`{fields: [%q] method: "gin"}`, n) },
	"partial":    func(n string) string { return fmt.Sprintf(`{fields: [%q] where: "%s IS NOT NULL"}`, n, n) },
	"expression": func(n string) string { return fmt.Sprintf(`{expressions: ["coalesce(%s)"]}`, n) },
}

func (f field) proto() string {
	var opts []string
	add := func(stated bool, format string, args ...any) {
		if stated {
			opts = append(opts, fmt.Sprintf(format, args...))
		}
	}
	kind, label := f.kind, ""
	switch {
	case f.optional:
		label = "optional "
	case f.kind == "repeated":
		kind, label = "string", "repeated "
	}
	if name, ok := strings.CutPrefix(f.kind, "genre "); ok {
		kind = "Genre"
		add(true, "enum_as: %s", name)
	}
	add(f.was != "", "was: [%q]", f.was)
	add(f.unique, "unique: true")
	add(f.maxLength, "max_length: 400")
	add(f.value != "", "default: %q", f.value)
	add(f.refers, `references: {model: "shop.v1.Author", on_delete: SET_NULL}`)
	return fmt.Sprintf("  %s%s %s = %d [(protocrud.v1.field) = {%s}];\n", label, kind, f.name, f.id+10, strings.Join(opts, " "))
}

// kinds are the kinds of new fields, and what each can become without a value that does
// not fit.
var becomes = map[string][]string{
	"int32":                     {"int64", "string", "double"},
	"int64":                     {"string", "int32"},
	"bool":                      {"string", "int32"},
	"double":                    {"string"},
	"string":                    {"repeated"},
	"repeated":                  {},
	"genre NUMBER":              {},
	"genre NAME":                {"genre POSTGRES"},
	"genre POSTGRES":            {"genre NAME"},
	"bytes":                     {},
	"google.protobuf.Timestamp": {},
	"google.protobuf.Struct":    {},
}

func (s *shape) next() int { s.serial++; return s.serial }

// change changes the model in one random way, and says how.
func (s *shape) change(r *rand.Rand) string {
	for {
		f := &s.fields[r.IntN(len(s.fields))]
		switch op := r.IntN(10); op {
		case 0:
			return s.addField(r)
		case 1:
			if len(s.fields) > 2 {
				name := f.name
				s.fields = slices.DeleteFunc(s.fields, func(g field) bool { return g.id == f.id })
				return "drop " + name
			}
		case 2:
			if f.was == "" {
				f.was, f.name = f.name, fmt.Sprintf("renamed_%d", s.next())
				return "rename " + f.was + " to " + f.name
			}
		case 3:
			if s.was == "" {
				s.was, s.table = s.table, fmt.Sprintf("tomes_%d", s.next())
				return "rename the table"
			}
		case 4:
			if to := becomes[f.kind]; len(to) > 0 && !f.retyped && !f.refers {
				return f.retype(to[r.IntN(len(to))])
			}
		case 5:
			if !strings.Contains(f.kind, ".") && f.kind != "repeated" && !f.refers && (!f.optional || !f.unique) {
				f.optional, f.filled = !f.optional, true
				return fmt.Sprintf("%s: optional is %v", f.name, f.optional)
			}
		case 6:
			if !f.filled && slices.Contains([]string{"int32", "int64", "string"}, f.kind) {
				f.unique = !f.unique
				return fmt.Sprintf("%s: unique is %v", f.name, f.unique)
			}
		case 7:
			return f.reindex(r)
		case 8:
			if f.kind == "string" {
				f.maxLength = !f.maxLength
				return fmt.Sprintf("%s: max_length is %v", f.name, f.maxLength)
			}
		case 9:
			if f.kind == "string" && !f.optional {
				f.value = map[string]string{"": "'none'", "'none'": ""}[f.value]
				return fmt.Sprintf("%s: default is %q", f.name, f.value)
			}
		}
	}
}

func (s *shape) addField(r *rand.Rand) string {
	kinds := slices.Sorted(maps.Keys(becomes))
	f := field{id: s.next(), kind: kinds[r.IntN(len(kinds))]}
	f.name = fmt.Sprintf("field_%d", f.id)
	f.optional = !strings.Contains(f.kind, ".") && f.kind != "repeated" && r.IntN(2) == 0
	f.filled = !f.optional
	f.reindex(r)
	s.fields = append(s.fields, f)
	return "add " + f.proto()
}

func (f *field) retype(to string) string {
	from := f.kind
	f.kind, f.retyped, f.unique, f.maxLength, f.value = to, true, false, false, ""
	if to == "repeated" {
		f.optional = false
	}
	if f.index != "" && f.index != "btree" {
		f.index = ""
	}
	f.filled = true
	return fmt.Sprintf("%s: %s becomes %s", f.name, from, to)
}

func (f *field) reindex(r *rand.Rand) string {
	forms := []string{"", "btree", "hash", "brin", "partial", "expression"}
	switch {
	case f.kind == "repeated" || f.kind == "google.protobuf.Struct":
		forms = []string{"", "gin", "partial"}
	case f.kind == "bool" || strings.HasPrefix(f.kind, "genre"):
		forms = []string{"", "btree", "hash", "partial"}
	}
	f.index = forms[r.IntN(len(forms))]
	return fmt.Sprintf("%s: index %q", f.name, f.index)
}

// insert inserts rows, whose values are unlike each other where the kind has enough.
func (s *shape) insert(db database, r *rand.Rand) {
	for range 3 {
		var names, values []string
		for _, f := range s.fields {
			names, values = append(names, f.name), append(values, s.value(f, r))
		}
		db.exec(fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", s.table, strings.Join(names, ", "), strings.Join(values, ", ")))
	}
}

func (s *shape) value(f field, r *rand.Rand) string {
	if f.optional && r.IntN(3) == 0 || f.refers {
		return "NULL"
	}
	n := s.next()
	switch f.kind {
	case "bool":
		return fmt.Sprint(n%2 == 0)
	case "string":
		return fmt.Sprintf("'v%d'", n)
	case "repeated":
		return fmt.Sprintf("ARRAY['v%d', '']", n)
	case "genre NUMBER":
		return fmt.Sprint(n % 3)
	case "genre NAME", "genre POSTGRES":
		return []string{"'GENRE_POETRY'", "'GENRE_PROSE'"}[n%2]
	case "bytes":
		return fmt.Sprintf(`'\x%04x'`, n)
	case "google.protobuf.Timestamp":
		return fmt.Sprintf("to_timestamp(%d)", n)
	case "google.protobuf.Struct":
		return fmt.Sprintf(`'{"n": %d}'`, n)
	}
	return fmt.Sprint(n)
}

// rows returns the rows as text, by their ids and the fields' ids.
func (s *shape) rows(db database) map[int64]map[int]*string {
	db.Helper()
	columns := []string{"id"}
	for _, f := range s.fields {
		columns = append(columns, f.name+"::text")
	}
	rows, err := db.pool.Query(db.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+s.table, pgx.QueryExecModeSimpleProtocol)
	require.NoError(db, err)
	defer rows.Close()
	all := map[int64]map[int]*string{}
	for rows.Next() {
		var id int64
		values := make([]*string, len(s.fields))
		into := []any{&id}
		for i := range values {
			into = append(into, &values[i])
		}
		require.NoError(db, rows.Scan(into...))
		all[id] = map[int]*string{}
		for i, f := range s.fields {
			all[id][f.id] = values[i]
		}
	}
	require.NoError(db, rows.Err())
	return all
}

// survived compares the rows of before with those of after: all are there, with the
// values of the fields that are there still and keep their type. NULL may have become
// what an unset field is.
func (s *shape) survived(t *testing.T, before *shape, old, now map[int64]map[int]*string, text string) {
	t.Helper()
	require.Len(t, now, len(old), text)
	for id, row := range old {
		require.Contains(t, now, id, text)
		for _, f := range before.fields {
			i := slices.IndexFunc(s.fields, func(g field) bool { return g.id == f.id })
			if i < 0 || s.fields[i].retyped || row[f.id] == nil {
				continue
			}
			require.NotNil(t, now[id][f.id], "%s of %d\n%s", f.name, id, text)
			assert.Equal(t, *row[f.id], *now[id][f.id], "%s of %d\n%s", f.name, id, text)
		}
	}
}

// same compares the tables with those that CreateTables makes.
func (s *shape) same(t *testing.T, db database) {
	t.Helper()
	other := newDatabase(t)
	fresh := s.clone()
	fresh.forget()
	tables := tablesOf(t, fresh.proto())
	other.create(tables)
	assert.Equal(t, dump(other), dump(db))
}
