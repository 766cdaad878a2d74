package golden_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// fill sets the fields of the message of number i that have columns, all of them if
// every is true, else those that cannot be left out. The values of a number are the same
// in all messages, so that references and parents of one number meet.
func fill(m proto.Message, info *crud.TableInfo, i int, every bool) {
	fields := m.ProtoReflect().Descriptor().Fields()
	for _, c := range info.Columns {
		if c.Embedded != "" && c.Field != c.Embedded {
			continue // a field of a message, which is set with it
		}
		f := fields.ByName(protoreflect.Name(c.Field))
		switch {
		case c.Embedded != "":
			if every || c.Required {
				m.ProtoReflect().Set(f, message(f.Message(), i))
			}
		case f.ContainingOneof() != nil && m.ProtoReflect().WhichOneof(f.ContainingOneof()) != nil:
			// The next number sets another field of the oneof.
		case c.Expires != "" || c.Generated == crud.ByIdentity || c.Time != crud.NotServerTime || c.Revision:
			// The store makes it.
		case c.Identifier && (every || len(c.Names) > 0):
			m.ProtoReflect().Set(f, protoreflect.ValueOfString(resourceName(info, i)))
		case every || c.PrimaryKey || c.Unique != "" || c.NotNull && (c.Presence || refers(info, c)):
			m.ProtoReflect().Set(f, value(m.ProtoReflect(), f, c, i))
		}
	}
}

// refers reports whether the column is part of a reference, and not of the scope.
func refers(info *crud.TableInfo, c crud.ColumnInfo) bool {
	return !slices.Contains(info.Scope, c.Names[0]) && slices.ContainsFunc(info.References, func(r crud.Reference) bool { return slices.Contains(r.Columns, c.Names[0]) })
}

// resourceName returns the name of number i.
func resourceName(info *crud.TableInfo, i int) string {
	return info.Pattern.Format(keyValues(info, i)...)
}

// keyValues returns the variables of the name of number i.
func keyValues(info *crud.TableInfo, i int) []any {
	values := make([]any, len(info.Key))
	for k, name := range info.Key {
		values[k] = text(i)
		if c := columnNamed(info, name); c != nil && c.Kind == crud.KindInt64 {
			values[k] = int64(i)
		}
	}
	return values
}

// columnNamed returns the column with that SQL name, unless only the name holds it.
func columnNamed(info *crud.TableInfo, name string) *crud.ColumnInfo {
	i := slices.IndexFunc(info.Columns, func(c crud.ColumnInfo) bool { return len(c.Names) == 1 && c.Names[0] == name })
	if i < 0 {
		return nil
	}
	return &info.Columns[i]
}

func text(i int) string { return fmt.Sprintf("a%d", i) }

// value returns number i as a value of the field.
func value(m protoreflect.Message, f protoreflect.FieldDescriptor, c crud.ColumnInfo, i int) protoreflect.Value {
	if f.IsMap() {
		entries := m.NewField(f)
		entries.Map().Set(scalar(f.MapKey(), c, i).MapKey(), scalar(f.MapValue(), c, i))
		return entries
	}
	if !f.IsList() {
		return scalar(f, c, i)
	}
	list := m.NewField(f)
	for n := range 3 {
		list.List().Append(scalar(f, c, i+n))
	}
	return list
}

// wellKnown are values of the types that have a JSON of their own, by their names.
var wellKnown = map[protoreflect.FullName]string{
	"google.protobuf.Any":         `{"@type": "type.googleapis.com/google.protobuf.Duration", "value": "%ds"}`,
	"google.protobuf.BoolValue":   `true`,
	"google.protobuf.BytesValue":  `"AA=="`,
	"google.protobuf.FieldMask":   `"a%d.b"`,
	"google.protobuf.ListValue":   `[%d, null]`,
	"google.protobuf.StringValue": `"a%d"`,
	"google.protobuf.Struct":      `{"k": [%d, null, "x", {}]}`,
	"google.protobuf.Value":       `null`,
}

// message returns number i as a message, with its single scalars set.
func message(md protoreflect.MessageDescriptor, i int) protoreflect.Value {
	mt, err := protoregistry.GlobalTypes.FindMessageByName(md.FullName())
	if err != nil {
		panic(err)
	}
	m := mt.New()
	if md.ParentFile().Package() == "google.protobuf" {
		text, ok := wellKnown[md.FullName()]
		if !ok {
			text = "%d"
		}
		if strings.Contains(text, "%") {
			text = fmt.Sprintf(text, i)
		}
		if err := protojson.Unmarshal([]byte(text), m.Interface()); err != nil {
			panic(err)
		}
		return protoreflect.ValueOfMessage(m)
	}
	for n := range md.Fields().Len() {
		if f := md.Fields().Get(n); f.Message() == nil && !f.IsList() {
			m.Set(f, scalar(f, crud.ColumnInfo{}, i))
		}
	}
	if md.FullName() == "google.type.TimeOfDay" { // of which nanoseconds are dropped
		m.Clear(md.Fields().ByName("nanos"))
	}
	return protoreflect.ValueOfMessage(m)
}

// textValue returns number i as a value of a type of PostgreSQL's.
func textValue(f protoreflect.FieldDescriptor, c crud.ColumnInfo, i int) protoreflect.Value {
	text := map[string]string{
		"cidr": "10.%d.0.0/16", "inet": "10.0.0.%d", "jsonb": "[%d]", "pg_catalog.point": "(%d,0)", "tstzrange": "[2012-04-21T11:30:0%dZ,)",
		"numeric": "%d", "numeric(12,2)": "%d.50", "numeric(6,3)": "%d.125",
	}[c.Type]
	return textIn(f, fmt.Sprintf(text, i), i)
}

// textIn returns a text as a value of the field, a string or a message around one.
func textIn(f protoreflect.FieldDescriptor, text string, i int) protoreflect.Value {
	if f.Message() == nil {
		return protoreflect.ValueOfString(text)
	}
	v := message(f.Message(), i)
	v.Message().Set(f.Message().Fields().ByNumber(1), protoreflect.ValueOfString(text))
	return v
}

func scalar(f protoreflect.FieldDescriptor, c crud.ColumnInfo, i int) protoreflect.Value {
	switch c.Kind {
	case crud.KindText:
		return textValue(f, c, i)
	case crud.KindUUID:
		return textIn(f, fmt.Sprintf("00000000-0000-7000-8000-%012d", i), i)
	case crud.KindTimestamp:
		return protoreflect.ValueOfMessage(timestamppb.New(time.UnixMicro(int64(i) * 1_000_001)).ProtoReflect())
	case crud.KindDuration:
		return protoreflect.ValueOfMessage(durationpb.New(time.Duration(i) * 1001 * time.Microsecond).ProtoReflect())
	}
	if f.Message() != nil {
		return message(f.Message(), i)
	}
	switch f.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(i%2 == 1)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(f.Enum().Values().Get(i % f.Enum().Values().Len()).Number())
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(text(i))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{0, byte(i), 0xff})
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(float32(i) / 4)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(float64(i) / 4)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(i))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(i))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(uint64(i))
	default:
		return protoreflect.ValueOfInt64(int64(i))
	}
}
