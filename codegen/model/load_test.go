package model_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

const library = `
message User {
  option (protocrud.v1.model) = {indexes: [{fields: ["email", "username"]}]};
  int64 id = 1;
  string username = 2 [(google.api.field_behavior) = REQUIRED, (protocrud.v1.field) = {unique: true, max_length: 40}];
  optional string email = 3;
  google.protobuf.Timestamp create_time = 4;
}
message Shelf {
  option (protocrud.v1.model) = {};
  option (google.api.resource) = {type: "library.example.com/Shelf" pattern: "shelves/{shelf}"};
  string name = 1;
  string theme = 2;
}
message Book {
  option (protocrud.v1.model) = {scope: []};
  option (google.api.resource) = {type: "library.example.com/Book" pattern: "shelves/{shelf}/books/{book}"};
  string name = 1 [(google.api.field_behavior) = IDENTIFIER];
  string title = 2;
  int64 owner_id = 3 [(protocrud.v1.field) = {references: {model: "library.v1.User", on_delete: CASCADE}}];
}
message GetUserRequest { int64 id = 1; }
message ListUsersRequest { int32 page_size = 1; string page_token = 2; }
message ListUsersResponse { repeated User users = 1; string next_page_token = 2; }
message CreateUserRequest { User user = 1; }
message UpdateUserRequest { User user = 1; google.protobuf.FieldMask update_mask = 2; }
message GetBookRequest { string name = 1; }
message ListBooksRequest { string parent = 1; int32 page_size = 2; string page_token = 3; }
message ListBooksResponse { repeated Book books = 1; string next_page_token = 2; }
message CreateBookRequest { string parent = 1; Book book = 2; string book_id = 3; }
service LibraryService {
  rpc GetUser(GetUserRequest) returns (User);
  rpc ListUsers(ListUsersRequest) returns (ListUsersResponse);
  rpc CreateUser(CreateUserRequest) returns (User);
  rpc UpdateUser(UpdateUserRequest) returns (User);
  rpc DeleteUser(GetUserRequest) returns (google.protobuf.Empty);
  rpc GetBook(GetBookRequest) returns (Book);
  rpc ListBooks(ListBooksRequest) returns (ListBooksResponse);
  rpc CreateBook(CreateBookRequest) returns (Book);
  rpc ReserveBook(GetBookRequest) returns (Book);
}
`

func TestLoadReadsModelsAndServices(t *testing.T) {
	t.Parallel()
	file := load(t, library)
	require.Len(t, file.Models, 3)
	require.Len(t, file.Services, 1)
	user, shelf, book := file.Models[0], file.Models[1], file.Models[2]

	assert.Equal(t, "users", user.Table)
	assert.Equal(t, []string{"users_email_username_idx"}, []string{user.Indexes[0].Name})
	assert.True(t, user.Key.Scalar())
	assert.Equal(t, model.Identity, user.Key.Columns[0].Generated)
	assert.Equal(t, "users_username_key", user.Columns[1].Constraint)
	assert.Equal(t, "shelves", shelf.Table)
	assert.Equal(t, shelf, book.Parent.Model)
	assert.Equal(t, []string{"shelf_id", "book_id", "title", "owner_id"}, names(book.Columns))
	require.Len(t, book.References, 2)
	assert.Equal(t, "books_owner_id_fkey", book.References[1].Constraint)
	assert.Equal(t, "CASCADE", book.References[1].OnDelete)

	service := file.Services[0]
	var kinds []model.MethodKind
	for _, m := range service.Methods {
		kinds = append(kinds, m.Kind)
	}
	assert.Equal(t, []model.MethodKind{
		model.Get, model.List, model.Create, model.Update, model.Delete,
		model.Get, model.List, model.Create, model.Custom,
	}, kinds)
	require.Len(t, service.Stores, 2)
	assert.Equal(t, "Users", service.Stores[0].GoName)
	assert.Equal(t, "Books", service.Stores[1].GoName)
}

// A foreign key over the key of a parent is its reference, and says what is done with it.
func TestForeignKeyOfTheParent(t *testing.T) {
	t.Parallel()
	const proto = `
message Project {
  option (google.api.resource) = {type: "x/Project" pattern: "orgs/{org}/projects/{project}"};
  option (protocrud.v1.model) = {};
  string name = 1;
}
message Task {
  option (google.api.resource) = {type: "x/Task" pattern: "orgs/{org}/projects/{project}/tasks/{task}"};
  option (protocrud.v1.model) = {%s};
  string name = 1;
  string org_id = 2;
  string project_id = 3;
  string task_id = 4;
}
`
	plain := load(t, fmt.Sprintf(proto, "")).Models[1].References
	stated := load(t, fmt.Sprintf(proto, `foreign_keys: [{fields: ["org_id", "project_id"], model: "library.v1.Project", on_delete: CASCADE, name: "mine"}]`)).Models[1].References
	require.Len(t, plain, 1)
	require.Len(t, stated, 1)
	assert.Equal(t, "tasks_org_id_project_id_fkey", plain[0].Constraint)
	assert.Equal(t, "mine", stated[0].Constraint)
	assert.Empty(t, plain[0].OnDelete)
	assert.Equal(t, "CASCADE", stated[0].OnDelete)
	assert.True(t, stated[0].IsParent)
	assert.Equal(t, names(plain[0].Columns), names(stated[0].Columns))

	problems := diagnoseOne(t, fmt.Sprintf(proto, `foreign_keys: [{fields: ["project_id", "org_id"], model: "library.v1.Project"}]`))
	require.Len(t, problems, 1)
	assert.Equal(t, "the fields are the key of the parent library.v1.Project, so they cannot reference others", problems[0].Problem)
}

// A foreign key can refer to what no two rows agree in, however it is stated.
func TestIdentifies(t *testing.T) {
	t.Parallel()
	const fields = ` int64 a = 1; int64 b = 2; int64 c = 3 [(protocrud.v1.field) = {unique: true}]; int64 d = 4; google.protobuf.Timestamp delete_time = 5; }`
	for name, test := range map[string]struct {
		option  string
		columns []int
		want    bool
	}{
		"the key":                     {`primary_key: ["a", "b"] soft_delete: false`, []int{1, 0}, true},
		"the key of a soft delete":    {`primary_key: ["a", "b"]`, []int{0, 1}, true},
		"some of the key":             {`primary_key: ["a", "b"] soft_delete: false`, []int{0}, false},
		"more than the key":           {`primary_key: ["a", "b"] soft_delete: false`, []int{0, 1, 3}, false},
		"a unique field":              {`primary_key: ["a"] soft_delete: false`, []int{2}, true},
		"a unique field of the key":   {`primary_key: ["a", "c"] soft_delete: false`, []int{2}, true},
		"a unique field, live rows":   {`primary_key: ["a"]`, []int{2}, false},
		"a unique index":              {`primary_key: ["a"] soft_delete: false indexes: [{fields: ["b", "d"] unique: true}]`, []int{3, 1}, true},
		"a unique index, live rows":   {`primary_key: ["a"] indexes: [{fields: ["b", "d"] unique: true}]`, []int{1, 3}, false},
		"a unique index of some rows": {`primary_key: ["a"] soft_delete: false indexes: [{fields: ["b", "d"] unique: true where: "d > 0"}]`, []int{1, 3}, false},
		"a unique expression":         {`primary_key: ["a"] soft_delete: false indexes: [{fields: ["b", "d"] unique: true expressions: ["abs(b)"]}]`, []int{1, 3}, false},
		"another index":               {`primary_key: ["a"] soft_delete: false indexes: [{fields: ["b", "d"]}]`, []int{1, 3}, false},
		"with the scope":              {`primary_key: ["a"] soft_delete: false scope: ["d"]`, []int{3, 0}, true},
		"without the scope":           {`primary_key: ["a", "b"] soft_delete: false scope: ["d"]`, []int{0, 1}, true},
	} {
		m := load(t, "message Thing { option (protocrud.v1.model) = {"+test.option+"};"+fields).Models[0]
		var columns []*model.Column
		for _, i := range test.columns {
			columns = append(columns, m.Columns[i])
		}
		assert.Equal(t, test.want, m.Identifies(columns), name)
	}
}

func names(columns []*model.Column) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.Name
	}
	return all
}
