package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// A method is a standard method that can be added.
type method struct {
	name   string // as Methods and the command have it
	kind   model.MethodKind
	verb   string
	plural bool // the resource follows in the plural
}

// methods are in the order in which a service has them.
var methods = []method{
	{name: "get", kind: model.Get, verb: "Get"},
	{name: "list", kind: model.List, verb: "List", plural: true},
	{name: "create", kind: model.Create, verb: "Create"},
	{name: "update", kind: model.Update, verb: "Update"},
	{name: "delete", kind: model.Delete, verb: "Delete"},
	{name: "undelete", kind: model.Undelete, verb: "Undelete"},
	{name: "batch_get", kind: model.BatchGet, verb: "BatchGet", plural: true},
	{name: "batch_create", kind: model.BatchCreate, verb: "BatchCreate", plural: true},
	{name: "batch_update", kind: model.BatchUpdate, verb: "BatchUpdate", plural: true},
	{name: "batch_delete", kind: model.BatchDelete, verb: "BatchDelete", plural: true},
	{name: "watch", kind: model.Watch, verb: "Watch", plural: true},
}

// Methods are the names of the methods that can be added.
func Methods() []string {
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = m.name
	}
	return names
}

// ParseMethods returns the methods that a list such as get,list,batch_get names.
func ParseMethods(list string) ([]model.MethodKind, error) {
	var kinds []model.MethodKind
	for name := range strings.SplitSeq(list, ",") {
		i := slices.Index(Methods(), strings.TrimSpace(name))
		if i < 0 {
			return nil, fmt.Errorf("unknown method %q; known are %s", name, strings.Join(Methods(), ", "))
		}
		kinds = append(kinds, methods[i].kind)
	}
	return kinds, nil
}

// Standard returns the methods of a model without a choice: Get, List, Create, Update
// and Delete, and Undelete where it is soft-deleted; of a singleton, Get and Update; of
// a model without a key, List and Create.
func Standard(m *model.Model) []model.MethodKind {
	switch {
	case m.Singleton():
		return []model.MethodKind{model.Get, model.Update}
	case m.Keyless:
		return []model.MethodKind{model.List, model.Create}
	case m.SoftDelete() != nil:
		return []model.MethodKind{model.Get, model.List, model.Create, model.Update, model.Delete, model.Undelete}
	}
	return []model.MethodKind{model.Get, model.List, model.Create, model.Update, model.Delete}
}

func (m method) nameOf(of *model.Model) string {
	if m.plural {
		return m.verb + of.Nouns
	}
	return m.verb + of.Noun
}

// methodsOf returns the methods of a model, all of which it can have.
func (c Config) methodsOf(m *model.Model) ([]model.MethodKind, error) {
	if c.Methods == nil {
		return Standard(m), nil
	}
	kinds := c.Methods(m)
	for _, kind := range kinds {
		i := slices.IndexFunc(methods, func(other method) bool { return other.kind == kind })
		full := m.Message.Desc.FullName()
		switch {
		case i < 0:
			return nil, fmt.Errorf("%s: one of the methods is none of %s", full, strings.Join(Methods(), ", "))
		case m.Singleton() && kind != model.Get && kind != model.Update:
			return nil, fmt.Errorf("%s is a singleton, which has no method %s: it is there as long as its parent is (AIP-156); leave the method out", full, methods[i].name)
		case !m.Serves(kind):
			return nil, fmt.Errorf("%s has no key, so it has no method %s, which names a row; leave the method out, or give the model a key", full, methods[i].name)
		case kind == model.Watch && !m.Events:
			return nil, fmt.Errorf("%s writes no events, so it has no method watch; add events: true to option (protocrud.v1.model), or leave the method out", full)
		case kind == model.Undelete && m.SoftDelete() == nil:
			return nil, fmt.Errorf("%s is not soft-deleted, so it has no method undelete; add google.protobuf.Timestamp delete_time to the message, or leave the method out", full)
		}
	}
	return kinds, nil
}
