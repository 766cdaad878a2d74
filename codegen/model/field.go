package model

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// Fields of the option (protocrud.v1.field), as parts of a location's path.
const (
	fieldColumn     = 1
	fieldSQLType    = 2
	fieldPrimaryKey = 3
	fieldGenerated  = 4
	fieldUnique     = 5
	fieldSQLDefault = 6
	fieldReferences = 7
	fieldRelation   = 8
	fieldEnumAs     = 10
	fieldMaxLength  = 12
	fieldWas        = 16
	fieldSkip       = 17
)

// A field is a field of a model and what its options say.
type field struct {
	*protogen.Field
	opts     *protocrudv1.Field // never nil
	behavior Behavior
	// column is nil for a field that is skipped or cannot be stored, and for the
	// resource name.
	column *Column
	// uuid4 says that google.api.field_info formats the value as a version 4 UUID.
	uuid4 bool
}

// option is where a part of the field's option stands.
func (f *field) option(path ...int32) site { return atOption(f.Desc, crudNumber, path...) }

// readFields makes the columns that are fields.
func (d *draft) readFields() {
	for _, pf := range d.Message.Fields {
		f := d.readField(pf)
		switch {
		case d.nameField == string(pf.Desc.Name()):
			d.readName(f)
		case f.opts.GetSkip():
			d.checkSkipped(f)
		case d.readRelation(f), d.readEtag(f), d.readTTL(f):
		default:
			d.readColumn(f)
		}
	}
}

// readField reads what a field says of itself, however it is stored.
func (d *draft) readField(pf *protogen.Field) *field {
	f := &field{Field: pf}
	d.fields = append(d.fields, f)
	f.opts, _ = crudOption[*protocrudv1.Field](&d.reports, pf.Desc, protocrudv1.E_Field)
	d.readBehavior(f)
	d.readFormat(f)
	if pf.Desc.Cardinality() == protoreflect.Required {
		d.add(at(pf.Desc, fieldLabel), "required fields are not supported: a row could not hold what is missing",
			"make it optional with [(google.api.field_behavior) = REQUIRED]")
	}
	return f
}

// readName checks the field that holds the resource name.
func (d *draft) readName(f *field) {
	if f.Desc.Kind() != protoreflect.StringKind || f.Desc.IsList() || InOneof(f.Field) {
		d.add(atType(f.Field), fmt.Sprintf("the resource name is %s, not a string", fieldForm(f.Field)), "make it a string")
		return
	}
	d.refuseDefault(f)
	for name, part := range map[string]int32{
		"column": fieldColumn, "type": fieldSQLType, "primary_key": fieldPrimaryKey, "unique": fieldUnique, "default": fieldSQLDefault,
		"references": fieldReferences, "enum_as": fieldEnumAs, "max_length": fieldMaxLength, "was": fieldWas, "skip": fieldSkip,
	} {
		if f.opts.ProtoReflect().Has(f.opts.ProtoReflect().Descriptor().Fields().ByNumber(protoreflect.FieldNumber(part))) {
			d.add(f.option(part), fmt.Sprintf("option (protocrud.v1.field).%s is set on the resource name, which has no column of its own", name),
				"remove it; the variables of the pattern are the columns")
		}
	}
	if f.behavior.Required || f.behavior.InputOnly {
		d.add(atOption(f.Desc, behaviorNumber), "the resource name is REQUIRED or INPUT_ONLY, but the server makes it", "write IDENTIFIER")
	}
	f.behavior.Identifier = true
	d.name = f
	d.Key.NameUnfilterable = !d.offered(f.opts.Filterable) || f.opts.GetSensitive()
	d.Key.NameUnorderable = !d.offered(f.opts.Orderable) || f.opts.GetSensitive()
}

// checkSkipped reports what contradicts skip.
func (d *draft) checkSkipped(f *field) {
	d.refuseBeside(f, fieldSkip, "is set with skip")
	if f.behavior.Required {
		d.add(f.option(fieldSkip), "a skipped field cannot be REQUIRED: nothing would check or store it", "remove one of the two")
	}
}

// refuseBeside reports the options of a field that are set beside one that stands alone.
func (d *draft) refuseBeside(f *field, alone protoreflect.FieldNumber, problem string) {
	f.opts.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if fd.Number() != alone {
			d.add(f.option(int32(fd.Number())), fmt.Sprintf("option (protocrud.v1.field).%s %s", fd.Name(), problem), "keep one of the two")
		}
		return true
	})
}

// readColumn makes the column of a field.
func (d *draft) readColumn(f *field) {
	kind := d.storedKind(f)
	if kind == 0 {
		return
	}
	c := &Column{
		Name:     string(f.Desc.Name()),
		Field:    f.Field,
		Kind:     kind,
		Presence: f.Desc.HasPresence(),
		Repeated: f.Desc.IsList() && kind != JSON,
		Behavior: f.behavior,
	}
	if kind == JSON {
		c.JSON = jsonForm(f.Desc)
	} else {
		c.Wrapper = Wrapped(f.Field)
	}
	f.column = c
	d.Columns = append(d.Columns, c)
	c.Comment = commentOf(f.Comments)
	d.readColumnName(f)
	d.readOneof(f)
	if !d.inside {
		d.readServerTime(f)
	}
	if kind == Embedded {
		d.refuseEmbeddedOptions(f)
	} else {
		d.readType(f)
		c.setDecimal()
		d.readUnique(f)
		d.readDefault(f)
		d.readMaxLength(f)
	}
	if !d.inside {
		d.readUID(f)
	}
	d.readFilterable(f)
	d.readEnum(f)
	d.readEmbedded(f)
	// An empty string is no uuid, and no number. Where the field has no presence, it is NULL.
	emptyIsNull := c.EmptyIsNull() && !c.Repeated
	c.NotNull = c.Behavior.Required || c.Time.Always() || !c.Presence && !emptyIsNull
}

func (d *draft) refuseDefault(f *field) {
	if f.Desc.HasDefault() {
		d.add(at(f.Desc, fieldDefault), "a default value in the proto is not supported: an unset field and NULL would read as it",
			"remove it; a column's default is option (protocrud.v1.field).default")
	}
}

func (d *draft) readColumnName(f *field) {
	where := at(f.Desc)
	if name := f.opts.GetColumn(); name != "" {
		f.column.Name = name
		where = f.option(fieldColumn)
	}
	const hint = "state another as [(protocrud.v1.field).column]"
	if problem := identifierProblem(f.column.Name); problem != "" {
		d.add(where, fmt.Sprintf("column name %q %s", f.column.Name, problem), hint)
	}
	if systemColumns[f.column.Name] {
		d.add(where, fmt.Sprintf("column name %q is that of a system column of PostgreSQL", f.column.Name), hint)
	}
}

// checkColumns reports fields that share a column with another or with a variable of
// the pattern. SQLite's names differ by more than case.
func (d *draft) checkColumns() {
	seen := map[string]string{}
	for _, c := range d.Stored() {
		if c.Prefix != "" {
			if problem := identifierProblem(c.Name); problem != "" {
				d.add(at(c.Field.Desc), fmt.Sprintf("column name %q %s", c.Name, problem), "state another as [(protocrud.v1.field).column], here or at the message")
			}
		}
		name := strings.ToLower(c.Name)
		if c.Field == nil {
			seen[name] = fmt.Sprintf("the resource name (%s)", d.resourceOption(resourcePattern, 0))
			continue
		}
		if other := seen[name]; other != "" {
			d.add(at(c.Field.Desc), fmt.Sprintf("column %q is also that of %s", c.Name, other), "state another as [(protocrud.v1.field).column]")
			continue
		}
		seen[name] = fmt.Sprintf("field %s (%s)", c.Field.Desc.Name(), at(c.Field.Desc))
	}
}

// InOneof reports whether a field is part of a oneof that the proto declares.
func InOneof(f *protogen.Field) bool { return f.Oneof != nil && !f.Oneof.Desc.IsSynthetic() }

// fieldForm returns the type of a field with what makes it other than a plain one.
func fieldForm(f *protogen.Field) string {
	switch {
	case f.Desc.IsMap():
		return "a map"
	case f.Desc.IsList():
		return "repeated " + typeName(f)
	case InOneof(f):
		return "part of a oneof"
	}
	return typeName(f)
}
