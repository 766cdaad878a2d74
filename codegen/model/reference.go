package model

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// actions are the SQL of the referential actions; NO ACTION is the default.
var actions = map[protocrudv1.Reference_Action]string{
	protocrudv1.Reference_RESTRICT:    "RESTRICT",
	protocrudv1.Reference_CASCADE:     "CASCADE",
	protocrudv1.Reference_SET_NULL:    "SET NULL",
	protocrudv1.Reference_SET_DEFAULT: "SET DEFAULT",
}

// A referenceOption states a reference: the option of a field, or one of the model's
// foreign keys.
type referenceOption struct {
	terms
	site site
}

// terms are what both options say.
type terms interface {
	proto.Message
	GetModel() string
	GetOnDelete() protocrudv1.Reference_Action
	GetOnUpdate() protocrudv1.Reference_Action
}

// part is where a field of the option stands, or an element of it.
func (o referenceOption) part(field protoreflect.Name, element ...int32) site {
	fd := o.ProtoReflect().Descriptor().Fields().ByName(field)
	return site{o.site.desc, append(extend(o.site.sub, int32(fd.Number())), element...)}
}

// noun is what messages call the option.
func (o referenceOption) noun() string {
	if k, ok := o.terms.(*protocrudv1.ForeignKey); ok {
		return fmt.Sprintf("the foreign key (%s)", strings.Join(k.GetFields(), ", "))
	}
	return "references"
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
	o := referenceOption{f.opts.GetReferences(), f.option(fieldReferences)}
	d.checkActions(o, f.column)
	target := l.referencedModel(d, o)
	if target == nil {
		return
	}
	d.uses = append(d.uses, target)
	column := d.referencedColumn(o, f.opts.GetReferences().GetField(), target)
	if column == nil {
		return
	}
	if !sameKind(f.column, column) {
		d.add(o.site, fmt.Sprintf("the field is %s, and the referenced column %s.%s is %s", f.column.kindName(), target.Message.Desc.FullName(), column.Name, column.kindName()),
			"give both the same type")
		return
	}
	d.state(o, &Reference{Columns: []*Column{f.column}, Model: target.Model, Target: []*Column{column}})
}

// state adds a reference that an option states. Where it is that of the parent, the
// option says what is done with it.
func (d *draft) state(o referenceOption, r *Reference) {
	p := d.parentReference(r.Columns)
	switch {
	case p == nil:
		r.Constraint = cmp.Or(r.Constraint, d.foreignKey(r.Columns))
		d.References = append(d.References, r)
	case !p.same(r):
		problem := "the field is the key of the parent %s, so it cannot reference another column"
		if len(r.Columns) > 1 {
			problem = "the fields are the key of the parent %s, so they cannot reference others"
		}
		d.add(o.site, fmt.Sprintf(problem, p.Model.Message.Desc.FullName()), "remove it")
		return
	default:
		p.Constraint = cmp.Or(r.Constraint, p.Constraint)
		r = p
	}
	r.OnDelete, r.OnUpdate = actions[o.GetOnDelete()], actions[o.GetOnUpdate()]
	d.stated[r] = o
}

// parentReference returns the reference to the parent, if the columns are all of it.
func (d *draft) parentReference(columns []*Column) *Reference {
	if len(d.References) == 0 || !d.References[0].IsParent || !sameColumns(d.References[0].Columns, columns) {
		return nil
	}
	return d.References[0]
}

// same reports whether two references lead from the same columns to the same ones,
// whatever their order.
func (r *Reference) same(other *Reference) bool {
	return r.Model == other.Model && len(r.Columns) == len(other.Columns) && !slices.ContainsFunc(r.Columns, func(c *Column) bool {
		i, j := slices.Index(r.Columns, c), slices.Index(other.Columns, c)
		return j < 0 || r.Target[i] != other.Target[j]
	})
}

// sameColumns reports whether two lists of different columns have the same ones.
func sameColumns(a, b []*Column) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(c *Column) bool { return !slices.Contains(b, c) })
}

// checkActions reports actions that the columns cannot take.
func (d *draft) checkActions(o referenceOption, columns ...*Column) {
	for _, a := range []struct {
		action protocrudv1.Reference_Action
		name   protoreflect.Name
	}{{o.GetOnDelete(), "on_delete"}, {o.GetOnUpdate(), "on_update"}} {
		for _, c := range columns {
			which := ""
			if len(columns) > 1 {
				which = " " + string(c.Field.Desc.Name())
			}
			switch {
			case a.action == protocrudv1.Reference_SET_NULL && c.NotNull:
				d.add(o.part(a.name), fmt.Sprintf("%s is SET_NULL, but the field%s cannot be unset", a.name, which), "make the field optional and neither REQUIRED nor a key, or choose another action")
			case a.action == protocrudv1.Reference_SET_DEFAULT && c.Default == "":
				d.add(o.part(a.name), fmt.Sprintf("%s is SET_DEFAULT, but the column%s has no default", a.name, which), "state [(protocrud.v1.field).default], or choose another action")
			}
		}
	}
}

// referencedModel returns the model that a reference names; nil, reported, if it is none.
func (l *loader) referencedModel(d *draft, o referenceOption) *draft {
	name, where := o.GetModel(), o.part("model")
	full := protoreflect.FullName(strings.TrimPrefix(name, "."))
	if fd := o.ProtoReflect().Descriptor().Fields().ByName("model"); !o.ProtoReflect().Has(fd) {
		d.add(o.site, o.noun()+" names no model", `add model: "`+string(d.file.Desc.Package())+`.…"`)
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
func (d *draft) referencedColumn(o referenceOption, name string, target *draft) *Column {
	full := target.Message.Desc.FullName()
	switch {
	case target.Keyless && name == "":
		d.add(o.part("model"), fmt.Sprintf("references %s, which has no key", full), "name a unique field of it as field, or remove the reference")
		return nil
	case !target.keyed && !target.Keyless:
		return nil // reported there
	case name == "" && len(target.Key.Columns) == 1:
		return target.lastKey()
	case name == "":
		d.add(o.part("model"), fmt.Sprintf("the key of %s has %d columns, and one field cannot reference them", full, len(target.Key.Columns)),
			"name a unique field of it as field, or remove the reference")
		return nil
	}
	where := o.part("field")
	other := target.fieldNamed(name)
	switch {
	case other == nil || other.column == nil:
		d.add(where, fmt.Sprintf("%q is no stored field of %s", name, full), "name its key or a unique field")
		return nil
	case !other.column.Unique && (!other.column.PrimaryKey || len(target.Key.Columns) > 1):
		d.add(where, fmt.Sprintf("field %s of %s is neither its key nor unique", name, full), "name its key or a unique field")
		return nil
	case !target.Identifies([]*Column{other.column}):
		d.add(where, fmt.Sprintf("field %s is unique among the live rows of %s only, which is soft-deleted", name, full), "name its key")
		return nil
	}
	return other.column
}
