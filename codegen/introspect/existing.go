package introspect

import (
	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// Existing is a file that is there.
type Existing struct {
	// Path is that of the messages, and Text what the file holds.
	Path, Text string
	// Proto is the file as the compiler has it, and Models are its models.
	Proto  *protogen.File
	Models []*model.Model
}

// modelOf returns the model of a table, nil if the file has none.
func (e *Existing) modelOf(n catalog.Name) *model.Model {
	for _, m := range e.Models {
		if m.Table == n.Name && m.Schema == n.Schema {
			return m
		}
	}
	return nil
}

// has reports whether the file has a message of that name that is no model.
func (e *Existing) has(name string) bool {
	m := e.message(name)
	if m == nil {
		return false
	}
	for _, x := range e.Models {
		if x.Message == m {
			return false
		}
	}
	return true
}

func (e *Existing) message(name string) *protogen.Message {
	if e.Proto == nil {
		return nil
	}
	for _, m := range e.Proto.Messages {
		if string(m.Desc.Name()) == name {
			return m
		}
	}
	return nil
}

// names are the names that the file takes.
func (e *Existing) names() []string {
	if e.Proto == nil {
		return nil
	}
	var all []string
	for _, m := range e.Proto.Messages {
		all = append(all, claims(string(m.Desc.Name()))[:1]...)
	}
	for _, m := range e.Models {
		all = append(all, claims(string(m.Message.Desc.Name()))...)
	}
	for _, x := range e.Proto.Enums {
		all = append(all, string(x.Desc.Name()))
		for _, v := range x.Values {
			all = append(all, string(v.Desc.Name()))
		}
	}
	for _, s := range e.Proto.Services {
		all = append(all, string(s.Desc.Name()))
	}
	return all
}
