package crud

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// ResourceName is the field that holds a resource name whose variables are stored
// in key columns of their own and are no fields (AIP-122). columns are the SQL
// names, one per variable. UUIDv7 and UUIDv4 apply to the last variable.
func ResourceName[M any](field string, get func(M) string, set func(M, string), p *Pattern, columns []string, opts ...ColumnOption) Column[M] {
	return newColumn(ColumnInfo{
		Field: field, Names: columns, Kind: KindString,
		PrimaryKey: true, NotNull: true, Identifier: true,
	}, codec[M](&nameCodec[M]{nameField: nameField[M]{get, set}, pattern: p}), opts)
}

// ComputedName is the field that holds a resource name whose variables are fields
// of the message. It has no column: compute makes it from those fields, which are
// before it in the table.
func ComputedName[M any](field string, get func(M) string, set func(M, string), compute func(M) string, opts ...ColumnOption) Column[M] {
	return newColumn(ColumnInfo{Field: field, Names: []string{}, Kind: KindString, Identifier: true},
		codec[M](&computedCodec[M]{nameField: nameField[M]{get, set}, compute: compute}), opts)
}

// usualName is the length up to which a name is put together without an allocation.
const usualName = 128

// errNameParts is a row whose key columns hold what no name can.
var errNameParts = errors.New("crud: a key column is NULL")

// A nameField is the access to the field of a resource name.
type nameField[M any] struct {
	read func(M) string
	set  func(M, string)
}

func (f nameField[M]) get(m M) string                      { return f.read(m) }
func (f nameField[M]) has(m M) bool                        { return f.read(m) != "" }
func (f nameField[M]) clear(m M)                           { f.set(m, "") }
func (f nameField[M]) enum() protoreflect.EnumDescriptor   { return nil }
func (f nameField[M]) below() protoreflect.FieldDescriptor { return nil }
func (f nameField[M]) copy(dst, src M)                     { f.set(dst, f.read(src)) }
func (f nameField[M]) equal(a, b M) bool                   { return f.read(a) == f.read(b) }

// nameCodec spreads a resource name over its key columns.
type nameCodec[M any] struct {
	nameField[M]
	pattern *Pattern
}

func (c *nameCodec[M]) appendArgs(args []any, m M, _ Dialect) []any {
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

func (c *nameCodec[M]) reads(fd *pgconn.FieldDescription) bool { return isText(fd.DataTypeOID) }

func (c *nameCodec[M]) decode(m M, _ []pgconn.FieldDescription, raw [][]byte, mem *memory) error {
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

func (c *nameCodec[M]) scan(m M, values []any, _ Dialect) error {
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

func (c *nameCodec[M]) check(m M, _ *ColumnInfo, _ Dialect) string {
	if _, err := c.pattern.split(c.get(m)); err != nil {
		return err.Error()
	}
	return ""
}

// bind takes the value of one variable.
func (c *nameCodec[M]) bind(v any, _ Dialect) (any, bool) {
	s, ok := v.(string)
	return s, ok && storable(s)
}

// The variables of a name are in a cursor one by one, as the key's values.
func (c *nameCodec[M]) bindAny(any, Dialect) (any, bool) { return nil, false }
func (c *nameCodec[M]) cursor(M) any                     { return nil }

// computedCodec writes a name that is stored in no column of its own.
type computedCodec[M any] struct {
	nameField[M]
	compute func(M) string
}

func (c *computedCodec[M]) appendArgs(args []any, _ M, _ Dialect) []any { return args }
func (c *computedCodec[M]) reads(*pgconn.FieldDescription) bool         { return true }

func (c *computedCodec[M]) decode(m M, _ []pgconn.FieldDescription, _ [][]byte, _ *memory) error {
	c.set(m, c.compute(m))
	return nil
}

func (c *computedCodec[M]) scan(m M, _ []any, _ Dialect) error {
	c.set(m, c.compute(m))
	return nil
}

func (c *computedCodec[M]) check(M, *ColumnInfo, Dialect) string { return "" }
func (c *computedCodec[M]) bind(any, Dialect) (arg any, ok bool) { return nil, false }
func (c *computedCodec[M]) bindAny(any, Dialect) (any, bool)     { return nil, false }
func (c *computedCodec[M]) cursor(M) any                         { return nil }

// isText reports whether a type's wire value is its text in either format.
func isText(oid uint32) bool {
	switch oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID:
		return true
	}
	return false
}
