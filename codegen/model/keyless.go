package model

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// keylessKinds are the methods of a model without a key: those that name no row.
var keylessKinds = []MethodKind{List, Create, BatchCreate}

// Serves reports whether a model can have a standard method of that kind, as far as its
// key goes.
func (m *Model) Serves(kind MethodKind) bool {
	return !m.Keyless || slices.Contains(keylessKinds, kind)
}

const noKey = ", but the model is keyless"

// refuseKeys reports what a model without a key states and that needs one, besides what
// is met where it is read: the pattern, soft deletes, the etag and relations.
func (d *draft) refuseKeys() {
	if !slices.ContainsFunc(d.fields, func(f *field) bool { return !f.opts.GetSkip() && f.opts.GetRelation() == nil }) {
		d.add(at(d.Message.Desc), "the model has no column, and no key either", "add a field")
	}
	if len(d.opts.GetPrimaryKey()) > 0 {
		d.add(d.option(modelPrimaryKey), "primary_key is set"+noKey, "remove one of the two")
	}
	if d.opts.GetIdPattern() != "" {
		d.add(d.option(modelIDPattern), "id_pattern is set"+noKey+" and has no ids", "remove it")
	}
	if d.opts.GetEvents() {
		d.add(d.option(modelEvents), "events is set"+noKey+", and an event names its row", "remove one of the two")
	}
	for _, f := range d.fields {
		if f.opts.GetPrimaryKey() {
			d.add(f.option(fieldPrimaryKey), "primary_key is set"+noKey, "remove one of the two")
		}
		if f.opts.GetGenerated() != protocrudv1.Field_GENERATED_UNSPECIFIED {
			d.add(f.option(fieldGenerated), "generated is set"+noKey+": it says who makes keys", "remove it; [(protocrud.v1.field).default] is for other values")
		}
	}
}

// refusePattern reports a pattern of names, which are keys.
func (d *draft) refusePattern() {
	switch {
	case len(d.resource.GetPattern()) > 0:
		d.add(d.resourceOption(resourcePattern, 0), "google.api.resource has a pattern"+noKey+", and no row has a name", "remove it, or keyless")
	case d.resource.GetNameField() != "":
		d.add(d.resourceOption(resourceNameField), "google.api.resource has a name_field"+noKey+", and no row has a name", "remove it, or keyless")
	}
}

// refuseSoftDelete reports what only deleted rows have: nothing can say which one it is
// that is to be deleted.
func (d *draft) refuseSoftDelete() {
	switch stated := d.opts.SoftDelete; {
	case stated != nil && *stated:
		d.add(d.option(modelSoftDelete), "soft_delete is set"+noKey+": no row can be named that is to be deleted", "remove one of the two")
	case stated == nil && d.hasTime("delete_time"):
		d.add(at(d.Message.Desc.Fields().ByName("delete_time")), "the field delete_time makes rows soft-deleted"+noKey+": no row can be named that is to be deleted",
			"state soft_delete: false in option (protocrud.v1.model), which makes it an ordinary field")
	}
	if d.opts.GetPurgeTtl() != nil {
		d.add(d.option(modelPurgeTTL), "purge_ttl is set"+noKey+": its rows are not soft-deleted", "remove it")
	}
}

// refuseMethod reports a standard method that names a row of a model without a key.
func (sv *server) refuseMethod(m protoreflect.Descriptor, d *draft) {
	sv.add(at(m), fmt.Sprintf("%s is a method on one row of %s, which has no key: nothing can say which row is meant", m.Name(), d.Message.Desc.FullName()),
		"remove the method, or give the model a key, or "+skipMethodHint)
}
