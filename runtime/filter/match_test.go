package filter_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// A matcher says of messages what the evaluator says of their rows, which is what SQL
// says of them (TestMeaning).
func TestMatcher(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	kinds := recordKinds(crud.Postgres)
	schema, md := recordSchema(kinds), recordDescriptor(t, kinds)
	rows, messages := make([]filter.Row, 200), make([]protoreflect.Message, 200)
	for i := range rows {
		r := randomRecord(kinds, random)
		rows[i], messages[i] = evaluated(r, kinds), r.message(md, kinds)
	}
	seen := map[filter.Truth]int{}
	for range *randomFilters {
		text := randomFilter(random, kinds, 3)
		is, isNot := matcher(t, schema, md, text), matcher(t, schema, md, "NOT ("+text+")")
		p := check(t, schema, text)
		for i, row := range rows {
			want := p.Eval(row)
			seen[want]++
			if is.Match(messages[i]) != (want == filter.True) || isNot.Match(messages[i]) != (want == filter.False) {
				require.Fail(t, "a matcher and the evaluator differ", "%s is %d of %v", text, want, row)
			}
		}
	}
	for _, truth := range []filter.Truth{filter.True, filter.Unknown, filter.False} {
		assert.Greater(t, seen[truth], *randomFilters, "messages of which a filter is %d", truth)
	}
}

func matcher(t *testing.T, s *filter.Schema, md protoreflect.MessageDescriptor, text string) *filter.Matcher {
	t.Helper()
	m, err := check(t, s, text).Matcher(md)
	require.NoError(t, err, text)
	return m
}

// A filter that a message alone does not answer is refused, at its place.
func TestUnmatchable(t *testing.T) {
	t.Parallel()
	kinds := recordKinds(crud.Postgres)
	schema := filter.NewSchema("records",
		field("string", filter.String), field("gone", filter.String),
		filter.Field{Path: "opt_string", Columns: []string{"opt_string"}, Kind: filter.String, Null: filter.NullIsUnset, Filterable: true, Opaque: true},
		filter.Field{
			Path: "uuid", Columns: []string{"uuid"}, Kind: filter.Typed, Null: filter.NullIsUnset, Filterable: true, Takes: "an address",
			Read: func(literal string) (string, bool) { return literal, true },
		},
	).WithRelations(filter.Relation{Path: "author", Schema: func(alias string) *filter.Schema {
		return filter.NewSchema(alias, field("country", filter.String))
	}})
	tests := map[string]struct {
		offset int
		reason string
	}{
		`string = a gone = b`:                  {12, `"gone" is no field of test.v1.Record`},
		`string = a OR NOT author.country = a`: {19, `"author" is a relation`},
		`opt_string:a`:                         {1, `only the database compares "opt_string"`},
		`-uuid > a`:                            {2, `only the database compares "uuid"; here it can be asked only whether it is set, uuid:*`},
	}
	for text, want := range tests {
		_, err := check(t, schema, text).Matcher(recordDescriptor(t, kinds))
		var e *filter.Error
		require.ErrorAs(t, err, &e, text)
		assert.Equal(t, want.offset, e.Offset, text)
		assert.Contains(t, e.Reason, want.reason, text)
	}
	for _, text := range []string{"", "opt_string = null", "uuid:*"} {
		_, err := check(t, schema, text).Matcher(recordDescriptor(t, kinds))
		assert.NoError(t, err, text)
	}
}

// Nothing is known of a field whose message is unset, however it is stored.
func TestMatcherOfUnsetMessages(t *testing.T) {
	t.Parallel()
	kinds := recordKinds(crud.Postgres)
	md := recordDescriptor(t, kinds)
	schema := filter.NewSchema("records",
		filter.Field{Path: "in", Columns: []string{"in_set"}, Kind: filter.Message, Null: filter.NullIsUnset, Filterable: true},
		filter.Field{Path: "in.int64", Columns: []string{"in_int64"}, Kind: filter.Int64, Null: filter.NullIsUnset, Present: []string{"in_set"}, Filterable: true},
	)
	unset, empty, full := dynamicpb.NewMessage(md), dynamicpb.NewMessage(md), dynamicpb.NewMessage(md)
	empty.Mutable(md.Fields().ByName("in"))
	setValue(full.Mutable(md.Fields().ByName("in")).Message(), "int64", int64(7))
	tests := map[string][3]bool{
		"in:*":               {false, true, true},
		"in = null":          {true, false, false},
		"in.int64 = 7":       {false, false, true},
		"in.int64 != 7":      {false, true, false},
		"NOT in.int64 > 6":   {false, true, false},
		"in.int64 = null":    {false, true, false},
		"in.int64:*":         {false, false, true},
		"NOT in.int64 = 1e9": {false, true, true},
	}
	for text, want := range tests {
		m := matcher(t, schema, md, text)
		assert.Equal(t, want, [3]bool{m.Match(unset), m.Match(empty), m.Match(full)}, text)
	}
}

// protoTypes are the types of fields by their kinds.
var protoTypes = map[filter.Kind]descriptorpb.FieldDescriptorProto_Type{
	filter.Bool:   descriptorpb.FieldDescriptorProto_TYPE_BOOL,
	filter.Int32:  descriptorpb.FieldDescriptorProto_TYPE_INT32,
	filter.Int64:  descriptorpb.FieldDescriptorProto_TYPE_INT64,
	filter.Uint32: descriptorpb.FieldDescriptorProto_TYPE_UINT32,
	filter.Uint64: descriptorpb.FieldDescriptorProto_TYPE_UINT64,
	filter.Float:  descriptorpb.FieldDescriptorProto_TYPE_FLOAT,
	filter.Double: descriptorpb.FieldDescriptorProto_TYPE_DOUBLE,
	filter.String: descriptorpb.FieldDescriptorProto_TYPE_STRING,
	filter.UUID:   descriptorpb.FieldDescriptorProto_TYPE_STRING,
	filter.Bytes:  descriptorpb.FieldDescriptorProto_TYPE_BYTES,
	filter.Enum:   descriptorpb.FieldDescriptorProto_TYPE_ENUM,
}

var protoNames = map[filter.Kind]string{
	filter.Enum:      ".test.v1.Genre",
	filter.Timestamp: ".google.protobuf.Timestamp",
	filter.Duration:  ".google.protobuf.Duration",
	filter.Date:      ".google.type.Date",
	filter.TimeOfDay: ".google.type.TimeOfDay",
}

// recordDescriptor is the message of records.
func recordDescriptor(t *testing.T, kinds []recordKind) protoreflect.MessageDescriptor {
	t.Helper()
	in := &descriptorpb.DescriptorProto{Name: proto.String("In")}
	top := &descriptorpb.DescriptorProto{
		Name: proto.String("Record"), NestedType: []*descriptorpb.DescriptorProto{in},
		Field: []*descriptorpb.FieldDescriptorProto{
			{Name: proto.String("name"), Number: proto.Int32(1), Type: protoTypes[filter.String].Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()},
			{Name: proto.String("in"), Number: proto.Int32(2), Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), TypeName: proto.String(".test.v1.Record.In"), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()},
		},
	}
	for _, k := range kinds {
		for _, f := range k.fields {
			if below, ok := strings.CutPrefix(f.Path, "in."); ok {
				in.Field = append(in.Field, protoField(below, f, len(in.Field)+1))
			} else {
				top.Field = append(top.Field, protoField(f.Path, f, len(top.Field)+1))
			}
		}
	}
	genre := &descriptorpb.EnumDescriptorProto{Name: proto.String("Genre")}
	for i, name := range []string{"GENRE_UNSPECIFIED", "FICTION", "POETRY"} {
		genre.Value = append(genre.Value, &descriptorpb.EnumValueDescriptorProto{Name: proto.String(name), Number: proto.Int32(int32(i))})
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("test/v1/record.proto"), Package: proto.String("test.v1"),
		Syntax: proto.String("editions"), Edition: descriptorpb.Edition_EDITION_2023.Enum(),
		Dependency:  []string{"google/protobuf/timestamp.proto", "google/protobuf/duration.proto", "google/type/date.proto", "google/type/timeofday.proto"},
		MessageType: []*descriptorpb.DescriptorProto{top}, EnumType: []*descriptorpb.EnumDescriptorProto{genre},
	}, protoregistry.GlobalFiles)
	require.NoError(t, err)
	return file.Messages().ByName("Record")
}

func protoField(name string, f filter.Field, number int) *descriptorpb.FieldDescriptorProto {
	fd := &descriptorpb.FieldDescriptorProto{
		Name: proto.String(name), Number: proto.Int32(int32(number)),
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}
	if typ, ok := protoTypes[f.Kind]; ok {
		fd.Type = typ.Enum()
	} else {
		fd.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
	}
	if of := protoNames[f.Kind]; of != "" {
		fd.TypeName = proto.String(of)
	}
	switch {
	case f.Repeated:
		fd.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	case *fd.Type != descriptorpb.FieldDescriptorProto_TYPE_MESSAGE && (f.Null == filter.NotNull || f.Null == filter.NullIsZero):
		fd.Options = &descriptorpb.FieldOptions{Features: &descriptorpb.FeatureSet{FieldPresence: descriptorpb.FeatureSet_IMPLICIT.Enum()}}
	}
	return fd
}

// message returns a record as a message.
func (r *record) message(md protoreflect.MessageDescriptor, kinds []recordKind) protoreflect.Message {
	m := dynamicpb.NewMessage(md)
	fields := md.Fields()
	m.Set(fields.ByName("name"), protoreflect.ValueOfString("shelves/"+r.values["shelf"].(string)+"/books/"+r.values["book"].(string)))
	in := m.Mutable(fields.ByName("in")).Message()
	for _, k := range kinds {
		for _, f := range k.fields {
			v := r.values[f.Columns[0]]
			if v == nil {
				continue
			}
			if below, ok := strings.CutPrefix(f.Path, "in."); ok {
				setValue(in, below, v)
			} else {
				setValue(m, f.Path, v)
			}
		}
	}
	return m
}

func setValue(m protoreflect.Message, name string, v any) {
	fd := m.Descriptor().Fields().ByName(protoreflect.Name(name))
	if !fd.IsList() {
		m.Set(fd, protoValue(v))
		return
	}
	list := m.Mutable(fd).List()
	for _, e := range elementsOf(v) {
		list.Append(protoValue(e))
	}
}

func protoValue(v any) protoreflect.Value {
	switch v := v.(type) {
	case genre:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(v))
	case proto.Message:
		return protoreflect.ValueOfMessage(v.ProtoReflect())
	}
	return protoreflect.ValueOf(v)
}
