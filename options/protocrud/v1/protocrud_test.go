package protocrudv1_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

func TestPathAndExtensionNumber(t *testing.T) {
	t.Parallel()
	file := protocrudv1.File_protocrud_v1_options_proto
	assert.Equal(t, protocrudv1.Path, file.Path())

	extended := map[protoreflect.FullName]protoreflect.FullName{}
	for i := range file.Extensions().Len() {
		ext := file.Extensions().Get(i)
		assert.EqualValues(t, protocrudv1.ExtensionNumber, ext.Number(), ext.FullName())
		extended[ext.FullName()] = ext.ContainingMessage().FullName()
	}
	assert.Equal(t, map[protoreflect.FullName]protoreflect.FullName{
		"protocrud.v1.model":   "google.protobuf.MessageOptions",
		"protocrud.v1.field":   "google.protobuf.FieldOptions",
		"protocrud.v1.service": "google.protobuf.ServiceOptions",
		"protocrud.v1.method":  "google.protobuf.MethodOptions",
	}, extended)
}

// The embedded text is what consumers compile; the descriptor is what the plugin
// reads. They must not drift apart.
func TestSourceDeclaresTheLinkedDescriptor(t *testing.T) {
	t.Parallel()
	compiled := compile(t, protoc)[protocrudv1.Path]
	linked := protodesc.ToFileDescriptorProto(protocrudv1.File_protocrud_v1_options_proto)
	assert.Empty(t, cmp.Diff(linked, protodesc.ToFileDescriptorProto(compiled), protocmp.Transform()))
}

// Whether an option was given must show wherever its zero value is not its
// default: only lists, messages, enums with an unspecified value and switches
// that are off unless set may lack presence.
func TestOptionsHavePresence(t *testing.T) {
	t.Parallel()
	switches := map[protoreflect.FullName]bool{
		"protocrud.v1.Model.across_parents": true,
		"protocrud.v1.Model.projection":     true,
		"protocrud.v1.Model.events":         true,
		"protocrud.v1.Model.keyless":        true,
		"protocrud.v1.Index.unique":         true,
		"protocrud.v1.Field.primary_key":    true,
		"protocrud.v1.Field.unique":         true,
		"protocrud.v1.Field.sensitive":      true,
		"protocrud.v1.Field.skip":           true,
		"protocrud.v1.Method.skip":          true,
	}
	for _, field := range optionFields() {
		switch {
		case field.IsList(), field.HasPresence():
		case field.Kind() == protoreflect.EnumKind:
			zero := field.Enum().Values().ByNumber(0)
			assert.True(t, strings.HasSuffix(string(zero.Name()), "_UNSPECIFIED"), zero.FullName())
		default:
			assert.True(t, switches[field.FullName()], field.FullName())
		}
	}
}

func TestTextForm(t *testing.T) {
	t.Parallel()
	t.Run("protoc", func(t *testing.T) {
		t.Parallel()
		testTextForm(t, compile(t, protoc)["library.proto"])
	})
	t.Run("buf", func(t *testing.T) {
		t.Parallel()
		testTextForm(t, compile(t, buf)["library.proto"])
	})
}

func testTextForm(t *testing.T, library protoreflect.FileDescriptor) {
	t.Helper()
	message := func(name protoreflect.Name) *protocrudv1.Model {
		options := library.Messages().ByName(name).Options()
		require.True(t, proto.HasExtension(options, protocrudv1.E_Model), name)
		return proto.GetExtension(options, protocrudv1.E_Model).(*protocrudv1.Model)
	}
	field := func(owner, name protoreflect.Name) *protocrudv1.Field {
		options := library.Messages().ByName(owner).Fields().ByName(name).Options()
		require.True(t, proto.HasExtension(options, protocrudv1.E_Field), name)
		return proto.GetExtension(options, protocrudv1.E_Field).(*protocrudv1.Field)
	}
	service := library.Services().ByName("BookService")
	method := service.Methods().ByName("DeleteBook")

	for name, tc := range map[string]struct{ got, want proto.Message }{
		"empty model": {message("Author"), &protocrudv1.Model{}},
		"model": {message("Book"), &protocrudv1.Model{
			Table: new("books"),
			Indexes: []*protocrudv1.Index{
				{Fields: []string{"author_id", "title"}},
				{Fields: []string{"isbn"}, Unique: true},
			},
		}},
		"enums of model": {message("Tag"), &protocrudv1.Model{
			Filters: protocrudv1.Model_EXPLICIT, TotalSize: protocrudv1.Model_CAPPED,
		}},
		"every option of model": {message("Everything"), &protocrudv1.Model{
			Table:      new("everything"),
			Schema:     new("library"),
			PrimaryKey: []string{"org_id", "user_id"},
			Indexes: []*protocrudv1.Index{{
				Fields: []string{"tags"}, Expressions: []string{"lower(title)"}, Where: new("delete_time IS NULL"), Method: new("gin"), Name: new("everything_tags"),
			}},
			SoftDelete:      new(true),
			PurgeTtl:        &durationpb.Duration{Seconds: 2592000},
			DefaultPageSize: new(int32(20)),
			MaxPageSize:     new(int32(100)),
			MaxBatchSize:    new(int32(10)),
			Search:          []string{"title"},
			Filters:         protocrudv1.Model_ALL,
			TotalSize:       protocrudv1.Model_ESTIMATED,
			IdPattern:       new("[a-z]+"),
			AcrossParents:   true,
			CheckParent:     new(false),
			Scope:           []string{"tenant_id"},
			ShardKey:        new("tenant_id"),
			Projection:      true,
			Events:          true,
			Comment:         new(""),
			Was:             []string{"all"},
			Keyless:         true,
			ForeignKeys: []*protocrudv1.ForeignKey{{
				Fields:       []string{"org_id", "user_id"},
				Model:        new("library.v1.Everything"),
				TargetFields: []string{"org_id", "user_id"},
				OnDelete:     protocrudv1.Reference_CASCADE,
				OnUpdate:     protocrudv1.Reference_SET_NULL,
				Name:         new("everything_user"),
			}},
		}},
		"identity":    {field("Book", "id"), &protocrudv1.Field{Generated: protocrudv1.Field_IDENTITY}},
		"third state": {field("Book", "title"), &protocrudv1.Field{MaxLength: new(int32(200)), Orderable: new(false)}},
		"reference": {field("Book", "author_id"), &protocrudv1.Field{References: &protocrudv1.Reference{
			Model: new("library.v1.Author"), OnDelete: protocrudv1.Reference_CASCADE,
		}}},
		"uuid": {field("Book", "uid"), &protocrudv1.Field{Generated: protocrudv1.Field_UUID_V7}},
		"relation": {field("Book", "tags"), &protocrudv1.Field{Relation: &protocrudv1.Relation{
			Write: protocrudv1.Relation_OWNED, OrderBy: new("position"), Through: new("book_tags"),
		}}},
		"enum_as":        {field("Book", "genre"), &protocrudv1.Field{EnumAs: protocrudv1.Field_NAME}},
		"storage":        {field("Book", "first"), &protocrudv1.Field{Storage: protocrudv1.Field_JSON}},
		"skip":           {field("Book", "shelf"), &protocrudv1.Field{Skip: true}},
		"one at a time":  {field("Tag", "id"), &protocrudv1.Field{PrimaryKey: true, Type: new("uuid")}},
		"every of field": {field("Everything", "value"), everyFieldOption()},
		"service": {proto.GetExtension(service.Options(), protocrudv1.E_Service).(proto.Message), &protocrudv1.Service{
			RateLimits: []*protocrudv1.RateLimit{{
				MaxCalls: new(int64(1000)), Period: &durationpb.Duration{Seconds: 60}, Keys: []string{"peer"},
				Algorithm: protocrudv1.RateLimit_TOKEN_BUCKET, Burst: new(int64(10)),
			}},
			Permissions: []string{"books.read"},
			ErrorDomain: new("library.example.com"),
		}},
		"method": {proto.GetExtension(method.Options(), protocrudv1.E_Method).(proto.Message), &protocrudv1.Method{
			Model: new("Book"),
			Skip:  true,
			RateLimits: []*protocrudv1.RateLimit{{
				MaxCalls: new(int64(10)), Period: &durationpb.Duration{Nanos: 500000000}, Group: new("writes"),
				Keys: []string{"principal", "request:id"}, Algorithm: protocrudv1.RateLimit_SLIDING_WINDOW,
			}},
			Permissions: []string{"books.delete"},
			Without:     []string{"metrics"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, cmp.Diff(tc.want, tc.got, protocmp.Transform()))
		})
	}
}

// No option may be left out of testdata/library.proto, and so of TestTextForm.
func TestTextFormUsesEveryOption(t *testing.T) {
	t.Parallel()
	library := protodesc.ToFileDescriptorProto(compile(t, protoc)["library.proto"])
	used := map[protoreflect.FullName]bool{}
	err := protorange.Range(library.ProtoReflect(), func(path protopath.Values) error {
		if step := path.Index(-1).Step; step.Kind() == protopath.FieldAccessStep {
			used[step.FieldDescriptor().FullName()] = true
		}
		return nil
	})
	require.NoError(t, err)
	for _, field := range optionFields() {
		assert.True(t, used[field.FullName()], field.FullName())
	}
}

// Zero values are given on purpose: max_length, filterable.
func everyFieldOption() *protocrudv1.Field {
	return &protocrudv1.Field{
		Column:     new("val"),
		Type:       new("citext"),
		PrimaryKey: true,
		Generated:  protocrudv1.Field_NONE,
		Unique:     true,
		Default:    new("'draft'"),
		References: &protocrudv1.Reference{
			Model: new("library.v1.Book"), Field: new("isbn"),
			OnDelete: protocrudv1.Reference_SET_NULL, OnUpdate: protocrudv1.Reference_SET_DEFAULT,
		},
		Relation:    &protocrudv1.Relation{Write: protocrudv1.Relation_OUTPUT_ONLY, By: new("tag_id")},
		Storage:     protocrudv1.Field_EMBEDDED,
		EnumAs:      protocrudv1.Field_POSTGRES,
		EnumUnknown: protocrudv1.Field_ZERO,
		MaxLength:   new(int32(0)),
		Filterable:  new(false),
		Orderable:   new(true),
		Sensitive:   true,
		Was:         []string{"value_text"},
	}
}

// optionFields returns the fields of all messages of the file.
func optionFields() []protoreflect.FieldDescriptor {
	var fields []protoreflect.FieldDescriptor
	messages := protocrudv1.File_protocrud_v1_options_proto.Messages()
	for i := range messages.Len() {
		message := messages.Get(i)
		for j := range message.Fields().Len() {
			fields = append(fields, message.Fields().Get(j))
		}
	}
	return fields
}
