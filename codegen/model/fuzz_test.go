package model_test

import (
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// mistaken is a proto with much in it that is wrong, for changes that make it right.
const mistaken = `
message Outer {
  message Member {
    option (protocrud.v1.model) = {primary_key: ["org", "user"] scope: ["tenant", ""] schema: "s" indexes: [{fields: ["role"] unique: true}]
      foreign_keys: [{fields: ["user", "org"] model: "library.v1.Outer.Member" target_fields: ["user", "role"] on_delete: SET_NULL}]};
    string org = 1 [(google.api.field_info).format = UUID4];
    uint64 user = 2 [(protocrud.v1.field) = {generated: IDENTITY references: {model: "library.v1.User" field: "id"}}];
    string role = 3 [(protocrud.v1.field) = {column: "r" default: "'x'" unique: true type: "uuid"}];
    oneof choice { string a = 4; Member b = 5; }
    map<string, int64> counts = 6;
    repeated google.protobuf.Duration spans = 7;
    google.protobuf.Timestamp update_time = 8;
  }
}
message User {
  option (protocrud.v1.model) = {};
  option (google.api.resource) = {type: "x/User" pattern: "orgs/{org}/users/{user}" singular: "user" plural: "users" name_field: "path"};
  string path = 1;
  string org_id = 2;
  int64 id = 3;
}
message Request { string org = 1; uint64 user = 2; Outer.Member member = 3; string parent = 4; User person = 5; string name = 6; }
message Page { repeated Outer.Member members = 1; string next_page_token = 2; int32 page_size = 3; string page_token = 4; }
service Members {
  rpc GetMember(Request) returns (Outer.Member);
  rpc ListMembers(Page) returns (Page);
  rpc CreateMember(Request) returns (Outer.Member) { option (protocrud.v1.method) = {model: "Outer.Member"}; }
  rpc UpdateUser(Request) returns (stream User) { option (protocrud.v1.method).skip = true; }
  rpc DeleteUser(Request) returns (google.protobuf.Empty);
}
`

// Whatever a proto's descriptor holds: reading it does not panic, what is wrong with it
// has a place and a remedy, and what passes is whole.
//
// An input is the changes that are made to descriptors of protos as people write them,
// so that what reaches the model stage is nearly right.
func FuzzLoad(f *testing.F) {
	bases := []*pluginpb.CodeGeneratorRequest{
		request(f, sources{"library/v1/library.proto": head + library}, everyLocation),
		request(f, sources{"library/v1/library.proto": head + mistaken}, everyLocation),
	}
	for i := range bases {
		f.Add(uint8(i), []byte{})
		f.Add(uint8(i), []byte("the quick brown fox jumps over the lazy dog"))
		f.Add(uint8(i), []byte{4, 0, 2, 1, 8, 9, 200, 30, 7, 5, 4, 3, 2, 1, 90, 80, 70, 60})
	}
	f.Fuzz(func(t *testing.T, base uint8, script []byte) {
		req := proto.CloneOf(bases[int(base)%len(bases)])
		file := req.ProtoFile[len(req.ProtoFile)-1].ProtoReflect()
		for c := (&changes{script}); len(c.left) > 0; {
			c.change(file)
		}
		gen, err := protogen.Options{}.New(req)
		if err != nil {
			return // it is not a proto at all
		}
		files, diagnostics := model.Load(gen)
		if len(diagnostics) > 0 {
			require.Nil(t, files)
			checkDiagnostics(t, diagnostics)
			return
		}
		for _, file := range files {
			checkWhole(t, file)
		}
	})
}

func checkDiagnostics(t *testing.T, all model.Diagnostics) {
	t.Helper()
	for _, d := range all {
		assert.NotEmpty(t, d.File)
		assert.Positive(t, d.Line)
		assert.Positive(t, d.Column)
		assert.NotEmpty(t, d.Name)
		assert.NotEmpty(t, d.Problem)
		assert.NotEmpty(t, d.Hint, d.Problem)
	}
}

// checkWhole checks what the later stages rely on.
func checkWhole(t *testing.T, file *model.File) {
	t.Helper()
	for _, m := range file.Models {
		assert.Equal(t, m.Keyless, len(m.Key.Columns) == 0)
		assert.True(t, m.Key.Fields() || m.Key.Name != nil)
		seen := map[string]bool{}
		for _, c := range m.Columns {
			assert.NotEmpty(t, c.Name)
			assert.False(t, seen[strings.ToLower(c.Name)], c.Name)
			seen[strings.ToLower(c.Name)] = true
			assert.NotZero(t, c.Kind)
		}
		for _, name := range []string{m.Names.Store, m.Names.Repository, m.Names.Columns, m.Names.Select} {
			assert.True(t, token.IsIdentifier(name), name)
		}
		for _, r := range m.References {
			assert.NotEmpty(t, r.Constraint)
			assert.Len(t, r.Target, len(r.Columns))
		}
	}
	for _, s := range file.Services {
		for _, m := range s.Methods {
			checkRoles(t, m)
		}
	}
}

// checkRoles checks that a method has the fields that its kind is made of.
func checkRoles(t *testing.T, m *model.Method) {
	t.Helper()
	switch m.Kind {
	case model.Get, model.Delete:
		assert.NotEqual(t, m.Name == nil, m.KeyFields == nil)
		assert.NotContains(t, m.KeyFields, nil)
	case model.List:
		assert.NotNil(t, m.PageSize)
		assert.NotNil(t, m.PageToken)
		assert.NotNil(t, m.Items)
		assert.NotNil(t, m.NextPageToken)
	case model.Create, model.Update:
		assert.NotNil(t, m.Resource)
	default:
		assert.Nil(t, m.Store)
	}
}

// changes are changes to a message that bytes decide on.
type changes struct{ left []byte }

// next returns a number below n, which is not 0.
func (c *changes) next(n int) int {
	if len(c.left) == 0 {
		return 0
	}
	b := c.left[0]
	c.left = c.left[1:]
	return int(b) % n
}

// change makes one change to m or to something in it.
func (c *changes) change(m protoreflect.Message) {
	fields := c.fields(m)
	f := fields[c.next(len(fields))]
	switch what := c.next(8); {
	case what == 0 && f.Message() == nil, what == 0 && f.IsExtension():
		m.Clear(f)
	case f.IsList():
		c.changeList(f, m.Mutable(f).List())
	case f.Message() != nil:
		c.change(m.Mutable(f).Message())
	default:
		m.Set(f, c.value(f))
	}
}

// changeList changes, appends or removes an element.
func (c *changes) changeList(f protoreflect.FieldDescriptor, list protoreflect.List) {
	what := c.next(8)
	switch {
	case list.Len() == 0 && f.Message() != nil:
		if changed[f.Message().FullName()] == nil { // a descriptor needs a name
			list.AppendMutable()
		}
	case list.Len() == 0, what == 0 && f.Message() == nil:
		list.Append(c.value(f))
	case what == 1 && c.next(8) == 0:
		list.Truncate(list.Len() - 1)
	case f.Message() != nil:
		c.change(list.Get(c.next(list.Len())).Message())
	default:
		list.Set(c.next(list.Len()), c.value(f))
	}
}

// extensions are the options that a change can add.
var extensions = []protoreflect.ExtensionType{
	protocrudv1.E_Model, protocrudv1.E_Field, protocrudv1.E_Service, protocrudv1.E_Method,
	annotations.E_Resource, annotations.E_FieldInfo, annotations.E_FieldBehavior,
}

// changed are the fields of descriptors that changes are made to. Others either mean
// nothing to the model or are checked before it sees them, so that most changes to
// them would end there; FuzzGenerate makes those.
var changed = map[protoreflect.FullName][]protoreflect.Name{
	"google.protobuf.FileDescriptorProto":    {"message_type", "service"},
	"google.protobuf.DescriptorProto":        {"name", "field", "nested_type", "options"},
	"google.protobuf.FieldDescriptorProto":   {"name", "label", "type", "type_name", "options"},
	"google.protobuf.ServiceDescriptorProto": {"name", "method", "options"},
	"google.protobuf.MethodDescriptorProto":  {"name", "input_type", "output_type", "server_streaming", "options"},
	"google.protobuf.MessageOptions":         {},
	"google.protobuf.FieldOptions":           {},
	"google.protobuf.ServiceOptions":         {},
	"google.protobuf.MethodOptions":          {},
}

// fields returns what a change can be made to: the fields of a message and the options
// that extend it.
func (c *changes) fields(m protoreflect.Message) []protoreflect.FieldDescriptor {
	var all []protoreflect.FieldDescriptor
	only, known := changed[m.Descriptor().FullName()]
	for i := range m.Descriptor().Fields().Len() {
		if f := m.Descriptor().Fields().Get(i); !known || slices.Contains(only, f.Name()) {
			all = append(all, f)
		}
	}
	for _, x := range extensions {
		if x.TypeDescriptor().ContainingMessage().FullName() == m.Descriptor().FullName() {
			all = append(all, x.TypeDescriptor())
		}
	}
	return all
}

// texts are what a proto's names, types and options can be.
var texts = []string{
	"", "id", "name", "path", "title", "org", "user", "book", "library.v1.Book", ".library.v1.User", "Outer.Member", "User",
	".library.v1.Outer.Member", ".google.protobuf.Empty", ".google.protobuf.Timestamp", "uuid", "users", "crud_users",
	"orgs/{org}", "orgs/{org}/users/{user}", "users/{user_id}", "{user}", "a\x00b", "größe", "GetUser", "ListUsers", "Get",
	strings.Repeat("x", 70), "_", "0", "NULL", "'", "etag", "create_time", "parent", "page_size", "tenant",
}

func (c *changes) value(f protoreflect.FieldDescriptor) protoreflect.Value {
	n := c.next(256)
	switch f.Kind() {
	case protoreflect.StringKind:
		text := texts[n%len(texts)]
		if changed[f.Parent().FullName()] != nil && f.Name() == "name" && !token.IsIdentifier(text) {
			text = "name" // the others are no names of a proto's elements
		}
		return protoreflect.ValueOfString(text)
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(n%2 == 0)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(n % 20))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(n - 8))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(int64(n - 8))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(uint64(n))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(float64(n))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{byte(n)})
	default:
		return f.Default()
	}
}
