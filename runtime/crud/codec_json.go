package crud

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A jsonCodec keeps a field as protobuf's JSON, with the proto names of fields. It
// reaches the field by reflection, as the JSON library itself does, and so is the same
// for all kinds of fields at every API level.
type jsonCodec struct {
	shape jsonShape
	// field is asked for only once the program runs: the descriptors are made after
	// the package's variables.
	field func() protoreflect.FieldDescriptor
}

// A jsonShape is what the JSON is of.
type jsonShape uint8

const (
	shapeMessage jsonShape = iota // a message: unset is NULL
	shapeList                     // a repeated field: empty is []
	shapeMap                      // a map: empty is {}
)

// empty is the JSON of a field that is not set, which only a message can be.
func (s jsonShape) empty() any {
	switch s {
	case shapeList:
		return "[]"
	case shapeMap:
		return "{}"
	}
	return nil
}

func newJSON[M proto.Message](field string, shape jsonShape, opts []ColumnOption) Column[M] {
	info := ColumnInfo{Field: field, Kind: KindJSON, Presence: shape == shapeMessage, NotNull: shape != shapeMessage, Unorderable: true}
	return Column[M]{newColumn(info, &jsonCodec{shape: shape, field: fieldOf[M](field)}, opts)}
}

var (
	marshalJSON   = protojson.MarshalOptions{UseProtoNames: true, AllowPartial: true}
	unmarshalJSON = protojson.UnmarshalOptions{DiscardUnknown: true, AllowPartial: true}
)

// A jsonFailure is sent in the place of a value that has no JSON. check refuses those
// before; what it missed fails when it is bound, and not silently.
type jsonFailure struct{ err error }

func (f jsonFailure) Value() (driver.Value, error) { return nil, f.err }

func (c *jsonCodec) appendArgs(args []any, m proto.Message, _ Dialect) []any {
	if !c.has(m) {
		return append(args, c.shape.empty())
	}
	text, err := c.marshal(m.ProtoReflect())
	if err != nil {
		return append(args, jsonFailure{err})
	}
	return append(args, text)
}

// marshal returns the JSON of a field that is set. The library varies the spaces of its
// output from program to program; here there are none.
func (c *jsonCodec) marshal(m protoreflect.Message) (string, error) {
	var raw []byte
	var err error
	if c.shape == shapeMessage {
		raw, err = marshalJSON.Marshal(m.Get(c.field()).Message().Interface())
	} else {
		raw, err = c.marshalInside(m)
	}
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	if err := json.Compact(&text, raw); err != nil {
		return "", err
	}
	return text.String(), nil
}

// marshalInside returns the JSON of a field that is no message, cut out of that of a
// message which has nothing else.
func (c *jsonCodec) marshalInside(m protoreflect.Message) ([]byte, error) {
	only := m.New()
	only.Set(c.field(), m.Get(c.field()))
	raw, err := marshalJSON.Marshal(only.Interface())
	if err != nil {
		return nil, err
	}
	_, value, found := bytes.Cut(raw, []byte{':'})
	if !found {
		return nil, errNoJSON
	}
	return bytes.TrimSuffix(value, []byte{'}'}), nil
}

var errNoJSON = errors.New("crud: the JSON of a field is not that of a field")

func (c *jsonCodec) reads(fd *pgconn.FieldDescription) bool {
	return fd.DataTypeOID == pgtype.JSONBOID || fd.DataTypeOID == pgtype.JSONOID || isText(fd.DataTypeOID)
}

func (c *jsonCodec) decode(m proto.Message, fds []pgconn.FieldDescription, raw [][]byte, _ *memory) error {
	text := raw[0]
	if text == nil {
		c.clear(m)
		return nil
	}
	if fds[0].DataTypeOID == pgtype.JSONBOID && fds[0].Format == pgtype.BinaryFormatCode {
		if len(text) == 0 || text[0] != 1 {
			return errJSONVersion
		}
		text = text[1:]
	}
	return c.unmarshal(m.ProtoReflect(), text)
}

var errJSONVersion = errors.New("a version of jsonb that is not known")

// scan takes what SQLite gives. PostgreSQL's values are decoded even where the rows go
// through Values, which reads numbers of JSON as float64.
func (c *jsonCodec) scan(m proto.Message, values []any, _ Dialect) error {
	switch v := values[0].(type) {
	case nil:
		c.clear(m)
		return nil
	case string:
		return c.unmarshal(m.ProtoReflect(), []byte(v))
	case []byte:
		return c.unmarshal(m.ProtoReflect(), v)
	default:
		return errScan(v, "JSON")
	}
}

// unmarshal sets the field. Keys that its type does not have are left out: a newer
// version of the program may have written them.
func (c *jsonCodec) unmarshal(m protoreflect.Message, text []byte) error {
	fd := c.field()
	null := bytes.Equal(bytes.TrimSpace(text), []byte("null"))
	if null && !(c.shape == shapeMessage && fd.Message().FullName() == "google.protobuf.Value") {
		m.Clear(fd)
		return nil
	}
	if c.shape == shapeMessage {
		value := m.NewField(fd)
		if err := unmarshalJSON.Unmarshal(text, value.Message().Interface()); err != nil {
			return errJSON
		}
		m.Set(fd, value)
		return nil
	}
	out := m.New()
	name, err := json.Marshal(fd.JSONName()) // by which the library looks first
	if err != nil {
		return err
	}
	if err := unmarshalJSON.Unmarshal(fmt.Appendf(nil, "{%s:%s}", name, text), out.Interface()); err != nil {
		return errJSON
	}
	if !out.Has(fd) {
		m.Clear(fd)
		return nil
	}
	m.Set(fd, out.Get(fd))
	return nil
}

// errJSON does not hold the text, as the library's error does.
var errJSON = errors.New("the JSON is not that of the field's type")

func (c *jsonCodec) has(m proto.Message) bool { return m.ProtoReflect().Has(c.field()) }

func (c *jsonCodec) clear(m proto.Message) { m.ProtoReflect().Clear(c.field()) }

func (c *jsonCodec) copy(dst, src proto.Message) {
	if !c.has(src) {
		c.clear(dst)
		return
	}
	copyField(dst.ProtoReflect(), src.ProtoReflect(), c.field())
}

func (c *jsonCodec) equal(a, b proto.Message) bool {
	x, y := a.ProtoReflect(), b.ProtoReflect()
	return x.Has(c.field()) == y.Has(c.field()) && x.Get(c.field()).Equal(y.Get(c.field()))
}

// JSON is neither a key nor a cursor, and no condition compares it.
func (c *jsonCodec) bind(any, Dialect) (any, bool)       { return nil, false }
func (c *jsonCodec) bindAny(any, Dialect) (any, bool)    { return nil, false }
func (c *jsonCodec) cursor(proto.Message) any            { return nil }
func (c *jsonCodec) below() protoreflect.FieldDescriptor { return c.field() }
func (c *jsonCodec) enum() protoreflect.EnumDescriptor   { return nil }
