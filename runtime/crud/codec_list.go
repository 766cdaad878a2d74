package crud

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/jackc/pgx/v5/pgconn"
)

// listCodec is a repeated field: an empty list is an empty array, and NULL reads as
// one.
type listCodec[M, V any] struct {
	kind *kind[V]
	get  func(M) []V
	set  func(M, []V)
}

func (c *listCodec[M, V]) appendArgs(args []any, m M, d Dialect) []any {
	return append(args, c.kind.list.bind(c.get(m), d))
}

func (c *listCodec[M, V]) reads(fd *pgconn.FieldDescription) bool {
	return c.kind.list.reads(fd.DataTypeOID, fd.Format)
}

func (c *listCodec[M, V]) decode(m M, fds []pgconn.FieldDescription, raw [][]byte, mem *memory) error {
	if raw[0] == nil {
		c.set(m, nil)
		return nil
	}
	vs, err := c.kind.list.decode(fds[0].DataTypeOID, raw[0], mem)
	if err == nil {
		c.set(m, vs)
	}
	return err
}

func (c *listCodec[M, V]) scan(m M, values []any, d Dialect) error {
	if values[0] == nil {
		c.set(m, nil)
		return nil
	}
	vs, err := c.kind.list.scan(values[0], d)
	if err == nil {
		c.set(m, vs)
	}
	return err
}

func (c *listCodec[M, V]) has(m M) bool { return len(c.get(m)) > 0 }

func (c *listCodec[M, V]) clear(m M) { c.set(m, nil) }

// copy clones the slice: two messages never share one, so that a hook that
// appends to one does not write into the other.
func (c *listCodec[M, V]) copy(dst, src M) {
	vs := slices.Clone(c.get(src))
	for i := range vs {
		vs[i] = c.kind.copy(vs[i])
	}
	c.set(dst, vs)
}

func (c *listCodec[M, V]) equal(a, b M) bool {
	return slices.EqualFunc(c.get(a), c.get(b), c.kind.equal)
}

func (c *listCodec[M, V]) check(m M, info *ColumnInfo, d Dialect) string {
	if c.kind.check == nil {
		return ""
	}
	for i, v := range c.get(m) {
		if problem := c.kind.check(v, info, d); problem != "" {
			return fmt.Sprintf("element %d %s", i, problem)
		}
	}
	return ""
}

// Lists are neither keys nor cursors, and no condition compares them.
func (c *listCodec[M, V]) bind(any, Dialect) (any, bool)    { return nil, false }
func (c *listCodec[M, V]) bindAny(any, Dialect) (any, bool) { return nil, false }
func (c *listCodec[M, V]) cursor(M) any                     { return nil }

func (c *listCodec[M, V]) enum() protoreflect.EnumDescriptor { return c.kind.enum() }

func (c *listCodec[M, V]) below() protoreflect.FieldDescriptor { return nil }
