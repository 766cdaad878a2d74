package validate_test

import (
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/validate"
)

const rules = `syntax = "proto3";
import "buf/validate/validate.proto";
message Book {
  string title = 1 [(buf.validate.field).string = {min_len: 1, max_len: 5}];
  int32 pages = 2 [(buf.validate.field).int32.gt = 0];
  Author author = 3;
  repeated string tags = 4 [(buf.validate.field).repeated.items.string.pattern = "^[a-z]+$"];
  option (buf.validate.message).cel = {
    id: "book.draft"
    message: "a draft has no pages"
    expression: "this.title != 'Draft' || this.pages == 1"
  };
}
message Author { string name = 1 [(buf.validate.field).required = true]; }
message Wrong {
  string text = 1 [(buf.validate.field).cel = {id: "wrong", expression: "this.nothing == 1"}];
}
`

// message returns a message of the rules' file.
func message(t *testing.T, name protoreflect.Name, text string) proto.Message {
	t.Helper()
	compiler := protocompile.Compiler{Resolver: protocompile.CompositeResolver{
		&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(map[string]string{"book.proto": rules})},
		protocompile.ResolverFunc(func(path string) (protocompile.SearchResult, error) {
			d, err := protoregistry.GlobalFiles.FindFileByPath(path)
			return protocompile.SearchResult{Desc: d}, err
		}),
	}}
	files, err := compiler.Compile(t.Context(), "book.proto")
	require.NoError(t, err)
	m := dynamicpb.NewMessage(files[0].Messages().ByName(name))
	require.NoError(t, prototext.Unmarshal([]byte(text), m))
	return m
}

func TestValidate(t *testing.T) {
	t.Parallel()
	v, err := validate.New()
	require.NoError(t, err)
	for name, test := range map[string]struct {
		text   string
		fields []string
	}{
		"good":            {`title: "Edda" pages: 3 author {name: "Ann"} tags: ["a"]`, nil},
		"several at once": {`title: "" pages: 0`, []string{"title", "pages"}},
		"too long":        {`title: "Njála!" pages: 1`, []string{"title"}},
		"nested":          {`title: "a" pages: 1 author {}`, []string{"author.name"}},
		"an element":      {`title: "a" pages: 1 tags: ["a", "B"]`, []string{"tags[1]"}},
		"the message":     {`title: "Draft" pages: 2`, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := v.Validate(message(t, "Book", test.text))
			if test.fields == nil {
				require.NoError(t, err)
				return
			}
			var e *crud.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, codes.InvalidArgument, e.Code)
			var fields []string
			for _, violation := range e.Violations {
				fields = append(fields, violation.Field)
				assert.NotEmpty(t, violation.Description)
				assert.Equal(t, crud.ReasonInvalidField, violation.Reason)
			}
			assert.Equal(t, test.fields, fields)
		})
	}
}

// A rule that does not compile is nobody's input: the error has no status, and the call
// becomes INTERNAL.
func TestRulesThatDoNotCompile(t *testing.T) {
	t.Parallel()
	v, err := validate.New()
	require.NoError(t, err)
	err = v.Validate(message(t, "Wrong", `text: "a"`))
	require.Error(t, err)
	var e *crud.Error
	assert.NotErrorAs(t, err, &e)
}
