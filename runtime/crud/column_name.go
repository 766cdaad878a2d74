package crud

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// ResourceName is the field that holds a resource name whose variables are stored
// in key columns of their own and are no fields (AIP-122). columns are the SQL
// names, one per variable. UUIDv7 and UUIDv4 apply to the last variable.
func ResourceName[M proto.Message](field string, get func(M) string, set func(M, string), p *Pattern, columns []string, opts ...ColumnOption) Column[M] {
	return Column[M]{newColumn(ColumnInfo{
		Field: field, Names: columns, Kind: KindString,
		PrimaryKey: true, NotNull: true, Identifier: true,
	}, &nameCodec{nameField: nameField{getter(get), setter(set)}, pattern: p}, opts)}
}

// ComputedName is the field that holds a resource name whose variables are fields
// of the message. It has no column: compute makes it from those fields, which are
// before it in the table.
func ComputedName[M proto.Message](field string, get func(M) string, set func(M, string), compute func(M) string, opts ...ColumnOption) Column[M] {
	return Column[M]{newColumn(ColumnInfo{Field: field, Names: []string{}, Kind: KindString, Identifier: true},
		&computedCodec{nameField: nameField{getter(get), setter(set)}, compute: getter(compute)}, opts)}
}

// usualName is the length up to which a name is put together without an allocation.
const usualName = 128

// errNameParts is a row whose key columns hold what no name can.
var errNameParts = errors.New("crud: a key column is NULL")

// A nameField is the access to the field of a resource name.
type nameField struct {
	read func(proto.Message) string
	set  func(proto.Message, string)
}

func (f nameField) get(m proto.Message) string          { return f.read(m) }
func (f nameField) has(m proto.Message) bool            { return f.read(m) != "" }
func (f nameField) clear(m proto.Message)               { f.set(m, "") }
func (f nameField) enum() protoreflect.EnumDescriptor   { return nil }
func (f nameField) below() protoreflect.FieldDescriptor { return nil }
func (f nameField) copy(dst, src proto.Message)         { f.set(dst, f.read(src)) }
func (f nameField) equal(a, b proto.Message) bool       { return f.read(a) == f.read(b) }

// nameCodec spreads a resource name over its key columns.
type nameCodec struct {
	nameField
	pattern *Pattern
}

func (c *nameCodec) appendArgs(args []any, m proto.Message, _ Dialect) []any {
	values, err := c.pattern.split(c.get(m))
	if err != nil {
		// check has refused such a name; the columns are NOT NULL.
		values = make([]string, c.pattern.vars)
	}
	for _, v := range values {
		args = append(args, v)
	}
	return args
}

func (c *nameCodec) reads(fd *pgconn.FieldDescription) bool { return isText(fd.DataTypeOID) }

func (c *nameCodec) decode(m proto.Message, _ []pgconn.FieldDescription, raw [][]byte, mem *memory) error {
	name := make([]byte, 0, usualName)
	i := 0
	for at, s := range c.pattern.segments {
		if at > 0 {
			name = append(name, '/')
		}
		if s != "" {
			name = append(name, s...)
			continue
		}
		if raw[i] == nil {
			return errNameParts
		}
		name = append(name, raw[i]...)
		i++
	}
	c.set(m, mem.string(name))
	return nil
}

func (c *nameCodec) scan(m proto.Message, values []any, _ Dialect) error {
	parts := make([]any, len(values))
	for i, v := range values {
		s, ok := v.(string)
		if !ok {
			return fmt.Errorf("crud: a key column holds %T, not text", v)
		}
		parts[i] = s
	}
	c.set(m, c.pattern.Format(parts...))
	return nil
}

func (c *nameCodec) check(m proto.Message, _ *ColumnInfo, _ Dialect) string {
	if _, err := c.pattern.split(c.get(m)); err != nil {
		return err.Error()
	}
	return ""
}

// bind takes the value of one variable.
func (c *nameCodec) bind(v any, _ Dialect) (any, bool) {
	s, ok := v.(string)
	return s, ok && storable(s)
}

// The variables of a name are in a cursor one by one, as the key's values.
func (c *nameCodec) bindAny(any, Dialect) (any, bool) { return nil, false }
func (c *nameCodec) cursor(proto.Message) any         { return nil }

// computedCodec writes a name that is stored in no column of its own.
type computedCodec struct {
	nameField
	compute func(proto.Message) string
}

func (c *computedCodec) appendArgs(args []any, _ proto.Message, _ Dialect) []any { return args }
func (c *computedCodec) reads(*pgconn.FieldDescription) bool                     { return true }

func (c *computedCodec) decode(m proto.Message, _ []pgconn.FieldDescription, _ [][]byte, _ *memory) error {
	c.set(m, c.compute(m))
	return nil
}

func (c *computedCodec) scan(m proto.Message, _ []any, _ Dialect) error {
	c.set(m, c.compute(m))
	return nil
}

func (c *computedCodec) check(proto.Message, *ColumnInfo, Dialect) string { return "" }
func (c *computedCodec) bind(any, Dialect) (arg any, ok bool)             { return nil, false }
func (c *computedCodec) bindAny(any, Dialect) (any, bool)                 { return nil, false }
func (c *computedCodec) cursor(proto.Message) any                         { return nil }

// isText reports whether a type's wire value is its text in either format.
func isText(oid uint32) bool {
	switch oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID:
		return true
	}
	return false
}
