package crud

import (
	"context"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// readMaskPath is the path that violations of a read mask name.
const readMaskPath = "read_mask"

// readMask returns the columns to read for a mask, and those of them that are read
// for other reasons: the key, which finds the row again, and what order says. Both
// are nil for all fields (AIP-157).
func (t *Table[M, K]) readMask(paths []string, order func(*Column[M]) bool) (selected, hidden columnSet, violations []Violation) {
	if len(paths) == 0 || len(paths) == 1 && paths[0] == "*" {
		return nil, nil, nil
	}
	asked, violations := t.namedColumns(paths, readMaskPath)
	if len(violations) > 0 {
		return nil, nil, violations
	}
	selected, hidden = slices.Clone(asked), make(columnSet, len(t.columns))
	whole := t.etag >= 0 && t.revision < 0 && asked[t.etag] == 1 // the etag is of all values
	for i := range t.columns {
		c := &t.columns[i]
		if asked[i] == 0 && (whole || c.PrimaryKey || order != nil && order(c)) {
			selected[i], hidden[i] = 1, 1
		}
	}
	return selected, hidden, nil
}

// asked returns the columns that a call of Get reads and hides, see readMask.
func (r *Repository[M, K]) asked(s *getSettings) (selected, hidden columnSet, err error) {
	selected, hidden, violations := r.table.readMask(s.fields, nil)
	violations = append(violations, checkView(s.view)...)
	if len(violations) > 0 {
		return nil, nil, invalid(r.domain, violations...)
	}
	return selected, hidden, nil
}

// readFields gets the fields of a row that a read mask names.
func (r *Repository[M, K]) readFields(ctx context.Context, key K, s *getSettings) (m M, err error) {
	selected, hidden, err := r.asked(s)
	if err != nil {
		return m, err
	}
	args, ok := r.table.keyArgs(key, r.dialect)
	if !ok {
		return m, r.notFound(key)
	}
	m, found, err := r.queryOne(ctx, r.db, r.narrowed(r.get, "", selected), "", args, selected)
	switch {
	case err != nil:
		return m, err
	case !found:
		return m, r.notFound(key)
	}
	r.table.hide(hidden, m)
	return m, nil
}

// narrowed returns a static SELECT by a field, by the key if it is empty, with only
// some of its columns.
func (r *Repository[M, K]) narrowed(sql, field string, selected columnSet) string {
	if selected == nil {
		return sql
	}
	text, _ := r.gets.get(append(selected[:len(selected):len(selected)], field...), func() (string, error) {
		return strings.Replace(sql, r.table.sql.Columns, " "+r.table.selection(selected, r.column), 1), nil
	})
	return text
}

// setReadMask takes the fields that the query asks for.
func (l *listing[M, K]) setReadMask(found *findings, paths []string) {
	var violations []Violation
	l.selected, l.hidden, violations = l.table.readMask(paths, l.ordersBy)
	found.add(violations...)
}

// hide clears what was read and not asked for.
func (t *Table[M, K]) hide(hidden columnSet, items ...M) {
	for i := range hidden {
		if hidden[i] == 1 {
			for _, m := range items {
				t.columns[i].codec.clear(m)
			}
		}
	}
}

// selection is the list after SELECT.
func (t *Table[M, K]) selection(selected columnSet, column func(name string) string) string {
	if selected == nil {
		return strings.TrimSpace(t.sql.Columns)
	}
	return strings.Join(t.columnNames(selected, column), ", ")
}

// columnNames are the SQL columns of a set, of all if it is nil.
func (t *Table[M, K]) columnNames(selected columnSet, write func(name string) string) []string {
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
func (t *Table[M, K]) widthOf(selected columnSet) int {
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
