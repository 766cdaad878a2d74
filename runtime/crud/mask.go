package crud

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/nearest"
)

// maxMaskPaths bounds what a mask may cost before it is refused.
const maxMaskPaths = 1000

// A columnSet marks columns of a table by their places: 1 is in, 0 is out. As a
// string it is the key of a statement's text.
type columnSet []byte

func (s columnSet) empty() bool { return !slices.Contains(s, 1) }

// maskPath is the path that violations of a mask name.
const maskPath = "update_mask"

// resolve returns the columns that a mask names (AIP-134, AIP-161). Those that
// refuse, with a reason, are violations.
func (t *Table[M, K]) resolve(m M, mask *fieldmaskpb.FieldMask) (columnSet, []Violation) {
	paths := mask.GetPaths()
	set := make(columnSet, len(t.columns))
	switch {
	case len(paths) == 0:
		t.markAll(set, func(c *Column[M]) bool { return c.codec.has(m) })
		return set, nil
	case len(paths) == 1 && paths[0] == "*":
		t.markAll(set, func(*Column[M]) bool { return true })
		return set, nil
	}
	set, violations := t.namedColumns(paths, maskPath)
	for i := range set {
		if !writable(&t.columns[i].ColumnInfo) {
			set[i] = 0
		}
	}
	return set, violations
}

// namedColumns returns the columns of a mask's paths. Those that name none are
// violations of the request's field.
func (t *Table[M, K]) namedColumns(paths []string, field string) (columnSet, []Violation) {
	set := make(columnSet, len(t.columns))
	if len(paths) > maxMaskPaths {
		return set, []Violation{badMask(field, fmt.Sprintf("has %d paths, more than %d", len(paths), maxMaskPaths))}
	}
	var violations []Violation
	for _, path := range paths {
		i := slices.IndexFunc(t.columns, func(c Column[M]) bool { return c.Field == path })
		if i < 0 {
			violations = append(violations, badMask(field, t.whyNot(path)))
			continue
		}
		set[i] = 1
	}
	return set, violations
}

func (t *Table[M, K]) markAll(set columnSet, in func(*Column[M]) bool) {
	for i := range t.columns {
		if c := &t.columns[i]; writable(&c.ColumnInfo) && in(c) {
			set[i] = 1
		}
	}
}

// writable reports whether an Update can write the column: it is not of the key,
// which finds the row, nor a time or a count that the server keeps.
func writable(c *ColumnInfo) bool {
	return !c.PrimaryKey && c.Time == NotServerTime && !c.Revision && len(c.Names) > 0
}

// whyNot says why a path names no column.
func (t *Table[M, K]) whyNot(path string) string {
	if path == "*" {
		return "* must be the only path"
	}
	field, _, deeper := strings.Cut(path, ".")
	if c, ok := t.column(field); ok && deeper {
		if c.Repeated {
			return fmt.Sprintf("path %s goes into %s, which is repeated", shown(path), field)
		}
		return fmt.Sprintf("path %s goes into %s, which is written as a whole", shown(path), field)
	}
	names := make([]string, len(t.columns))
	for i := range t.columns {
		names[i] = t.columns[i].Field
	}
	if name := nearest.Of(path, names); name != "" {
		return fmt.Sprintf("path %s names no field; did you mean %q?", shown(path), name)
	}
	return fmt.Sprintf("path %s names no field", shown(path))
}

// maxShownPath is how much of a wrong path is said back: a status travels in a header.
const maxShownPath = 100

func shown(path string) string {
	if len(path) > maxShownPath {
		return fmt.Sprintf("%q…", path[:maxShownPath])
	}
	return strconv.Quote(path)
}

func badMask(field, description string) Violation {
	return Violation{Field: field, Description: description, Reason: ReasonInvalidFieldMask}
}

// paths returns the fields of a set as a mask.
func (t *Table[M, K]) paths(set columnSet) *fieldmaskpb.FieldMask {
	mask := &fieldmaskpb.FieldMask{}
	for i, in := range set {
		if in == 1 {
			mask.Paths = append(mask.Paths, t.columns[i].Field)
		}
	}
	return mask
}

// clone returns a copy of a message's columns.
func (t *Table[M, K]) clone(m M) M {
	return t.pick(m, func(*Column[M]) bool { return true })
}

// pick returns a new message with those columns of m that in takes.
func (t *Table[M, K]) pick(m M, in func(*Column[M]) bool) M {
	out := t.New()
	for i := range t.columns {
		if c := &t.columns[i]; in(c) {
			c.codec.copy(out, m)
		}
	}
	return out
}

// check returns what is wrong with the values of a set of columns, all of them if
// the set is nil.
func (t *Table[M, K]) check(m M, set columnSet, d Dialect) []Violation {
	var violations []Violation
	for i := range t.columns {
		if set != nil && set[i] == 0 {
			continue
		}
		c := &t.columns[i]
		if problem := c.codec.check(m, &c.ColumnInfo, d); problem != "" {
			violations = append(violations, invalidField(c.Field, problem))
		}
	}
	return violations
}
