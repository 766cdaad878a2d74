package crud

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/jackc/pgx/v5/pgconn"
)

// listCodec is a repeated field: an empty list is an empty array, and NULL reads as
// one.
type listCodec[V any] struct {
	kind *kind[V]
	get  func(proto.Message) []V
	set  func(proto.Message, []V)
}

func (c *listCodec[V]) appendArgs(args []any, m proto.Message, d Dialect) []any {
	return append(args, c.kind.list.bind(c.get(m), d))
}

func (c *listCodec[V]) reads(fd *pgconn.FieldDescription) bool {
	return c.kind.list.reads(fd.DataTypeOID, fd.Format)
}

func (c *listCodec[V]) decode(m proto.Message, fds []pgconn.FieldDescription, raw [][]byte, mem *memory) error {
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

func (c *listCodec[V]) scan(m proto.Message, values []any, d Dialect) error {
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

func (c *listCodec[V]) has(m proto.Message) bool { return len(c.get(m)) > 0 }

func (c *listCodec[V]) clear(m proto.Message) { c.set(m, nil) }

// copy clones the slice: two messages never share one, so that a hook that
// appends to one does not write into the other.
func (c *listCodec[V]) copy(dst, src proto.Message) {
	vs := slices.Clone(c.get(src))
	for i := range vs {
		vs[i] = c.kind.copy(vs[i])
	}
	c.set(dst, vs)
}

func (c *listCodec[V]) equal(a, b proto.Message) bool {
	return slices.EqualFunc(c.get(a), c.get(b), c.kind.equal)
}

func (c *listCodec[V]) check(m proto.Message, info *ColumnInfo, d Dialect) string {
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
func (c *listCodec[V]) bind(any, Dialect) (any, bool)    { return nil, false }
func (c *listCodec[V]) bindAny(any, Dialect) (any, bool) { return nil, false }
func (c *listCodec[V]) cursor(proto.Message) any         { return nil }

func (c *listCodec[V]) enum() protoreflect.EnumDescriptor { return c.kind.enum() }

func (c *listCodec[V]) below() protoreflect.FieldDescriptor { return nil }
