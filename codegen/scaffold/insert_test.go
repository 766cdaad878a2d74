package scaffold_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/scaffold"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

func methodsOf(kinds ...model.MethodKind) scaffold.Config {
	return scaffold.Config{Methods: func(*model.Model) []model.MethodKind { return kinds }}
}

func only(text string) source.Config {
	return source.Config{Files: []string{"in.proto"}, Texts: map[string][]byte{"in.proto": []byte(text)}}
}

// What is added stands where a person would put it, however the file is written.
func TestAddWhereItBelongs(t *testing.T) {
	t.Parallel()
	const (
		head  = "syntax = \"proto3\";\npackage p;\nimport \"google/api/annotations.proto\";\nimport \"google/api/client.proto\";\nimport \"google/api/field_behavior.proto\";\nimport \"protocrud/v1/options.proto\";\noption go_package = \"example.com/p\";\n"
		model = "message Book { option (protocrud.v1.model) = {}; int64 id = 1; }\n"
		get   = "message GetBookRequest { int64 id = 1; }\n"
		rpc   = "  // GetBook returns one book.\n  rpc GetBook(GetBookRequest) returns (Book) {\n    option (google.api.http) = {get: \"/books/{id}\"};\n    option (google.api.method_signature) = \"id\";\n  }\n"
		serve = "// BookService serves books.\nservice BookService {\n" + rpc + "}\n"
	)
	for name, tc := range map[string]struct{ old, want string }{
		"before the first message": {head + "\n" + model + get, head + "\n" + serve + "\n" + model + get},
		"without a line between":   {head + model + get, head + "\n" + serve + "\n" + model + get},
		"before its comment": {
			head + "\n// Apart.\n\n// One.\n/* Two. */\n" + model + get,
			head + "\n// Apart.\n\n" + serve + "\n// One.\n/* Two. */\n" + model + get,
		},
		"behind a service": {
			head + model + get + "service A {} // a\n// last",
			head + model + get + "service A {} // a\n\n" + strings.TrimSuffix(serve, "\n") + "\n// last",
		},
		"in an empty service":         {head + model + get + "service BookService {\n}\n", head + model + get + "service BookService {\n" + rpc + "}\n"},
		"in a service of one line":    {head + model + get + "service BookService {}", head + model + get + "service BookService {\n" + rpc + "}"},
		"behind a comment at its end": {head + model + get + "service BookService {\n  // more?\n}\n", head + model + get + "service BookService {\n  // more?\n\n" + rpc + "}\n"},
		"behind an option": {
			head + model + get + "service BookService {\n  option deprecated = true; }\n",
			head + model + get + "service BookService {\n  option deprecated = true; \n\n" + rpc + "}\n",
		},
		"with the line ends of the file": {
			strings.ReplaceAll(head+model+get+"service BookService {\n}\n", "\n", "\r\n"),
			strings.ReplaceAll(head+model+get+"service BookService {\n"+rpc+"}\n", "\n", "\r\n"),
		},
		"behind a byte order mark": {"\ufeff" + head + "\n" + model + get, "\ufeff" + head + "\n" + serve + "\n" + model + get},
		"a message behind the last": {
			head + model + "/* x */ enum E { E_UNSPECIFIED = 0; }\nservice BookService {\n}\n",
			head + model + "\n// GetBookRequest asks for one book.\nmessage GetBookRequest {\n  // The id of the book.\n  int64 id = 1 [(google.api.field_behavior) = REQUIRED];\n}\n" +
				"/* x */ enum E { E_UNSPECIFIED = 0; }\nservice BookService {\n" + rpc + "}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := scaffold.Add(t.Context(), only(tc.old), methodsOf(getOnly...))
			require.NoError(t, err)
			require.Len(t, files, 1)
			assert.Equal(t, tc.want, string(files[0].New))
		})
	}
}

var getOnly = []model.MethodKind{model.Get}

func TestAddSortsImports(t *testing.T) {
	t.Parallel()
	const text = "syntax = \"proto3\";\npackage p;\n// The options.\nimport \"protocrud/v1/options.proto\"; // last\noption go_package = \"example.com/p\";\nmessage Book { option (protocrud.v1.model) = {}; int64 id = 1; }\n"
	files, err := scaffold.Add(t.Context(), only(text), methodsOf(model.Get, model.Delete))
	require.NoError(t, err)
	imports, _, _ := strings.Cut(string(files[0].New), "option go_package")
	assert.Equal(t, `syntax = "proto3";
package p;
import "google/api/annotations.proto";
import "google/api/client.proto";
import "google/api/field_behavior.proto";
import "google/protobuf/empty.proto";
// The options.
import "protocrud/v1/options.proto"; // last
`, imports)
}

// Methods are added to a service in another file, if that has some of the model's.
func TestAddToTheServiceOfAnotherFile(t *testing.T) {
	t.Parallel()
	from := source.Config{
		Files: []string{"book.proto", "service.proto"},
		Texts: map[string][]byte{
			"book.proto": []byte("syntax = \"proto3\";\npackage p;\nimport \"protocrud/v1/options.proto\";\noption go_package = \"example.com/p\";\n" +
				"message Book { option (protocrud.v1.model) = {}; int64 id = 1; }\nmessage GetBookRequest { int64 id = 1; }\n"),
			"service.proto": []byte("syntax = \"proto3\";\npackage p;\nimport \"book.proto\";\noption go_package = \"example.com/p\";\n" +
				"service Library {\n  rpc GetBook(GetBookRequest) returns (Book);\n}\n"),
		},
	}
	files, err := scaffold.Add(t.Context(), from, methodsOf(model.Get, model.Create))
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, "service.proto", files[0].Name)
	assert.Contains(t, string(files[0].New), "rpc CreateBook(CreateBookRequest)")
	assert.NotContains(t, string(files[0].New), "message GetBookRequest")
}

// A service that is named after the model is its service in another file too.
func TestAddToTheServiceOfTheModelsName(t *testing.T) {
	t.Parallel()
	from := source.Config{
		Files: []string{"book.proto", "service.proto"},
		Texts: map[string][]byte{
			"book.proto": []byte("syntax = \"proto3\";\npackage p;\nimport \"protocrud/v1/options.proto\";\noption go_package = \"example.com/p\";\n" +
				"message Book { option (protocrud.v1.model) = {}; int64 id = 1; }\n"),
			"service.proto": []byte("syntax = \"proto3\";\npackage p;\noption go_package = \"example.com/p\";\nservice BookService {\n}\n"),
		},
	}
	files, err := scaffold.Add(t.Context(), from, methodsOf(model.Get))
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, "service.proto", files[0].Name)
	assert.Contains(t, string(files[0].New), "package p;\n\nimport \"book.proto\";\nimport \"google/api/annotations.proto\";\n")
}

// A service that a person wrote keeps every byte when a method is added: what was there
// is the new text without what was put in, and says the same.
func TestAddKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		space := func(label string) string {
			return rapid.SampledFrom([]string{" ", "\n", "\n\n", "\t", "  \n ", " // note }\n", " /* { */ ", "\n// } apart\n\n", "\r\n"}).Draw(t, label)
		}
		var b strings.Builder
		word := func(text string) { b.WriteString(text + space("space")) }
		word(`syntax = "proto3";`)
		word(`package p.v1;`)
		word(`import "protocrud/v1/options.proto";`)
		word(`import "google/protobuf/empty.proto";`)
		word(`option go_package = "example.com/p";`)
		word("message Book {")
		word("option (protocrud.v1.model) = {};")
		word("int64 id = 1;")
		word("}")
		word("message GetBookRequest { int64 id = 1; }")
		if rapid.Bool().Draw(t, "served") {
			word("service BookService {")
			if rapid.Bool().Draw(t, "gets") {
				word("rpc GetBook(GetBookRequest) returns (Book);")
			}
			if rapid.Bool().Draw(t, "lends") {
				word("rpc LendBook(GetBookRequest) returns (google.protobuf.Empty)")
				word("{")
				word("option deprecated = true;")
				word("}")
			}
			word("}")
		}
		if rapid.Bool().Draw(t, "lent") {
			word("enum State {")
			word("STATE_UNSPECIFIED = 0;")
			word("}")
		}
		old := b.String()
		files, err := scaffold.Add(t.Context(), only(old), methodsOf(model.Get, model.Create, model.Delete))
		require.NoError(t, err, old)
		require.Len(t, files, 1)
		added := string(files[0].New)
		require.True(t, isSubsequence(old, added), "%s\n---\n%s", old, added)
		again, err := scaffold.Add(t.Context(), only(added), methodsOf(model.Get, model.Create, model.Delete))
		require.NoError(t, err, added)
		require.Empty(t, again, added)
	})
}

// isSubsequence reports whether a text is another one with whole runs left out.
func isSubsequence(text, of string) bool {
	for i := range len(of) {
		if len(text) > 0 && text[0] == of[i] {
			text = text[1:]
		}
	}
	return text == ""
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	const (
		head  = "syntax = \"proto3\";\npackage p;\nimport \"google/api/resource.proto\";\nimport \"protocrud/v1/options.proto\";\noption go_package = \"example.com/p\";\n"
		book  = "message Book { option (protocrud.v1.model) = {}; int64 id = 1; }\n"
		shelf = "message Shelf {\n  option (google.api.resource) = {type: \"e.com/Shelf\" pattern: \"shelves/{shelf}\"};\n  option (protocrud.v1.model) = {};\n  string name = 1;\n}\n"
		cfg   = "message Config {\n  option (google.api.resource) = {type: \"e.com/Config\" pattern: \"shelves/{shelf}/config\"};\n  option (protocrud.v1.model) = {};\n  string name = 1;\n}\n"
	)
	for name, tc := range map[string]struct {
		text   string
		config scaffold.Config
		want   string
	}{
		"no model":           {head + "message A {}\n", scaffold.Config{}, "no message of the files has option (protocrud.v1.model)"},
		"another message":    {head + book, scaffold.Config{Messages: []string{"Bok"}}, `message "Bok" is no model of the files`},
		"an unknown field":   {head + book, scaffold.Config{Fields: []string{"mask"}}, `unknown field "mask"; known are allow_missing`},
		"names without one":  {head + book, scaffold.Config{Style: scaffold.ByName}, "p.Book has no resource name; add a google.api.resource pattern"},
		"keys without one":   {head + shelf, scaffold.Config{Style: scaffold.ByID}, "p.Shelf has its key in its resource name only"},
		"no soft delete":     {head + book, methodsOf(model.Undelete), "p.Book is not soft-deleted, so it has no method undelete"},
		"a singleton":        {head + shelf + cfg, methodsOf(model.Create), "p.Config is a singleton, which has no method create"},
		"no key":             {head + "message Entry { option (protocrud.v1.model) = {keyless: true}; string text = 1; }\n", methodsOf(model.List, model.Get), "p.Entry has no key, so it has no method get, which names a row"},
		"no standard method": {head + book, methodsOf(model.GetBy), "one of the methods is none of get, list"},
		"what is wrong":      {head + book + "service S { rpc GetBooks(Book) returns (Book); }", scaffold.Config{}, "in.proto:7:"},
		"another request":    {head + book + "message GetBookRequest { string isbn = 1; }", methodsOf(model.Get), "what is there does not fit what would be added"},
		"a name that is taken": {
			head + book + "enum GetBookRequest { ZERO = 0; }", methodsOf(model.Get), "what is there does not fit what would be added",
		},
		"a part of a batch": {
			head + book,
			scaffold.Config{Fields: []string{"request_id"}, Methods: func(*model.Model) []model.MethodKind { return []model.MethodKind{model.BatchCreate} }},
			"request_id",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := scaffold.Add(t.Context(), only(tc.text), tc.config)
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, err := scaffold.Add(t.Context(), source.Config{Set: "image.binpb"}, scaffold.Config{})
	require.ErrorContains(t, err, "a descriptor set cannot be added to")
	_, err = scaffold.ParseMethods("get,lst")
	require.ErrorContains(t, err, `unknown method "lst"; known are get, list`)
	_, err = scaffold.ParseStyle("uuid")
	require.ErrorContains(t, err, `unknown style "uuid"`)
}
