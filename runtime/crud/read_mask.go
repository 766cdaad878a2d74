package crud

import (
	"context"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
	"google.golang.org/protobuf/proto"
)

// readMaskPath is the path that violations of a read mask name.
const readMaskPath = "read_mask"

// A reading is what a call reads of its rows: everything, if it is empty.
type reading struct {
	// selected are the columns to read, and hidden are those of them that the caller did
	// not ask for: the key, which finds the row again, and what orders a list.
	selected, hidden columnSet
	// parts are what is kept of columns that are read as a whole.
	parts []part
	// related are the relations that are read too.
	related []relatedReading
}

// readMask returns what to read for a mask (AIP-157). order says which columns order
// the rows.
func (t *table) readMask(paths []string, order func(*column) bool) (reading, []Violation) {
	switch {
	case len(paths) == 0:
		return reading{}, nil
	case len(paths) == 1 && paths[0] == "*":
		return reading{related: t.allRelated()}, nil
	}
	asked, violations := t.named(paths, readMaskPath)
	related, wrong := t.relatedReadings(asked.related, readMaskPath)
	if violations = append(violations, wrong...); len(violations) > 0 {
		return reading{}, violations
	}
	of := reading{slices.Clone(asked.set), make(columnSet, len(t.columns)), asked.parts, related}
	for _, p := range asked.parts {
		of.selected[p.column] = 1
	}
	t.selectJoined(&of)
	whole := t.etag >= 0 && t.revision < 0 && asked.set[t.etag] == 1 // the etag is of all values
	for i := range t.columns {
		c := &t.columns[i]
		if of.selected[i] == 0 && (whole || c.PrimaryKey || order != nil && order(c)) {
			of.selected[i], of.hidden[i] = 1, 1
		}
	}
	return of, nil
}

// readingOf returns what a call of Get reads.
func (r *repository) readingOf(s *getSettings) (reading, error) {
	of, violations := r.table.readMask(s.fields, nil)
	violations = append(violations, checkView(s.view)...)
	if len(violations) > 0 {
		return of, invalid(r.domain, violations...)
	}
	return r.table.viewed(of, s.fields, s.view), nil
}

// readFields gets the fields of a row that a read mask names.
func (r *repository) readFields(ctx context.Context, key any, s *getSettings) (m proto.Message, err error) {
	of, err := r.readingOf(s)
	if err != nil {
		return m, err
	}
	args, ok := r.table.keyArgs(key, r.dialect)
	if !ok {
		return m, r.notFound(key)
	}
	m, err = r.readOne(ctx, r.narrowed(r.get, "", of.selected), args, of, func() *Error { return r.notFound(key) })
	return r.orDefaults(ctx, key, of, m, err)
}

// readOne runs a static SELECT of at most one row and shows what was asked for.
func (r *repository) readOne(ctx context.Context, sql string, args []any, of reading, missing func() *Error) (none proto.Message, err error) {
	m, found, err := r.queryOne(ctx, r.db, sql, "", args, of.selected)
	switch {
	case err != nil:
		return none, err
	case !found:
		return none, missing()
	}
	if err := r.loadRelated(ctx, r.db, of.related, m); err != nil {
		return none, err
	}
	r.table.hide(of, m)
	return m, nil
}

// narrowed returns a static SELECT by a field, by the key if it is empty, with only
// some of its columns.
func (r *repository) narrowed(sql, field string, selected columnSet) string {
	if selected == nil {
		return sql
	}
	text, _ := r.gets.get(append(selected[:len(selected):len(selected)], field...), func() (string, error) {
		return strings.Replace(sql, r.table.sql.Columns, " "+r.table.selection(selected, r.column), 1), nil
	})
	return text
}

// setReadMask takes the fields that the query asks for.
func (l *listing) setReadMask(found *findings, paths []string) {
	var violations []Violation
	l.reading, violations = l.table.readMask(paths, l.ordersBy)
	found.add(violations...)
	l.reading = l.table.viewed(l.reading, paths, l.query.View)
}

// hide clears what was read and not asked for.
func (t *table) hide(of reading, items ...proto.Message) {
	for i := range of.hidden {
		if of.hidden[i] == 1 {
			for _, m := range items {
				t.columns[i].codec.clear(m)
			}
		}
	}
	if len(of.parts) > 0 {
		for _, m := range items {
			t.keep(m, of.parts)
		}
	}
}

// keep leaves of the columns that parts are of nothing but the parts.
func (t *table) keep(m proto.Message, parts []part) {
	kept := t.New()
	for _, p := range parts {
		if hasSteps(m.ProtoReflect(), p.steps) {
			merge(kept.ProtoReflect(), m.ProtoReflect(), p)
		}
	}
	done := make(columnSet, len(t.columns))
	for _, p := range parts {
		if done[p.column] == 0 {
			t.columns[p.column].codec.copy(m, kept)
			done[p.column] = 1
		}
	}
}

// selection is the list after SELECT.
func (t *table) selection(selected columnSet, column func(name string) string) string {
	if selected == nil {
		return strings.TrimSpace(t.sql.Columns)
	}
	return strings.Join(t.readColumns(selected, column), ", ")
}

// readColumns write how the SQL columns of a set are read, of all if it is nil.
func (t *table) readColumns(selected columnSet, column func(name string) string) []string {
	var read []string
	for i := range t.columns {
		if selected == nil || selected[i] == 1 {
			for j, n := range t.columns[i].Names {
				read = append(read, t.columns[i].at(j).asText(column(n), n))
			}
		}
	}
	return read
}

// casts reports whether a column of a set is read as text.
func (t *table) casts(selected columnSet) bool {
	for i := range t.columns {
		if (selected == nil || selected[i] == 1) && slices.ContainsFunc(t.columns[i].flat(), func(c ColumnInfo) bool { return c.cast() }) {
			return true
		}
	}
	return false
}

// columnNames are the SQL columns of a set, of all if it is nil.
func (t *table) columnNames(selected columnSet, write func(name string) string) []string {
	var names []string
	for i := range t.columns {
		if selected == nil || selected[i] == 1 {
			for _, n := range t.columns[i].Names {
				names = append(names, write(n))
			}
		}
	}
	return names
}

// widthOf is the number of SQL columns of a set, of all if it is nil.
func (t *table) widthOf(selected columnSet) int {
	if selected == nil {
		return t.width
	}
	width := 0
	for i, in := range selected {
		if in == 1 {
			width += len(t.columns[i].Names)
		}
	}
	return width
}

// columnNames writes names.
func columnNames(names []string, write func(name string) string) []string {
	written := make([]string, len(names))
	for i, n := range names {
		written[i] = write(n)
	}
	return written
}

func quoted(name string) string { return sqlname.Quote(name) }
