package emit

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	const (
		invalid      = "INVALID_ARGUMENT"
		notFound     = "NOT_FOUND"
		exists       = "ALREADY_EXISTS"
		precondition = "FAILED_PRECONDITION"
	)
	id := &model.Column{Name: "id", PrimaryKey: true}
	number := &model.Column{Name: "id", PrimaryKey: true, Generated: model.Identity}
	email := &model.Column{Name: "email", Unique: true}
	author := &model.Column{Name: "author_id"}
	key := func(c *model.Column) model.Key { return model.Key{Columns: []*model.Column{c}} }

	plain := &model.Model{Key: key(id)}
	numbered := &model.Model{Key: key(number)}
	uniqueField := &model.Model{Key: key(number), Columns: []*model.Column{number, email}}
	uniqueIndex := &model.Model{Key: key(number), Indexes: []*model.Index{{Unique: true}}}
	referring := &model.Model{Key: key(id), References: []*model.Reference{{Columns: []*model.Column{author}}}}
	sharedKey := &model.Model{Key: key(id), References: []*model.Reference{{Columns: []*model.Column{id}}}}
	child := &model.Model{
		Key:        key(id),
		Parent:     &model.Parent{Model: plain, Check: true},
		References: []*model.Reference{{Columns: []*model.Column{id}, IsParent: true}},
	}
	unchecked := &model.Model{Key: key(id), Parent: &model.Parent{Model: plain}}
	orphan := &model.Model{Key: key(id), Parent: &model.Parent{Check: true}}

	tests := []struct {
		name string
		kind model.MethodKind
		of   *model.Model
		want []string
	}{
		{"get", model.Get, plain, []string{invalid, notFound}},
		{"list", model.List, plain, []string{invalid}},
		{"list of a parent", model.List, child, []string{invalid, notFound}},
		{"list of a parent that is not checked", model.List, unchecked, []string{invalid}},
		{"list of a parent that is no model", model.List, orphan, []string{invalid}},
		{"create", model.Create, plain, []string{invalid, exists}},
		{"create with a number", model.Create, numbered, []string{invalid}},
		{"create with a number and a unique field", model.Create, uniqueField, []string{invalid, exists}},
		{"create with a number and a unique index", model.Create, uniqueIndex, []string{invalid, exists}},
		{"create below a parent", model.Create, child, []string{invalid, notFound, exists}},
		{"create with a reference", model.Create, referring, []string{invalid, exists, precondition}},
		{"update", model.Update, plain, []string{invalid, notFound}},
		{"update of a unique field", model.Update, uniqueField, []string{invalid, notFound, exists}},
		{"update of a reference", model.Update, referring, []string{invalid, notFound, precondition}},
		{"update of a reference that is the key", model.Update, sharedKey, []string{invalid, notFound}},
		{"update below a parent", model.Update, child, []string{invalid, notFound}},
		{"delete", model.Delete, plain, []string{invalid, notFound, precondition}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := &model.Method{Kind: tt.kind, Store: &model.Store{Model: tt.of}}
			assert.Equal(t, tt.want, codes(m))
		})
	}
}
