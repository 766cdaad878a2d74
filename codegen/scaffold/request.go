package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

const (
	required = "REQUIRED"
	optional = "OPTIONAL"

	maskFile = "google/protobuf/field_mask.proto"
	mask     = "google.protobuf.FieldMask"
)

// fields are the optional request fields that can be asked for, and the methods that
// can have them.
var fields = []struct {
	name  string
	kinds []model.MethodKind
}{
	{"allow_missing", []model.MethodKind{model.Update, model.Delete}},
	{"read_mask", []model.MethodKind{model.Get, model.List, model.BatchGet, model.Watch}},
	{"request_id", writes},
	{"skip", []model.MethodKind{model.List}},
	{"total_size", []model.MethodKind{model.List}},
	{"validate_only", writes},
}

var writes = []model.MethodKind{
	model.Create, model.Update, model.Delete, model.Undelete,
	model.BatchCreate, model.BatchUpdate, model.BatchDelete,
}

// Fields are the names of the optional fields that can be asked for.
func Fields() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// ParseFields returns the names in a list such as request_id,validate_only.
func ParseFields(list string) ([]string, error) {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		names = append(names, strings.TrimSpace(name))
	}
	return names, checkFields(names)
}

func checkFields(names []string) error {
	for _, name := range names {
		if !slices.Contains(Fields(), name) {
			return fmt.Errorf("unknown field %q; known are %s", name, strings.Join(Fields(), ", "))
		}
	}
	return nil
}

// wants reports whether a method has an optional field.
func (r *resource) wants(name string, kind model.MethodKind) bool {
	if !slices.Contains(r.fields, name) {
		return false
	}
	for _, f := range fields {
		if f.name == name {
			return slices.Contains(f.kinds, kind)
		}
	}
	return false
}

// addMessages adds the request and the response of a method, where they are missing, and
// returns the request's name.
func (r *resource) addMessages(kind model.MethodKind) string {
	one, many := r.one(), r.many()
	add := func(verb, noun, comment string, fields []field) string {
		name := verb + noun + "Request"
		r.target.addMessage(message{name: name, comment: name + " " + comment + ".", fields: fields})
		return name
	}
	switch kind {
	case model.Get:
		return add("Get", r.Noun, "asks for one "+one, append(r.keyFields(), r.readFields(kind)...))
	case model.List:
		name := add("List", r.Nouns, "asks for one page of "+many, r.listFields())
		r.addPage()
		return name
	case model.Create:
		return add("Create", r.Noun, "asks for a new "+one, append(r.createFields(), r.writeFields(kind)...))
	case model.Update:
		return add("Update", r.Noun, "asks to change one "+one, append(r.updateFields(), r.writeFields(kind)...))
	case model.Delete:
		return add("Delete", r.Noun, "asks to delete one "+one, append(r.deleteFields(), r.writeFields(kind)...))
	case model.Undelete:
		return add("Undelete", r.Noun, "asks to bring one deleted "+one+" back", append(r.etagFields(), r.writeFields(kind)...))
	case model.Watch:
		name := add("Watch", r.Nouns, "asks for the changes of "+many, r.watchFields())
		r.addEvent()
		return name
	}
	return r.addBatch(kind, add)
}

// keyFields name one resource.
func (r *resource) keyFields() []field {
	if r.named {
		return []field{r.field("string", string(r.Key.Name.Desc.Name()), required, "The resource name of the "+r.one()+".", r.reference("type"))}
	}
	var all []field
	for _, c := range r.Key.Columns {
		name := string(c.Field.Desc.Name())
		f := r.field(c.Field.Desc.Kind().String(), name, required, "The "+strings.ReplaceAll(name, "_", " ")+" of the "+r.one()+".")
		if c.Field.Desc.HasOptionalKeyword() {
			f.label = "optional "
		}
		all = append(all, f)
	}
	return all
}

// field is one of a request, and what it is to the caller (AIP-203).
func (r *resource) field(typeName, name, behavior, comment string, options ...string) field {
	option := r.target.option("google/api/field_behavior.proto", "google.api.field_behavior") + " = " + behavior
	return field{typeName: typeName, name: name, comment: comment, options: append([]string{option}, options...)}
}

func (r *resource) parentField(behavior string) field {
	return r.field("string", "parent", behavior, "The parent of the "+r.many()+": "+r.Parent.Pattern.Text+".", r.reference("child_type"))
}

func (r *resource) readFields(kind model.MethodKind) []field {
	if !r.wants("read_mask", kind) {
		return nil
	}
	return []field{r.field(r.target.external(maskFile, mask), "read_mask", optional, "The fields to return; without it, those that a read returns by itself.")}
}

// writeFields are those of all methods that write (AIP-155, AIP-163).
func (r *resource) writeFields(kind model.MethodKind) []field {
	var all []field
	if r.wants("validate_only", kind) {
		all = append(all, r.field("bool", "validate_only", optional, "Whether to check only, and store nothing."))
	}
	if r.wants("request_id", kind) {
		format := r.target.option("google/api/field_info.proto", "google.api.field_info") + " = {format: UUID4}"
		all = append(all, r.field("string", "request_id", optional, "A UUID of the caller's. A call that is repeated with it is answered as the first was.", format))
	}
	return all
}

func (r *resource) listFields() []field {
	var all []field
	if r.Parent != nil {
		all = append(all, r.parentField(required))
	}
	all = append(all,
		r.field("int32", "page_size", optional, "The most "+r.many()+" to return. The server may return fewer, and chooses if it is 0."),
		r.field("string", "page_token", optional, "The next_page_token of the page before; empty for the first page."),
		r.field("string", "filter", optional, "Which "+r.many()+" to return, in the language of AIP-160; empty for all."),
		r.field("string", "order_by", optional, "In which order: names of fields with commas between, each may have desc after it."),
	)
	if r.SoftDelete() != nil {
		all = append(all, r.field("bool", "show_deleted", optional, "Whether deleted "+r.many()+" are among them."))
	}
	if r.wants("skip", model.List) {
		all = append(all, r.field("int32", "skip", optional, "How many "+r.many()+" to leave out."))
	}
	return append(all, r.readFields(model.List)...)
}

// addPage adds List's response.
func (r *resource) addPage() {
	page := []field{
		{label: "repeated ", typeName: r.ref(), name: r.Plural, comment: "The " + r.many() + " of the page."},
		{typeName: "string", name: "next_page_token", comment: "Asks for the next page; empty if this is the last."},
	}
	if r.wants("total_size", model.List) {
		page = append(page, field{typeName: "int32", name: "total_size", comment: "The number of " + r.many() + " on all pages."})
	}
	name := "List" + r.Nouns + "Response"
	r.target.addMessage(message{name: name, comment: name + " is one page of " + r.many() + ".", fields: page})
}

// createFields: with resource names the caller may choose the last part of the name, and
// must where nobody else makes it.
func (r *resource) createFields() []field {
	var all []field
	if r.Parent != nil {
		all = append(all, r.parentField(required))
	}
	comment := "The " + r.one() + "."
	if r.Key.Name != nil {
		comment += " Its " + string(r.Key.Name.Desc.Name()) + " is ignored."
	}
	all = append(all, r.field(r.ref(), r.Singular, required, comment))
	if r.Key.Name == nil {
		return all
	}
	last := r.Key.Columns[len(r.Key.Columns)-1]
	if last.Generated == model.ByClient {
		return append(all, r.field("string", r.Singular+"_id", required, "The last part of the name."))
	}
	return append(all, r.field("string", r.Singular+"_id", optional, "The last part of the name. The server makes one if it is empty."))
}

func (r *resource) updateFields() []field {
	by := "key"
	if r.Key.Name != nil {
		by = string(r.Key.Name.Desc.Name())
	} else if len(r.Key.Columns) == 1 {
		by = strings.ReplaceAll(string(r.Key.Columns[0].Field.Desc.Name()), "_", " ")
	}
	all := []field{
		r.field(r.ref(), r.Singular, required, "The "+r.one()+", found by its "+by+"."),
		r.field(r.target.external(maskFile, mask), "update_mask", optional, "The fields to write; without it, those that are set."),
	}
	if r.wants("allow_missing", model.Update) {
		all = append(all, r.field("bool", "allow_missing", optional, "Whether to create the "+r.one()+" if there is none."))
	}
	return all
}

// etagFields name a resource, and may say which state of it is meant (AIP-154).
func (r *resource) etagFields() []field {
	all := r.keyFields()
	if r.Etag() != nil {
		all = append(all, r.field("string", "etag", optional, "If it is set, the stored etag must be equal."))
	}
	return all
}

func (r *resource) deleteFields() []field {
	all := r.etagFields()
	if len(r.Children) > 0 && r.SoftDelete() == nil {
		all = append(all, r.field("bool", "force", optional, "Whether what belongs to the "+r.one()+" is deleted with it. Without it there must be none."))
	}
	if r.wants("allow_missing", model.Delete) {
		all = append(all, r.field("bool", "allow_missing", optional, "Whether it is no error that there is no such "+r.one()+"."))
	}
	return all
}
