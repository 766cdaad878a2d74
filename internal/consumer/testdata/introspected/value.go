package main

import (
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/genproto/googleapis/type/decimal"
	"google.golang.org/genproto/googleapis/type/timeofday"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// setValue gives a field its n-th value, of one digit. Values are as the database writes
// them, so that what is read can be compared with what was sent.
func setValue(m protoreflect.Message, f protoreflect.FieldDescriptor, c crud.ColumnInfo, n int) {
	if f.IsList() {
		list := m.Mutable(f).List()
		list.Append(value(f, c, n))
		list.Append(value(f, c, n+1))
		return
	}
	m.Set(f, value(f, c, n))
}

func value(f protoreflect.FieldDescriptor, c crud.ColumnInfo, n int) protoreflect.Value {
	switch f.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(n%2 == 0)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(2000 + n))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(int64(2000 + n))
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(0.5 + float32(n))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(0.5 + float64(n))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{0, byte(n)})
	case protoreflect.EnumKind:
		values := f.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(n % values.Len()).Number())
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(text(c, n))
	case protoreflect.MessageKind:
		return protoreflect.ValueOfMessage(message(f.Message().FullName(), c.Type, n).ProtoReflect())
	}
	panic(fmt.Sprintf("no value for %s of kind %s", f.FullName(), f.Kind()))
}

func message(name protoreflect.FullName, sqlType string, n int) proto.Message {
	switch name {
	case "google.protobuf.Timestamp":
		return &timestamppb.Timestamp{Seconds: 1750000000 + int64(n)} // in June 2025
	case "google.type.Date":
		return &date.Date{Year: 2025, Month: 6, Day: int32(10 + n)}
	case "google.type.TimeOfDay":
		return &timeofday.TimeOfDay{Hours: 10, Seconds: int32(n)}
	case "google.type.Decimal":
		return &decimal.Decimal{Value: number(sqlType, n)}
	case "google.protobuf.Value":
		return structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"n": structpb.NewNumberValue(float64(n))}})
	}
	panic("no value for " + string(name))
}

// number is a decimal number with as many digits after the point as the type has.
func number(sqlType string, n int) string {
	scale := 1
	if _, after, ok := strings.Cut(sqlType, ","); ok {
		_, _ = fmt.Sscanf(after, "%d", &scale)
	}
	return fmt.Sprintf("%d.5%s", n+1, strings.Repeat("0", scale-1))
}

// texts are the values of the types that texts are written for, with the digit as %d.
var texts = map[string]string{
	"uuid": "00000000-0000-4000-8000-00000000000%d", "date": "2025-06-1%d",
	"timestamp": "2025-06-15T10:00:0%d", "timestamptz": "2025-06-15T10:00:0%dZ", "timetz": "10:00:0%d+00",
	"interval": "PT%dH", "xml": "<a>%d</a>", "inet": "10.0.0.%d", "cidr": "10.0.%d.0/24",
	"macaddr": "08:00:2b:01:02:0%d", "macaddr8": "08:00:2b:01:02:03:04:0%d",
	"tsvector": "'a%d' 'b'", "tsquery": "'a%d' & 'b'",
	"point": "(%d,1)", "line": "{1,%d,3}", "lseg": "[(0,%d),(1,1)]", "box": "(9,9),(%d,1)", "path": "((0,%d),(1,1))",
	"polygon": "((0,%d),(1,1),(2,0))", "circle": "<(%d,1),2>",
	"int4range": "[%d,10)", "int8range": "[%d,10)", "numrange": "[%d,10)", "daterange": "[2025-06-1%d,2025-06-20)",
	"tsrange":        "[2025-06-15T10:00:0%d,2025-06-16T00:00:00)",
	"tstzrange":      "[2025-06-15T10:00:0%dZ,2025-06-16T00:00:00Z)",
	"int4multirange": "{[%d,10)}", "jsonb": `{"n": %d}`, "oid": "100%d", "pair": "(%d,two)",
}

// choices are the values of the types of the fixtures that have no other ones.
var choices = map[string][]string{
	"phase": {"not started", "done"}, "film_rating": {"G", "PG-13"},
	"varbit": {"0101", "1"},
}

// text is the n-th text of a column. Any other type has room for an @ and a digit.
func text(c crud.ColumnInfo, n int) string {
	sqlType, size, _ := strings.Cut(c.Type[strings.LastIndex(c.Type, ".")+1:], "(")
	length := 3
	_, _ = fmt.Sscanf(size, "%d", &length)
	if c.Kind == crud.KindUUID {
		sqlType = "uuid"
	}
	if own := choices[sqlType]; own != nil {
		return own[n%len(own)]
	}
	if sqlType == "bit" {
		return strings.Repeat(fmt.Sprint(n%2), length)
	}
	if format := texts[sqlType]; format != "" {
		return fmt.Sprintf(format, n+1)
	}
	return strings.Repeat("x", length-2) + fmt.Sprintf("@%d", n)
}
