package model

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// Names of the generated code follow protoc-gen-go's, whatever a proto calls things.
func TestGoCamelCaseIsThatOfProtogen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-zA-Z_]([a-zA-Z0-9]|_){0,12}`).Draw(t, "name")
		gen, err := protogen.Options{}.New(&pluginpb.CodeGeneratorRequest{
			ProtoFile: []*descriptorpb.FileDescriptorProto{{
				Name:        proto.String("a.proto"),
				Syntax:      proto.String("proto3"),
				Options:     &descriptorpb.FileOptions{GoPackage: proto.String("example.com/a")},
				MessageType: []*descriptorpb.DescriptorProto{{Name: proto.String(name)}},
			}},
		})
		require.NoError(t, err)
		assert.Equal(t, gen.Files[0].Messages[0].GoIdent.GoName, goCamelCase(name))
	})
}

func TestSnakeCase(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Book": "book", "LineItem": "line_item", "HTTPServer": "http_server", "UserID": "user_id",
		"line_item": "line_item", "Book_Page": "book_page", "OAuth2Token": "o_auth2_token", "A": "a", "": "",
	} {
		assert.Equal(t, want, snakeCase(name), name)
	}
}

func TestPluralOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Book": "Books", "Category": "Categories", "Day": "Days", "Soliloquy": "Soliloquies", "Box": "Boxes",
		"Address": "Addresses", "Status": "Statuses", "Branch": "Branches", "Epoch": "Epochs", "Bookshelf": "Bookshelves",
		"Analysis": "Analyses", "Hero": "Heroes", "Photo": "Photos", "Settings": "Settings", "News": "News",
		"UserData": "UserData", "y": "ys", "s": "ses", "": "s",
	} {
		assert.Equal(t, want, pluralOf(name), name)
	}
}

func TestVerbOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"GetBook": "Get", "Get": "Get", "ListBooks": "List", "UndeleteBook": "Undelete", "DeleteBook": "Delete",
		"BatchGetBooks": "BatchGet", "Getaway": "", "Listen": "", "Fetch": "", "getBook": "", "": "", "Get_Book": "Get", "Get2": "Get",
	} {
		v, ok := verbOf(name)
		assert.Equal(t, want, v.name, name)
		assert.Equal(t, want != "", ok, name)
	}
}

func TestKeyFieldNames(t *testing.T) {
	t.Parallel()
	tests := []struct{ columns, want []string }{
		{[]string{"shelf_id", "book_id"}, []string{"ShelfId", "BookId"}},
		{[]string{"string", "String"}, []string{"String_", "String__"}},
		{[]string{"a b", "a_b", "a-b"}, []string{"AB", "AB_", "AB__"}},
		{[]string{"1st", "größe"}, []string{"X1St", "Gr_E"}},
	}
	for _, tt := range tests {
		var columns []*Column
		for _, name := range tt.columns {
			columns = append(columns, &Column{Name: name})
		}
		assert.Equal(t, tt.want, keyFieldNames(columns))
	}
}

func TestIdentifierProblem(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"books": "", "order": "", "Full Title": "", "größe": "", strings.Repeat("x", 63): "",
		"":                      "is empty",
		strings.Repeat("x", 64): "has 64 bytes, an SQL name has at most 63",
		strings.Repeat("ß", 32): "has 64 bytes, an SQL name has at most 63",
		"a\x00b":                "holds a character that no SQL name can have",
		"a\nb":                  "holds a character that no SQL name can have",
		"a\xffb":                "holds a character that no SQL name can have",
		`a"b`:                   "holds one of \" ? $ `",
		"a?":                    "holds one of \" ? $ `",
		"$1":                    "holds one of \" ? $ `",
		"a`b":                   "holds one of \" ? $ `",
	} {
		assert.Equal(t, want, identifierProblem(name), "%q", name)
	}
}

// What PostgreSQL would cut is cut here, so that two names do not become one.
func TestDerivedNamesFitAndDiffer(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "books_title_idx", derivedName("books", "title", "idx"))
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringMatching(`[a-zß]{30,63}`)
		table, a, b := part.Draw(t, "table"), part.Draw(t, "a"), part.Draw(t, "b")
		name := derivedName(table, a, "idx")
		assert.LessOrEqual(t, len(name), sqlname.MaxBytes)
		assert.True(t, utf8.ValidString(name))
		assert.Equal(t, name, derivedName(table, a, "idx"))
		if a != b {
			assert.NotEqual(t, name, derivedName(table, b, "idx"))
		}
	})
}

func TestWithArticle(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"string": "a string", "int32": "an int32", "enum": "an enum", "uint64": "a uint64", "uuid": "a uuid"} {
		assert.Equal(t, want, withArticle(name))
	}
}
