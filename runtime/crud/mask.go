package crud

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
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

// A target is what a mask names: whole columns, and parts of others.
type target struct {
	set   columnSet
	parts []part
	// related are relations, and what is named below them.
	related []relatedPaths
}

// resolve returns what a mask names of the columns that an Update can write (AIP-134,
// AIP-161). Paths that name nothing are violations.
func (t *table) resolve(m proto.Message, mask *fieldmaskpb.FieldMask) (target, []Violation) {
	paths := mask.GetPaths()
	switch {
	case len(paths) == 0:
		return t.implied(m), nil
	case len(paths) == 1 && paths[0] == "*":
		set := make(columnSet, len(t.columns))
		t.markAll(set, func(*column) bool { return true })
		return target{set: set, related: t.populated(m)}, nil
	}
	named, violations := t.named(paths, maskPath)
	for i := range named.set {
		if !writable(&t.columns[i].ColumnInfo) {
			named.set[i] = 0
		}
	}
	return named, append(violations, t.writableRelations(&named)...)
}

// named returns what a mask's paths name. Those that name nothing are violations of the
// request's field.
func (t *table) named(paths []string, field string) (target, []Violation) {
	named := target{set: make(columnSet, len(t.columns))}
	if len(paths) > maxMaskPaths {
		return named, []Violation{badMask(field, fmt.Sprintf("has %d paths, more than %d", len(paths), maxMaskPaths))}
	}
	var violations []Violation
	for _, path := range paths {
		if problem := t.add(&named, path); problem != "" {
			violations = append(violations, badMask(field, problem))
		}
	}
	named.parts = slices.DeleteFunc(named.parts, func(p part) bool { return named.set[p.column] == 1 })
	named.parts = outermost(named.parts)
	return named, violations
}

// add adds what a path names: a column, the columns of a message, or a part of one.
// problem says why it names nothing.
func (t *table) add(named *target, path string) (problem string) {
	found := false
	for i := range t.columns {
		field := t.columns[i].Field
		if field == path || strings.HasPrefix(field, path) && field[len(path)] == '.' {
			named.set[i], found = 1, true
		}
	}
	if found {
		return ""
	}
	if at, below := t.relationAt(path); at >= 0 {
		named.addRelated(at, below)
		return ""
	}
	p, problem := t.partAt(path)
	if problem == "" {
		named.parts = append(named.parts, p)
	}
	return problem
}

func (t *table) markAll(set columnSet, in func(*column) bool) {
	for i := range t.columns {
		if c := &t.columns[i]; writable(&c.ColumnInfo) && in(c) {
			set[i] = 1
		}
	}
}

// writable reports whether an Update can write the column: it is not of the key,
// which finds the row, nor a time or a count that the server keeps.
func writable(c *ColumnInfo) bool {
	return !c.PrimaryKey && c.Time == NotServerTime && !c.Revision && (len(c.Names) > 0 || c.Expires != "")
}

// partAt returns the part of a column that a path names; problem says why there is none.
func (t *table) partAt(path string) (p part, problem string) {
	if path == "*" {
		return p, "* must be the only path"
	}
	segments, problem := splitPath(path)
	if problem != "" {
		return p, fmt.Sprintf("path %s %s", shown(path), problem)
	}
	i := slices.IndexFunc(t.columns, func(c column) bool { return c.Field == segments[0] })
	if i < 0 || len(segments) == 1 {
		return p, t.unknownPath(path)
	}
	fd := t.columns[i].codec.below()
	if fd == nil {
		return p, t.tooDeep(path, &t.columns[i])
	}
	steps, problem := stepsOf(fd, segments)
	if problem != "" {
		return p, fmt.Sprintf("path %s %s", shown(path), problem)
	}
	return part{column: i, text: path, steps: steps}, ""
}

// tooDeep says that a path goes below a column that has nothing below.
func (t *table) tooDeep(path string, c *column) string {
	if c.Repeated {
		return fmt.Sprintf("path %s goes into %s, which is repeated", shown(path), c.Field)
	}
	return fmt.Sprintf("path %s goes into %s, which is written as a whole", shown(path), c.Field)
}

func (t *table) unknownPath(path string) string {
	names := make([]string, len(t.columns))
	for i := range t.columns {
		names[i] = t.columns[i].Field
	}
	for i := range t.relations {
		names = append(names, t.relations[i].Field)
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

// paths returns what a target names as a mask.
func (t *table) paths(named target) *fieldmaskpb.FieldMask {
	mask := &fieldmaskpb.FieldMask{}
	for i, in := range named.set {
		if in == 1 {
			mask.Paths = append(mask.Paths, t.columns[i].Field)
		}
	}
	for _, p := range named.parts {
		if !p.atLeast {
			mask.Paths = append(mask.Paths, p.text)
		}
	}
	for _, r := range named.related {
		mask.Paths = append(mask.Paths, t.relations[r.at].Field)
	}
	return mask
}

// clone returns a copy of a message's columns and relations.
func (t *table) clone(m proto.Message) proto.Message {
	out := t.pick(m, func(*column) bool { return true })
	t.copyRelated(out, m, func(r *relation) { r.copy(out, m) })
	return out
}

// pick returns a new message with those columns of m that in takes.
func (t *table) pick(m proto.Message, in func(*column) bool) proto.Message {
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
func (t *table) check(m proto.Message, set columnSet, d Dialect) []Violation {
	var violations []Violation
	for i := range t.columns {
		if set != nil && set[i] == 0 {
			continue
		}
		c := &t.columns[i]
		if path, problem := c.problem(m, d); problem != "" {
			violations = append(violations, invalidField(path, problem))
		}
	}
	return violations
}
