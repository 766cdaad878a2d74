package allkinds_test

import (
	"fmt"
	"math"
	"slices"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/genproto/googleapis/type/decimal"
	"google.golang.org/genproto/googleapis/type/timeofday"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"pgregory.net/rapid"
)

// fill sets some fields of a message to random values, the extremes often. skip says
// which fields of the message itself are left alone.
func fill(t *rapid.T, m protoreflect.Message, depth int, skip ...protoreflect.Name) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if slices.Contains(skip, fd.Name()) || rapid.IntRange(0, 3).Draw(t, "leave") == 0 {
			continue
		}
		fillField(t, m, fd, depth)
	}
}

func fillField(t *rapid.T, m protoreflect.Message, fd protoreflect.FieldDescriptor, depth int) {
	switch {
	case fd.IsList():
		list := m.Mutable(fd).List()
		for range rapid.IntRange(0, 3).Draw(t, "n") {
			if v, ok := single(t, fd, depth); ok {
				list.Append(v)
			}
		}
	case fd.IsMap():
		entries := m.Mutable(fd).Map()
		for range rapid.IntRange(0, 3).Draw(t, "n") {
			key, _ := single(t, fd.MapKey(), depth)
			if v, ok := single(t, fd.MapValue(), depth); ok {
				entries.Set(key.MapKey(), v)
			}
		}
	default:
		if v, ok := single(t, fd, depth); ok {
			m.Set(fd, v)
		}
	}
}

var (
	texts   = rapid.OneOf(rapid.SampledFrom([]string{"", "a", `"`, `\`, "'", "ä\U0001F600", "a.b", "`", "null", "%", "\t\n", "<&>"}), rapid.StringMatching(`[a-zA-Z ]{0,12}`))
	doubles = rapid.OneOf(rapid.SampledFrom([]float64{0, 1, -1, 0.1, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 1e22, 1 << 53}), rapid.Float64Range(-1e6, 1e6).Filter(notNegativeZero))
)

func notNegativeZero(f float64) bool { return f != 0 || !math.Signbit(f) }

// single returns a value of a field's type; ok is false where there is to be none.
func single(t *rapid.T, fd protoreflect.FieldDescriptor, depth int) (v protoreflect.Value, ok bool) {
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, "bool")), true
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(rapid.SampledFrom([]int32{0, 1, 2}).Draw(t, "enum"))), true
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(t, "int32")), true
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(t, "int64")), true
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(rapid.Uint32().Draw(t, "uint32")), true
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(rapid.Uint64().Draw(t, "uint64")), true
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(rapid.SampledFrom([]float32{0, 1, -1, 0.1, math.MaxFloat32, math.SmallestNonzeroFloat32, 1 << 24}).Draw(t, "float")), true
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(doubles.Draw(t, "double")), true
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(texts.Draw(t, "string")), true
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(rapid.SliceOfN(rapid.Byte(), 0, 5).Draw(t, "bytes")), true
	default:
		return message(t, fd.Message(), depth)
	}
}

// message returns a message of a type. Those of the well-known types are valid.
func message(t *rapid.T, md protoreflect.MessageDescriptor, depth int) (v protoreflect.Value, ok bool) {
	var known proto.Message
	switch md.FullName() {
	case "google.protobuf.Timestamp":
		known = &timestamppb.Timestamp{Seconds: rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds"), Nanos: 1000 * rapid.Int32Range(0, 999_999).Draw(t, "micros")}
	case "google.protobuf.Duration":
		known = &durationpb.Duration{Seconds: rapid.Int64Range(0, 315576000000).Draw(t, "seconds"), Nanos: 1000 * rapid.Int32Range(0, 999_999).Draw(t, "micros")}
	case "google.protobuf.Any":
		inner, err := anypb.New(rapid.SampledFrom([]proto.Message{wrapperspb.String("x"), &timestamppb.Timestamp{Seconds: 7}, &structpb.Struct{}}).Draw(t, "any"))
		if err != nil {
			t.Fatal(err)
		}
		known = inner
	case "google.protobuf.FieldMask":
		known = &fieldmaskpb.FieldMask{Paths: rapid.SliceOfN(rapid.SampledFrom([]string{"a", "a.b", "given_name"}), 0, 3).Draw(t, "paths")}
	case "google.type.Date":
		at := time.Unix(86400*rapid.Int64Range(-719162, 2932896).Draw(t, "days"), 0).UTC()
		known = &date.Date{Year: int32(at.Year()), Month: int32(at.Month()), Day: int32(at.Day())}
	case "google.type.TimeOfDay":
		known = &timeofday.TimeOfDay{Hours: rapid.Int32Range(0, 23).Draw(t, "hours"), Minutes: rapid.Int32Range(0, 59).Draw(t, "minutes"), Seconds: rapid.Int32Range(0, 59).Draw(t, "seconds"), Nanos: 1000 * rapid.Int32Range(0, 999_999).Draw(t, "micros")}
	case "google.type.Decimal":
		known = &decimal.Decimal{Value: fmt.Sprintf("%d.%02d", rapid.Int32Range(-9999, 9999).Draw(t, "whole"), rapid.IntRange(0, 99).Draw(t, "cents"))}
	case "google.protobuf.Value":
		known = structValue(t, depth)
	case "google.protobuf.ListValue":
		known = structList(t, depth)
	case "google.protobuf.Struct":
		known = structOf(t, depth)
	}
	if known != nil {
		return protoreflect.ValueOfMessage(known.ProtoReflect()), true
	}
	if depth > 3 {
		return v, false
	}
	mt := messageType(md)
	m := mt.New()
	fill(t, m, depth+1)
	return protoreflect.ValueOfMessage(m), true
}

func structValue(t *rapid.T, depth int) *structpb.Value {
	last := 5
	if depth > 3 {
		last = 3
	}
	switch rapid.IntRange(0, last).Draw(t, "kind") {
	case 0:
		return structpb.NewNullValue()
	case 1:
		return structpb.NewNumberValue(doubles.Draw(t, "number"))
	case 2:
		return structpb.NewStringValue(texts.Draw(t, "text"))
	case 3:
		return structpb.NewBoolValue(rapid.Bool().Draw(t, "bool"))
	case 4:
		return structpb.NewListValue(structList(t, depth+1))
	default:
		return structpb.NewStructValue(structOf(t, depth+1))
	}
}

func structList(t *rapid.T, depth int) *structpb.ListValue {
	list := &structpb.ListValue{}
	for range rapid.IntRange(0, 2).Draw(t, "n") {
		list.Values = append(list.Values, structValue(t, depth+1))
	}
	return list
}

func structOf(t *rapid.T, depth int) *structpb.Struct {
	s := &structpb.Struct{Fields: map[string]*structpb.Value{}}
	for range rapid.IntRange(0, 2).Draw(t, "n") {
		s.Fields[texts.Draw(t, "key")] = structValue(t, depth+1)
	}
	return s
}
