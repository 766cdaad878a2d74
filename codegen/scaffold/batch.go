package scaffold

import "github.com/protocrud/protoc-gen-go-crud/codegen/model"

// addBatch adds the messages of a batch method (AIP-231, 233 to 235), and what its
// request lists.
func (r *resource) addBatch(kind model.MethodKind, add func(verb, noun, comment string, fields []field) string) string {
	many := r.many()
	var all []field
	if r.batchParent(kind) {
		all = append(all, r.parentField(optional))
	}
	switch kind {
	case model.BatchGet:
		all = append(append(all, r.keyList(model.Get)), r.readFields(kind)...)
		name := add("BatchGet", r.Nouns, "asks for several "+many, all)
		r.addItems("BatchGet", "asked for")
		return name
	case model.BatchCreate:
		all = append(append(all, r.requestList(model.Create)), r.writeFields(kind)...)
		name := add("BatchCreate", r.Nouns, "asks for several new "+many, all)
		r.addItems("BatchCreate", "created")
		return name
	case model.BatchUpdate:
		all = append(append(all, r.requestList(model.Update)), r.writeFields(kind)...)
		name := add("BatchUpdate", r.Nouns, "asks to change several "+many, all)
		r.addItems("BatchUpdate", "changed")
		return name
	}
	all = append(append(all, r.keyList(model.Delete)), r.writeFields(kind)...)
	name := add("BatchDelete", r.Nouns, "asks to delete several "+many, all)
	if r.SoftDelete() != nil {
		r.addItems("BatchDelete", "deleted")
	}
	return name
}

// keyList lists the keys of several resources.
func (r *resource) keyList(single model.MethodKind) field {
	var list field
	switch {
	case r.named:
		list = r.field("string", "names", required, "The resource names of the "+r.many()+".", r.reference("type"))
	case r.listsKeys():
		list = r.field(r.Key.Columns[0].Field.Desc.Kind().String(), r.Key.List(), required, "The keys of the "+r.many()+".")
	default:
		return r.requestList(single)
	}
	list.label = "repeated "
	return list
}

// requestList lists requests for one resource each.
func (r *resource) requestList(single model.MethodKind) field {
	f := r.field(r.addMessages(single), "requests", required, "One request per "+r.one()+".")
	f.label = "repeated "
	return f
}

// addItems adds the response of a batch.
func (r *resource) addItems(verb, done string) {
	name := verb + r.Nouns + "Response"
	r.target.addMessage(message{
		name: name, comment: name + " is what was " + done + ".",
		fields: []field{{label: "repeated ", typeName: r.ref(), name: r.Plural, comment: "The " + r.many() + ", in the order of the request."}},
	})
}
