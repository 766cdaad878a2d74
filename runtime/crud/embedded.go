package crud

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/protobuf/proto"
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
func Embedded[M proto.Message, E interface {
	*T
	proto.Message
	comparable
}, T any](field string, get func(M) E, set func(M, E), inner []Column[E], opts ...ColumnOption) Column[M] {
	message := func(m proto.Message) proto.Message {
		var none E
		if e := get(as[M](m)); e != none {
			return e
		}
		return nil
	}
	columns := columnsOf(inner)
	c := newColumn(ColumnInfo{Field: field, Kind: KindEmbedded, Presence: true, Unorderable: true},
		&embeddedCodec{
			get: message, set: func(m, e proto.Message) { set(as[M](m), as[E](e)) },
			fresh: func() proto.Message { return E(new(T)) }, inner: columns, field: fieldOf[M](field),
		}, opts)
	c.embed(columns, message)
	return Column[M]{c}
}

// embed adds to the column of a message what its inner columns are.
func (c *column) embed(inner []column, get func(proto.Message) proto.Message) {
	prefix := c.Names[0]
	present := ColumnInfo{Field: c.Field, Names: []string{prefix + embeddedSuffix}, Kind: KindBool, NotNull: true, Embedded: c.Field}
	c.Names, c.parts = present.Names, []ColumnInfo{present}
	for i := range inner {
		for _, part := range inner[i].flat() {
			c.parts = append(c.parts, part.within(c.Field, prefix))
			c.Names = append(c.Names, prefix+"_"+part.Names[0])
		}
		c.leaves = append(c.leaves, leavesOf(get, &inner[i], c.Field, prefix)...)
	}
	for i := range c.leaves {
		c.leaves[i].present = append([]string{present.Names[0]}, c.leaves[i].present...)
	}
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
func leavesOf(get func(proto.Message) proto.Message, inner *column, field, prefix string) []column {
	lift := func(leaf *column) column {
		return column{
			ColumnInfo: leaf.within(field, prefix),
			codec:      &leafCodec{inner: leaf.codec, get: get},
			present:    columnNames(leaf.present, func(n string) string { return prefix + "_" + n }),
		}
	}
	all := []column{lift(inner)}
	for i := range inner.leaves {
		all = append(all, lift(&inner.leaves[i]))
	}
	return all
}

// embeddedCodec spreads a message over columns.
type embeddedCodec struct {
	get   func(proto.Message) proto.Message // nil where it is unset
	set   func(m, e proto.Message)
	fresh func() proto.Message
	inner []column
	field func() protoreflect.FieldDescriptor
}

func (c *embeddedCodec) appendArgs(args []any, m proto.Message, d Dialect) []any {
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
func (c *embeddedCodec) reads(*pgconn.FieldDescription) bool { return false }

// readsAt is reads for the SQL column at a place.
func (c *embeddedCodec) readsAt(i int, fd *pgconn.FieldDescription) bool {
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
func readsAt(c codec, i int, fd *pgconn.FieldDescription) bool {
	if c, ok := c.(interface {
		readsAt(i int, fd *pgconn.FieldDescription) bool
	}); ok {
		return c.readsAt(i, fd)
	}
	return c.reads(fd)
}

func (c *embeddedCodec) decode(m proto.Message, fds []pgconn.FieldDescription, raw [][]byte, mem *memory) error {
	set := false
	if raw[0] != nil {
		var err error
		if set, err = boolKind.decode(fds[0].DataTypeOID, raw[0], mem); err != nil {
			return err
		}
	}
	return c.each(m, set, func(inner *column, e proto.Message, from, to int) (isNull bool, err error) {
		return raw[from] == nil, inner.codec.decode(e, fds[from:to], raw[from:to], mem)
	})
}

func (c *embeddedCodec) scan(m proto.Message, values []any, d Dialect) error {
	return c.scanRow(m, nil, nil, values, d)
}

// scanRow is scan, with the wire values for columns of JSON, of which PostgreSQL's decoded
// values round numbers.
func (c *embeddedCodec) scanRow(m proto.Message, fds []pgconn.FieldDescription, raw [][]byte, values []any, d Dialect) error {
	set := false
	if values[0] != nil {
		var err error
		if set, err = boolKind.scan(values[0], d); err != nil {
			return err
		}
	}
	return c.each(m, set, func(inner *column, e proto.Message, from, to int) (isNull bool, err error) {
		if raw == nil {
			return values[from] == nil, inner.codec.scan(e, values[from:to], d)
		}
		return values[from] == nil, inner.scanRow(e, fds[from:to], raw[from:to], values[from:to], d)
	})
}

// scanRow sets a column's field from the values of [pgx.Rows.Values], or from the wire
// where these would round.
func (c *column) scanRow(m proto.Message, fds []pgconn.FieldDescription, raw [][]byte, values []any, d Dialect) error {
	if c.Kind == KindJSON && d == Postgres {
		return c.codec.decode(m, fds, raw, nil)
	}
	if inner, ok := c.codec.(interface {
		scanRow(proto.Message, []pgconn.FieldDescription, [][]byte, []any, Dialect) error
	}); ok {
		return inner.scanRow(m, fds, raw, values, d)
	}
	return c.codec.scan(m, values, d)
}

// each sets the message, and its fields from the SQL columns between two places.
func (c *embeddedCodec) each(m proto.Message, set bool, read func(inner *column, e proto.Message, from, to int) (isNull bool, err error)) error {
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

func (c *embeddedCodec) has(m proto.Message) bool {
	return c.get(m) != nil
}

func (c *embeddedCodec) clear(m proto.Message) {
	c.set(m, nil)
}

func (c *embeddedCodec) copy(dst, src proto.Message) {
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

func (c *embeddedCodec) equal(a, b proto.Message) bool {
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

func (c *embeddedCodec) check(m proto.Message, _ *ColumnInfo, d Dialect) string {
	path, text := c.problem(m, d)
	if text == "" {
		return ""
	}
	return path + " " + text
}

// problem returns what is wrong with a field of the message, and its path below it.
func (c *embeddedCodec) problem(m proto.Message, d Dialect) (path, text string) {
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
func (c *embeddedCodec) bind(any, Dialect) (any, bool)       { return nil, false }
func (c *embeddedCodec) bindAny(any, Dialect) (any, bool)    { return nil, false }
func (c *embeddedCodec) cursor(proto.Message) any            { return nil }
func (c *embeddedCodec) enum() protoreflect.EnumDescriptor   { return nil }
func (c *embeddedCodec) below() protoreflect.FieldDescriptor { return c.field() }

// leafCodec is a column of an embedded message, as filters and orders know it: nothing is
// read or written by it alone.
type leafCodec struct {
	inner codec
	get   func(proto.Message) proto.Message
}

// of returns the message, if it is set.
func (c *leafCodec) of(m proto.Message) (e proto.Message, ok bool) {
	e = c.get(m)
	return e, e != nil
}

func (c *leafCodec) appendArgs(args []any, m proto.Message, d Dialect) []any {
	if e, ok := c.of(m); ok {
		return c.inner.appendArgs(args, e, d)
	}
	return append(args, nil)
}

func (c *leafCodec) reads(*pgconn.FieldDescription) bool { return false }

func (c *leafCodec) decode(proto.Message, []pgconn.FieldDescription, [][]byte, *memory) error {
	return errLeaf
}

func (c *leafCodec) scan(proto.Message, []any, Dialect) error { return errLeaf }

func (c *leafCodec) has(m proto.Message) bool {
	e, ok := c.of(m)
	return ok && c.inner.has(e)
}

func (c *leafCodec) clear(m proto.Message) {
	if e, ok := c.of(m); ok {
		c.inner.clear(e)
	}
}

func (c *leafCodec) copy(dst, src proto.Message) {
	to, ok := c.of(dst)
	from, given := c.of(src)
	if ok && given {
		c.inner.copy(to, from)
	}
}

func (c *leafCodec) equal(a, b proto.Message) bool {
	x, okX := c.of(a)
	y, okY := c.of(b)
	return okX == okY && (!okX || c.inner.equal(x, y))
}

func (c *leafCodec) check(m proto.Message, info *ColumnInfo, d Dialect) string {
	e, ok := c.of(m)
	if !ok {
		return ""
	}
	return c.inner.check(e, info, d)
}

func (c *leafCodec) bind(v any, d Dialect) (any, bool)     { return c.inner.bind(v, d) }
func (c *leafCodec) bindAny(vs any, d Dialect) (any, bool) { return c.inner.bindAny(vs, d) }

func (c *leafCodec) cursor(m proto.Message) any {
	e, ok := c.of(m)
	if !ok {
		return nil
	}
	return c.inner.cursor(e)
}

func (c *leafCodec) enum() protoreflect.EnumDescriptor   { return c.inner.enum() }
func (c *leafCodec) below() protoreflect.FieldDescriptor { return c.inner.below() }

var errLeaf = fmt.Errorf("crud: a column of a message is read with the message")
