package crud

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// embeddedSuffix ends the name of the column that tells an unset message from one whose
// fields are all unset.
const embeddedSuffix = "_is_set"

// Embedded is a message field that is kept in columns of its own fields, which are inner:
// those of the message's type, with their names behind the field's: address_city. Before
// them is a boolean column, address_is_set. Where the message is unset, that is false and
// the others are NULL.
//
// It is written as a whole. A mask that goes into the message, address.city, makes Update
// read the row, lock it and write what the message becomes.
func Embedded[M any, E interface {
	*T
	comparable
}, T any](field string, get func(M) E, set func(M, E), inner []Column[E], opts ...ColumnOption) Column[M] {
	c := newColumn(ColumnInfo{Field: field, Kind: KindEmbedded, Presence: true, Unorderable: true},
		codec[M](&embeddedCodec[M, E]{get: get, set: set, fresh: func() E { return new(T) }, inner: inner, field: fieldOf[M](field)}), opts)
	prefix := c.Names[0]
	present := ColumnInfo{Field: field, Names: []string{prefix + embeddedSuffix}, Kind: KindBool, NotNull: true, Embedded: field}
	c.Names, c.parts = present.Names, []ColumnInfo{present}
	for i := range inner {
		for _, part := range inner[i].flat() {
			c.parts = append(c.parts, part.within(field, prefix))
			c.Names = append(c.Names, prefix+"_"+part.Names[0])
		}
		c.leaves = append(c.leaves, leavesOf(get, &inner[i], field, prefix)...)
	}
	for i := range c.leaves {
		c.leaves[i].present = append([]string{present.Names[0]}, c.leaves[i].present...)
	}
	return c
}

// flat are the SQL columns of a column as columns of their own. Only the column of a
// resource name has several otherwise, and is one.
func (c *ColumnInfo) flat() []ColumnInfo {
	if c.parts != nil {
		return c.parts
	}
	return []ColumnInfo{*c}
}

// at is the SQL column at a place of the column.
func (c *ColumnInfo) at(i int) *ColumnInfo {
	if c.parts != nil {
		return &c.parts[i]
	}
	return c
}

// within is a column of a message as one of the message that it is embedded in. It is NULL
// where the message is unset.
func (c ColumnInfo) within(field, prefix string) ColumnInfo {
	c.Field = field + "." + c.Field
	names := make([]string, len(c.Names))
	for i, n := range c.Names {
		names[i] = prefix + "_" + n
	}
	c.Names, c.Embedded, c.NotNull = names, field, false
	if c.Oneof != "" {
		c.Oneof = prefix + "_" + c.Oneof
	}
	return c
}

// leavesOf are the columns of an inner column that filters and orders can name.
func leavesOf[M any, E comparable](get func(M) E, inner *Column[E], field, prefix string) []Column[M] {
	lift := func(leaf *Column[E]) Column[M] {
		return Column[M]{
			ColumnInfo: leaf.within(field, prefix),
			codec:      &leafCodec[M, E]{inner: leaf.codec, get: get},
			present:    columnNames(leaf.present, func(n string) string { return prefix + "_" + n }),
		}
	}
	all := []Column[M]{lift(inner)}
	for i := range inner.leaves {
		all = append(all, lift(&inner.leaves[i]))
	}
	return all
}

// embeddedCodec spreads a message over columns.
type embeddedCodec[M any, E comparable] struct {
	get   func(M) E
	set   func(M, E)
	fresh func() E
	inner []Column[E]
	field func() protoreflect.FieldDescriptor
}

func (c *embeddedCodec[M, E]) appendArgs(args []any, m M, d Dialect) []any {
	e := c.get(m)
	set := c.has(m)
	args = append(args, boolKind.bind(set, d))
	for i := range c.inner {
		if set {
			args = c.inner[i].codec.appendArgs(args, e, d)
			continue
		}
		for range c.inner[i].Names {
			args = append(args, nil)
		}
	}
	return args
}

// reads is asked of each column by readsAt.
func (c *embeddedCodec[M, E]) reads(*pgconn.FieldDescription) bool { return false }

// readsAt is reads for the SQL column at a place.
func (c *embeddedCodec[M, E]) readsAt(i int, fd *pgconn.FieldDescription) bool {
	if i == 0 {
		return boolKind.reads(fd.DataTypeOID, fd.Format)
	}
	i--
	for j := range c.inner {
		if n := len(c.inner[j].Names); i >= n {
			i -= n
			continue
		}
		return readsAt(c.inner[j].codec, i, fd)
	}
	return false
}

// readsAt reports whether a codec decodes the SQL column at a place of its column.
func readsAt[M any](c codec[M], i int, fd *pgconn.FieldDescription) bool {
	if c, ok := c.(interface {
		readsAt(i int, fd *pgconn.FieldDescription) bool
	}); ok {
		return c.readsAt(i, fd)
	}
	return c.reads(fd)
}

func (c *embeddedCodec[M, E]) decode(m M, fds []pgconn.FieldDescription, raw [][]byte, mem *memory) error {
	set := false
	if raw[0] != nil {
		var err error
		if set, err = boolKind.decode(fds[0].DataTypeOID, raw[0], mem); err != nil {
			return err
		}
	}
	return c.each(m, set, func(inner *Column[E], e E, from, to int) (isNull bool, err error) {
		return raw[from] == nil, inner.codec.decode(e, fds[from:to], raw[from:to], mem)
	})
}

func (c *embeddedCodec[M, E]) scan(m M, values []any, d Dialect) error {
	return c.scanRow(m, nil, nil, values, d)
}

// scanRow is scan, with the wire values for columns of JSON, of which PostgreSQL's decoded
// values round numbers.
func (c *embeddedCodec[M, E]) scanRow(m M, fds []pgconn.FieldDescription, raw [][]byte, values []any, d Dialect) error {
	set := false
	if values[0] != nil {
		var err error
		if set, err = boolKind.scan(values[0], d); err != nil {
			return err
		}
	}
	return c.each(m, set, func(inner *Column[E], e E, from, to int) (isNull bool, err error) {
		if raw == nil {
			return values[from] == nil, inner.codec.scan(e, values[from:to], d)
		}
		return values[from] == nil, inner.scanRow(e, fds[from:to], raw[from:to], values[from:to], d)
	})
}

// scanRow sets a column's field from the values of [pgx.Rows.Values], or from the wire
// where these would round.
func (c *Column[M]) scanRow(m M, fds []pgconn.FieldDescription, raw [][]byte, values []any, d Dialect) error {
	if c.Kind == KindJSON && d == Postgres {
		return c.codec.decode(m, fds, raw, nil)
	}
	if inner, ok := c.codec.(interface {
		scanRow(M, []pgconn.FieldDescription, [][]byte, []any, Dialect) error
	}); ok {
		return inner.scanRow(m, fds, raw, values, d)
	}
	return c.codec.scan(m, values, d)
}

// each sets the message, and its fields from the SQL columns between two places.
func (c *embeddedCodec[M, E]) each(m M, set bool, read func(inner *Column[E], e E, from, to int) (isNull bool, err error)) error {
	if !set {
		c.clear(m)
		return nil
	}
	e := c.fresh()
	var arms map[string]bool
	at := 1
	for i := range c.inner {
		inner := &c.inner[i]
		end := at + len(inner.Names)
		isNull, err := read(inner, e, at, end)
		if err != nil {
			return fmt.Errorf("%s: %w", inner.Field, err)
		}
		if inner.Oneof != "" && !isNull {
			if arms[inner.Oneof] {
				return errTwoArms
			}
			if arms == nil {
				arms = map[string]bool{}
			}
			arms[inner.Oneof] = true
		}
		at = end
	}
	c.set(m, e)
	return nil
}

func (c *embeddedCodec[M, E]) has(m M) bool {
	var none E
	return c.get(m) != none
}

func (c *embeddedCodec[M, E]) clear(m M) {
	var none E
	c.set(m, none)
}

func (c *embeddedCodec[M, E]) copy(dst, src M) {
	if !c.has(src) {
		c.clear(dst)
		return
	}
	e := c.fresh()
	for i := range c.inner {
		c.inner[i].codec.copy(e, c.get(src))
	}
	c.set(dst, e)
}

func (c *embeddedCodec[M, E]) equal(a, b M) bool {
	if !c.has(a) || !c.has(b) {
		return c.has(a) == c.has(b)
	}
	for i := range c.inner {
		if !c.inner[i].codec.equal(c.get(a), c.get(b)) {
			return false
		}
	}
	return true
}

func (c *embeddedCodec[M, E]) check(m M, _ *ColumnInfo, d Dialect) string {
	path, text := c.problem(m, d)
	if text == "" {
		return ""
	}
	return path + " " + text
}

// problem returns what is wrong with a field of the message, and its path below it.
func (c *embeddedCodec[M, E]) problem(m M, d Dialect) (path, text string) {
	if !c.has(m) {
		return "", ""
	}
	for i := range c.inner {
		if path, text := c.inner[i].problem(c.get(m), d); text != "" {
			return path, text
		}
	}
	return "", ""
}

// The message is neither a key nor a cursor; its fields are, as columns of their own.
func (c *embeddedCodec[M, E]) bind(any, Dialect) (any, bool)       { return nil, false }
func (c *embeddedCodec[M, E]) bindAny(any, Dialect) (any, bool)    { return nil, false }
func (c *embeddedCodec[M, E]) cursor(M) any                        { return nil }
func (c *embeddedCodec[M, E]) enum() protoreflect.EnumDescriptor   { return nil }
func (c *embeddedCodec[M, E]) below() protoreflect.FieldDescriptor { return c.field() }

// leafCodec is a column of an embedded message, as filters and orders know it: nothing is
// read or written by it alone.
type leafCodec[M any, E comparable] struct {
	inner codec[E]
	get   func(M) E
}

// of returns the message, if it is set.
func (c *leafCodec[M, E]) of(m M) (e E, ok bool) {
	var none E
	e = c.get(m)
	return e, e != none
}

func (c *leafCodec[M, E]) appendArgs(args []any, m M, d Dialect) []any {
	if e, ok := c.of(m); ok {
		return c.inner.appendArgs(args, e, d)
	}
	return append(args, nil)
}

func (c *leafCodec[M, E]) reads(*pgconn.FieldDescription) bool { return false }

func (c *leafCodec[M, E]) decode(M, []pgconn.FieldDescription, [][]byte, *memory) error {
	return errLeaf
}

func (c *leafCodec[M, E]) scan(M, []any, Dialect) error { return errLeaf }

func (c *leafCodec[M, E]) has(m M) bool {
	e, ok := c.of(m)
	return ok && c.inner.has(e)
}

func (c *leafCodec[M, E]) clear(m M) {
	if e, ok := c.of(m); ok {
		c.inner.clear(e)
	}
}

func (c *leafCodec[M, E]) copy(dst, src M) {
	to, ok := c.of(dst)
	from, given := c.of(src)
	if ok && given {
		c.inner.copy(to, from)
	}
}

func (c *leafCodec[M, E]) equal(a, b M) bool {
	x, okX := c.of(a)
	y, okY := c.of(b)
	return okX == okY && (!okX || c.inner.equal(x, y))
}

func (c *leafCodec[M, E]) check(m M, info *ColumnInfo, d Dialect) string {
	e, ok := c.of(m)
	if !ok {
		return ""
	}
	return c.inner.check(e, info, d)
}

func (c *leafCodec[M, E]) bind(v any, d Dialect) (any, bool)     { return c.inner.bind(v, d) }
func (c *leafCodec[M, E]) bindAny(vs any, d Dialect) (any, bool) { return c.inner.bindAny(vs, d) }

func (c *leafCodec[M, E]) cursor(m M) any {
	e, ok := c.of(m)
	if !ok {
		return nil
	}
	return c.inner.cursor(e)
}

func (c *leafCodec[M, E]) enum() protoreflect.EnumDescriptor   { return c.inner.enum() }
func (c *leafCodec[M, E]) below() protoreflect.FieldDescriptor { return c.inner.below() }

var errLeaf = fmt.Errorf("crud: a column of a message is read with the message")
