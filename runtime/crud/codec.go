package crud

import (
	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A codec moves a column's values between messages of type M and SQL. It is the
// seam behind which decoding can become faster without a change to generated code.
//
// No method keeps a reference to the bytes or values it is given.
type codec interface {
	// appendArgs appends the values to bind, one per SQL column.
	appendArgs(args []any, m proto.Message, d Dialect) []any
	// reads reports whether decode understands a result column of this type and
	// format. Where it does not, rows go through scan.
	reads(fd *pgconn.FieldDescription) bool
	// decode sets the field from wire values, one per SQL column; nil is NULL. What it
	// needs memory for it takes from mem.
	decode(m proto.Message, fds []pgconn.FieldDescription, raw [][]byte, mem *memory) error
	// scan sets the field from the values of [pgx.Rows.Values].
	scan(m proto.Message, values []any, d Dialect) error

	// has reports whether the field is set: differs from zero where the proto has
	// no presence.
	has(m proto.Message) bool
	clear(m proto.Message)
	copy(dst, src proto.Message)
	equal(a, b proto.Message) bool
	// check returns what is wrong with a value that the column cannot hold exactly,
	// in words that follow the field's name, or "".
	check(m proto.Message, info *ColumnInfo, d Dialect) string
	// bind converts a single Go value of the column's type, a key's or a cursor's,
	// to what is bound. ok is false when the value cannot be one of the column, so
	// that no row has it.
	bind(v any, d Dialect) (arg any, ok bool)
	// bindAny converts a slice of such values to what "is one of" is bound to. ok is
	// false when one cannot be a value of the column.
	bindAny(vs any, d Dialect) (arg any, ok bool)
	// cursor returns the value as a page token keeps it, nil for NULL. bind takes it.
	cursor(m proto.Message) any
	// enum is the enum of a column of KindEnum. It is asked only once the program runs.
	enum() protoreflect.EnumDescriptor
	// below is the field of a column that masks and filters can go into, nil for the
	// others. It is asked only once the program runs.
	below() protoreflect.FieldDescriptor
}

// A kind is how values of Go type V are kept in SQL.
type kind[V any] struct {
	id Kind
	// bind is the value that pgx or the embedded engine is given.
	bind func(v V, d Dialect) any
	// reads and decode are the fast path over wire values.
	reads  func(oid uint32, format int16) bool
	decode func(oid uint32, src []byte, mem *memory) (V, error)
	// scan converts what rows.Values gave; it is never called with nil.
	scan  func(v any, d Dialect) (V, error)
	equal func(a, b V) bool
	zero  func(v V) bool
	// clone copies a value that is more than itself: bytes, a message. Nil is for the
	// others.
	clone func(v V) V
	// check says what is wrong with the value, or "". Nil accepts every value.
	check func(v V, info *ColumnInfo, d Dialect) string
	// key converts a key's or a cursor's value to V and reports whether it can be one.
	key func(v any) (V, bool)
	// cursor is the value as a page token keeps it. Nil is for the kinds that order no
	// list.
	cursor func(v V) any
	// enum is the enum of KindEnum.
	enum func() protoreflect.EnumDescriptor
	// configured is the kind for a column of which its options say more than its type.
	// Nil is for the kinds that have one form.
	configured func(info *ColumnInfo) *kind[V]
	// asIs says that bind gives the value itself for every engine.
	asIs bool

	// bindSlice is bindAny of a kind whose conditions have values of another type than
	// V. Nil is for the others.
	bindSlice func(vs any, d Dialect) (any, bool)

	// list is how arrays of V are kept.
	list listKind[V]
}

// A listKind is how repeated values are kept: an array in PostgreSQL, JSON text in
// SQLite.
type listKind[V any] struct {
	bind   func(vs []V, d Dialect) any
	reads  func(oid uint32, format int16) bool
	decode func(oid uint32, src []byte, mem *memory) ([]V, error)
	scan   func(v any, d Dialect) ([]V, error)
}

// scalarCodec is a field without presence: NULL reads as zero.
type scalarCodec[V any] struct {
	kind *kind[V]
	get  func(proto.Message) V
	set  func(proto.Message, V)
}

func (c *scalarCodec[V]) appendArgs(args []any, m proto.Message, d Dialect) []any {
	return append(args, c.kind.bind(c.get(m), d))
}

func (c *scalarCodec[V]) reads(fd *pgconn.FieldDescription) bool {
	return c.kind.reads(fd.DataTypeOID, fd.Format)
}

func (c *scalarCodec[V]) decode(m proto.Message, fds []pgconn.FieldDescription, raw [][]byte, mem *memory) error {
	if raw[0] == nil {
		c.clear(m)
		return nil
	}
	v, err := c.kind.decode(fds[0].DataTypeOID, raw[0], mem)
	if err == nil {
		c.set(m, v)
	}
	return err
}

func (c *scalarCodec[V]) scan(m proto.Message, values []any, d Dialect) error {
	if values[0] == nil {
		c.clear(m)
		return nil
	}
	v, err := c.kind.scan(values[0], d)
	if err == nil {
		c.set(m, v)
	}
	return err
}

// assign sets the field to a value of its Go type.
func (c *scalarCodec[V]) assign(m proto.Message, v any) bool {
	value, ok := v.(V)
	if ok {
		c.set(m, value)
	}
	return ok
}

func (c *scalarCodec[V]) has(m proto.Message) bool { return !c.kind.zero(c.get(m)) }

func (c *scalarCodec[V]) clear(m proto.Message) {
	var zero V
	c.set(m, zero)
}

func (c *scalarCodec[V]) copy(dst, src proto.Message) { c.set(dst, c.kind.copy(c.get(src))) }

func (c *scalarCodec[V]) equal(a, b proto.Message) bool { return c.kind.equal(c.get(a), c.get(b)) }

func (c *scalarCodec[V]) check(m proto.Message, info *ColumnInfo, d Dialect) string {
	if c.kind.check == nil {
		return ""
	}
	return c.kind.check(c.get(m), info, d)
}

func (c *scalarCodec[V]) bind(v any, d Dialect) (any, bool) { return c.kind.bindKey(v, d) }

func (c *scalarCodec[V]) bindAny(vs any, d Dialect) (any, bool) { return c.kind.bindAny(vs, d) }

func (c *scalarCodec[V]) cursor(m proto.Message) any { return c.kind.cursorOf(c.get(m)) }

func (c *scalarCodec[V]) enum() protoreflect.EnumDescriptor { return c.kind.enum() }

func (c *scalarCodec[V]) below() protoreflect.FieldDescriptor { return nil }

func (k *kind[V]) cursorOf(v V) any {
	if k.cursor == nil {
		return nil
	}
	return k.cursor(v)
}

// bindAny gives PostgreSQL an array and SQLite a JSON list of what its columns hold.
func (k *kind[V]) bindAny(vs any, d Dialect) (any, bool) {
	if k.bindSlice != nil {
		return k.bindSlice(vs, d)
	}
	values, ok := vs.([]V)
	if !ok {
		return nil, false
	}
	for _, v := range values {
		if _, ok := k.key(v); !ok {
			return nil, false
		}
	}
	if d == SQLite {
		return jsonList(values, func(v V) any { return k.bind(v, d) }), true
	}
	return k.list.bind(values, d), true
}

func (k *kind[V]) bindKey(v any, d Dialect) (any, bool) {
	kv, ok := k.key(v)
	if !ok {
		return nil, false
	}
	if _, same := v.(V); same && k.asIs {
		return v, true // without a second allocation
	}
	return k.bind(kv, d), true
}

func (k *kind[V]) copy(v V) V {
	if k.clone == nil {
		return v
	}
	return k.clone(v)
}

// optionalCodec is a field with presence: unset is NULL.
type optionalCodec[V any] struct {
	kind  *kind[V]
	get   func(proto.Message) V
	isSet func(proto.Message) bool
	set   func(proto.Message, V)
	unset func(proto.Message)
	// field is that of a message which masks go into; nil for the others. It is asked for
	// only once the program runs.
	field func() protoreflect.FieldDescriptor
}

func (c *optionalCodec[V]) appendArgs(args []any, m proto.Message, d Dialect) []any {
	if !c.isSet(m) {
		return append(args, nil)
	}
	return append(args, c.kind.bind(c.get(m), d))
}

func (c *optionalCodec[V]) reads(fd *pgconn.FieldDescription) bool {
	return c.kind.reads(fd.DataTypeOID, fd.Format)
}

func (c *optionalCodec[V]) decode(m proto.Message, fds []pgconn.FieldDescription, raw [][]byte, mem *memory) error {
	if raw[0] == nil {
		c.unset(m)
		return nil
	}
	v, err := c.kind.decode(fds[0].DataTypeOID, raw[0], mem)
	if err == nil {
		c.set(m, v)
	}
	return err
}

func (c *optionalCodec[V]) scan(m proto.Message, values []any, d Dialect) error {
	if values[0] == nil {
		c.unset(m)
		return nil
	}
	v, err := c.kind.scan(values[0], d)
	if err == nil {
		c.set(m, v)
	}
	return err
}

func (c *optionalCodec[V]) assign(m proto.Message, v any) bool {
	value, ok := v.(V)
	if ok {
		c.set(m, value)
	}
	return ok
}

func (c *optionalCodec[V]) has(m proto.Message) bool { return c.isSet(m) }

func (c *optionalCodec[V]) clear(m proto.Message) { c.unset(m) }

func (c *optionalCodec[V]) copy(dst, src proto.Message) {
	if !c.isSet(src) {
		c.unset(dst)
		return
	}
	c.set(dst, c.kind.copy(c.get(src)))
}

func (c *optionalCodec[V]) equal(a, b proto.Message) bool {
	if c.isSet(a) != c.isSet(b) {
		return false
	}
	return !c.isSet(a) || c.kind.equal(c.get(a), c.get(b))
}

func (c *optionalCodec[V]) check(m proto.Message, info *ColumnInfo, d Dialect) string {
	if c.kind.check == nil || !c.isSet(m) {
		return ""
	}
	return c.kind.check(c.get(m), info, d)
}

func (c *optionalCodec[V]) bind(v any, d Dialect) (any, bool) { return c.kind.bindKey(v, d) }

func (c *optionalCodec[V]) bindAny(vs any, d Dialect) (any, bool) { return c.kind.bindAny(vs, d) }

func (c *optionalCodec[V]) cursor(m proto.Message) any {
	if !c.isSet(m) {
		return nil
	}
	return c.kind.cursorOf(c.get(m))
}

func (c *optionalCodec[V]) enum() protoreflect.EnumDescriptor { return c.kind.enum() }

func (c *optionalCodec[V]) below() protoreflect.FieldDescriptor {
	if c.field == nil {
		return nil
	}
	return c.field()
}

func (c *optionalCodec[V]) setField(field func() protoreflect.FieldDescriptor) { c.field = field }

func (c *optionalCodec[V]) configure(info *ColumnInfo) { c.kind = c.kind.of(info) }

func (c *scalarCodec[V]) configure(info *ColumnInfo) { c.kind = c.kind.of(info) }

func (c *listCodec[V]) configure(info *ColumnInfo) { c.kind = c.kind.of(info) }

// of is the kind for a column.
func (k *kind[V]) of(info *ColumnInfo) *kind[V] {
	if k.configured == nil {
		return k
	}
	return k.configured(info)
}
