package model_test

import (
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// lines returns the diagnostics without their hints.
func lines(ds model.Diagnostics) []string {
	var all []string
	for _, d := range ds {
		d.Hint = ""
		all = append(all, d.String())
	}
	return all
}

const shelf = `syntax = "proto3"; package library.v1; option go_package = "example.com/library/v1;libraryv1";` + imports + `
message Shelf {
  option (protocrud.v1.model) = {};
  option (google.api.resource) = {type: "library.example.com/Shelf" pattern: "shelves/{shelf}"};
  string name = 1;
  map<string, Unused> labels = 2;
}
message Unused { option (protocrud.v1.model) = {}; string title = 1; }
`

// A mistake in a model of another file is this run's where something in the run uses
// the model, and is said in that file. The rest of the file is another run's.
func TestMistakesInImportedFilesAreLocatedThere(t *testing.T) {
	t.Parallel()
	const (
		path = "+library/v1/shelf.proto"
		head = `syntax = "proto3"; package books.v1; option go_package = "example.com/books/v1;booksv1";` + imports +
			`import "library/v1/shelf.proto";` + "\n"
		wrong = "library/v1/shelf.proto:7:3: library.v1.Shelf.labels: library.v1.Unused is a model, with a table of its own"
	)
	for name, text := range map[string]string{
		"its parent": `message Book {
  option (protocrud.v1.model) = {};
  option (google.api.resource) = {type: "x/Book" pattern: "shelves/{shelf}/books/{book}"};
  string name = 1;
}`,
		"what it references": `message Book {
  option (protocrud.v1.model) = {};
  int64 id = 1;
  string shelf = 2 [(protocrud.v1.field).references = {model: "library.v1.Shelf"}];
}`,
		"what is served": `message GetShelfRequest { string name = 1; }
service Shelves { rpc GetShelf(GetShelfRequest) returns (library.v1.Shelf); }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, lines(diagnose(t, sources{path: shelf, "books/v1/book.proto": head + text})), wrong)
		})
	}
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		assert.Empty(t, diagnose(t, sources{path: shelf, "books/v1/book.proto": head + "message Book {}"}))
	})
}

// A request may be declared in another file than its RPC.
func TestRequestsOfOtherFilesAreLocatedThere(t *testing.T) {
	t.Parallel()
	got := diagnose(t, sources{
		"+books/v1/requests.proto": `syntax = "proto3"; package books.v1; option go_package = "example.com/books/v1;booksv1";
message GetBookRequest {
  int64 id = 1;
  bool verbose = 2;
}`,
		"books/v1/book.proto": `syntax = "proto3"; package books.v1; option go_package = "example.com/books/v1;booksv1";` + imports + `
import "books/v1/requests.proto";
message Book { option (protocrud.v1.model) = {}; int64 id = 1; }
service Books { rpc GetBook(GetBookRequest) returns (Book); }`,
	})
	assert.Equal(t, []string{
		"books/v1/requests.proto:4:3: books.v1.GetBookRequest.verbose: field verbose has no defined behaviour in Get of books.v1.Book",
	}, lines(got))
}

// Compilers differ in what they know of places; a diagnostic says the nearest.
func TestPlacesAreTheNearestThatTheCompilerKnows(t *testing.T) {
	t.Parallel()
	const body = `message Library {
  message Book {
    option (protocrud.v1.model) = {
      table: "books"
      was: ["books"]
    };
    int64 id = 1;
    string title = 2;
  }
}`
	const said = `library.v1.Library.Book: former table name "books" is the name that library.v1.Library.Book has now`
	for name, c := range map[string]struct {
		mode protocompile.SourceInfoMode
		want string
	}{
		"inside of options": {everyLocation, "library/v1/library.proto:6:13: " + said},
		"options":           {protocompile.SourceInfoStandard, "library/v1/library.proto:4:5: " + said},
		"none":              {protocompile.SourceInfoNone, "library/v1/library.proto:1:1: " + said},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := request(t, sources{"library/v1/library.proto": head + body}, c.mode)
			_, diagnostics := model.Load(plugin(t, req))
			assert.Equal(t, []string{c.want}, lines(diagnostics))
		})
	}
}

// Every stage of a model's life is reached before anything is said, so that a person
// corrects a proto once.
func TestAllMistakesOfARunAreSaidAtOnce(t *testing.T) {
	t.Parallel()
	got := diagnose(t, sources{
		"b.proto": head + `message Book { option (protocrud.v1.model) = {projection: true}; int64 id = 1; map<string, Book> m = 2; }
message GetBookRequest { string id = 1; }
service Books { rpc GetBook(GetBookRequest) returns (GetBookRequest); }`,
		"a.proto": head + `message Page { option (protocrud.v1.model) = {}; string title = 1; }`,
	})
	require.Len(t, got, 5)
	assert.Equal(t, "a.proto", got[0].File)
	for i, d := range got[1:] {
		assert.Equal(t, "b.proto", d.File)
		assert.True(t, got[i].File < d.File || got[i].Line <= d.Line, "sorted")
	}
}
