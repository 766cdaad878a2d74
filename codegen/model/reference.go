package model

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// Fields of the option's references, as parts of a location's path.
const (
	referenceModel    = 1
	referenceField    = 2
	referenceOnDelete = 3
	referenceOnUpdate = 4
)

// actions are the SQL of the referential actions; NO ACTION is the default.
var actions = map[protocrudv1.Reference_Action]string{
	protocrudv1.Reference_RESTRICT:    "RESTRICT",
	protocrudv1.Reference_CASCADE:     "CASCADE",
	protocrudv1.Reference_SET_NULL:    "SET NULL",
	protocrudv1.Reference_SET_DEFAULT: "SET DEFAULT",
}

// addReferences reads the foreign keys of single columns.
func (l *loader) addReferences(d *draft) {
	for _, f := range d.fields {
		if f.opts.GetReferences() != nil && f.column != nil {
			l.addReference(d, f)
		}
	}
}

func (l *loader) addReference(d *draft, f *field) {
	if f.column.Repeated {
		d.add(f.option(fieldReferences), "references is set on a repeated field", "remove it")
		return
	}
	opts := f.opts.GetReferences()
	d.checkActions(f)
	target := l.referencedModel(d, f)
	if target == nil {
		return
	}
	d.uses = append(d.uses, target)
	column := d.referencedColumn(f, target)
	if column == nil {
		return
	}
	if !sameKind(f.column, column) {
		d.add(f.option(fieldReferences), fmt.Sprintf("the field is %s, and the referenced column %s.%s is %s", f.column.kindName(), target.Message.Desc.FullName(), column.Name, column.kindName()),
			"give both the same type")
		return
	}
	r := d.parentReference(f)
	if r == nil {
		r = &Reference{
			Constraint: d.foreignKey([]*Column{f.column}),
			Columns:    []*Column{f.column},
			Model:      target.Model,
			Target:     []*Column{column},
		}
		d.References = append(d.References, r)
	} else if r.Model != target.Model || r.Target[0] != column {
		d.add(f.option(fieldReferences), fmt.Sprintf("the field is the key of the parent %s, so it cannot reference another column", r.Model.Message.Desc.FullName()), "remove it")
		return
	}
	r.OnDelete, r.OnUpdate = actions[opts.GetOnDelete()], actions[opts.GetOnUpdate()]
}

// parentReference returns the reference to the parent, if the field is all of it.
func (d *draft) parentReference(f *field) *Reference {
	if len(d.References) == 0 {
		return nil
	}
	r := d.References[0]
	if !r.IsParent || len(r.Columns) != 1 || r.Columns[0] != f.column {
		return nil
	}
	return r
}

// checkActions reports actions that the column cannot take.
func (d *draft) checkActions(f *field) {
	opts := f.opts.GetReferences()
	for _, a := range []struct {
		action protocrudv1.Reference_Action
		name   string
		part   int32
	}{{opts.GetOnDelete(), "on_delete", referenceOnDelete}, {opts.GetOnUpdate(), "on_update", referenceOnUpdate}} {
		where := f.option(fieldReferences, a.part)
		switch {
		case a.action == protocrudv1.Reference_SET_NULL && f.column.NotNull:
			d.add(where, a.name+" is SET_NULL, but the field cannot be unset", "make the field optional and neither REQUIRED nor a key, or choose another action")
		case a.action == protocrudv1.Reference_SET_DEFAULT && f.column.Default == "":
			d.add(where, a.name+" is SET_DEFAULT, but the column has no default", "state [(protocrud.v1.field).default], or choose another action")
		}
	}
}

// referencedModel returns the model that references.model names; nil, reported, if it
// is none.
func (l *loader) referencedModel(d *draft, f *field) *draft {
	name := f.opts.GetReferences().GetModel()
	where := f.option(fieldReferences, referenceModel)
	full := protoreflect.FullName(strings.TrimPrefix(name, "."))
	if f.opts.GetReferences().Model == nil {
		d.add(f.option(fieldReferences), "references names no model", `add model: "`+string(d.file.Desc.Package())+`.…"`)
		return nil
	}
	if name == "" {
		return nil // reported with the options
	}
	m := l.messages[full]
	target := l.byName[full]
	switch {
	case m == nil:
		d.add(where, fmt.Sprintf("references %q, which is no message that the file imports", name), l.modelsHint(d, name))
	case !l.sees(d.file, l.gen.FilesByPath[m.Desc.ParentFile().Path()]):
		d.add(where, fmt.Sprintf("references %q, which is in a file that is not imported", name), fmt.Sprintf("import %q", m.Desc.ParentFile().Path()))
	case target == nil:
		d.add(where, fmt.Sprintf("references %q, which is no model", name), "add option (protocrud.v1.model) = {} to it, or reference another")
	default:
		return target
	}
	return nil
}

// modelsHint says how to write the name of a model that a reference means: those that
// end with it, else all that the file sees.
func (l *loader) modelsHint(d *draft, name string) string {
	var all, meant []string
	for _, other := range l.visible(d.file) {
		full := string(other.Message.Desc.FullName())
		all = append(all, full)
		if strings.HasSuffix(full, "."+name) {
			meant = append(meant, strconv.Quote(full))
		}
	}
	if len(meant) > 0 {
		return "write the full name, " + strings.Join(meant, " or ")
	}
	return "import its file and write its full name; visible models: " + strings.Join(all, ", ")
}

// referencedColumn returns the column that a reference names, by default the target's
// key; nil, reported, if there is no such one.
func (d *draft) referencedColumn(f *field, target *draft) *Column {
	name := f.opts.GetReferences().GetField()
	full := target.Message.Desc.FullName()
	switch {
	case target.Keyless && name == "":
		d.add(f.option(fieldReferences, referenceModel), fmt.Sprintf("references %s, which has no key", full), "name a unique field of it as field, or remove the reference")
		return nil
	case !target.keyed && !target.Keyless:
		return nil // reported there
	case name == "" && len(target.Key.Columns) == 1:
		return target.lastKey()
	case name == "":
		d.add(f.option(fieldReferences, referenceModel), fmt.Sprintf("the key of %s has %d columns, and one field cannot reference them", full, len(target.Key.Columns)),
			"name a unique field of it as field, or remove the reference")
		return nil
	}
	where := f.option(fieldReferences, referenceField)
	other := target.fieldNamed(name)
	switch {
	case other == nil || other.column == nil:
		d.add(where, fmt.Sprintf("%q is no stored field of %s", name, full), "name its key or a unique field")
		return nil
	case !other.column.Unique && (!other.column.PrimaryKey || len(target.Key.Columns) > 1):
		d.add(where, fmt.Sprintf("field %s of %s is neither its key nor unique", name, full), "name its key or a unique field")
		return nil
	}
	return other.column
}
