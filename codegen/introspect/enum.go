package introspect

import (
	"fmt"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// An enum is an enum type, declared in the first message that has it: the names of its
// values are what is stored, and several enums may have the same.
type enum struct {
	name   string
	of     *catalog.Enum
	within *message
}

// enumOf gives a field the enum of its type. Where the names of its values are taken in
// the message, the field is a string.
func (w *writer) enumOf(m *message, f *field) {
	e := w.enums[f.kind.enum.Name]
	if e == nil {
		if e = w.declare(m, f.kind.enum); e == nil {
			own := w.db.Types[f.kind.enum.String()]
			k := kind{none: "its type is not known"}
			if own != nil {
				k = w.db.ownKind(own)
			}
			k.repeated, k.absent = f.kind.repeated, !f.kind.repeated
			f.kind = k
			return
		}
	}
	f.kind.proto = e.name
	if e.within != nil && e.within != m {
		f.kind.proto = e.within.name + "." + e.name
	}
	if m.model && model.SnakeCase(e.name[strings.LastIndexByte(e.name, '.')+1:]) != e.of.Name.Name {
		f.options.add("type", e.of.Name.Name)
	}
}

// declare puts an enum into a message, nil if its names are taken there.
func (w *writer) declare(m *message, of *catalog.Enum) *enum {
	taken := map[string]bool{}
	for _, name := range w.fieldNames(m) {
		taken[name] = true
	}
	for _, e := range m.enums {
		taken[e.name] = true
		for _, l := range e.of.Labels {
			taken[l] = true
		}
	}
	e := &enum{name: camel(snake(of.Name.Name)), of: of, within: m}
	for _, l := range append([]string{e.name}, of.Labels...) {
		if taken[l] || m.existing != nil {
			return nil
		}
	}
	m.enums = append(m.enums, e)
	w.enums[of.Name] = e
	return e
}

func (e *enum) write() string {
	var b strings.Builder
	fmt.Fprintf(&b, "  // %s has the values of the type %s of the database, by their names.\n  enum %s {\n", e.name, e.of.Name.Name, e.name)
	for i, l := range e.of.Labels {
		fmt.Fprintf(&b, "    %s = %d;\n", l, i)
	}
	b.WriteString("  }\n")
	return b.String()
}
