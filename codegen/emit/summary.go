package emit

import (
	"slices"

	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// summary says in a sentence what a standard method does.
func summary(m *model.Method) string {
	rpc, message := m.Method.GoName, m.Store.Model.Message.GoIdent.GoName
	switch m.Kind {
	case model.Get:
		return rpc + " returns the " + message + " with the request's " + asked(m) + "."
	case model.GetBy:
		return rpc + " returns the " + message + " with the request's " + fieldName(m.LookupField) + "."
	case model.List:
		of := m.Store.GoName
		if m.Parent != nil {
			of += " of the request's parent"
		}
		order := "in key order"
		if m.Store.Model.Keyless {
			order = "in the order of all columns"
		}
		if m.OrderBy != nil {
			order = "in the order of " + fieldName(m.OrderBy)
		}
		if m.Streams() {
			return rpc + " sends the " + of + " one by one, " + order + "."
		}
		return rpc + " returns one page of " + of + ", " + order + "."
	case model.Create:
		return rpc + " stores the request's " + fieldName(m.Resource) + " and returns it as stored."
	case model.Update:
		which := "that are set"
		if m.UpdateMask != nil {
			which = "that " + fieldName(m.UpdateMask) + " names"
		}
		return rpc + " writes the fields " + which + " and returns the " + message + " as stored."
	case model.BatchGet:
		return rpc + " returns the " + m.Store.GoName + " that the request names, in its order."
	case model.BatchCreate:
		return rpc + " stores the request's " + m.Store.GoName + ", all or none, and returns them as stored."
	case model.BatchUpdate:
		return rpc + " makes the request's changes, all or none, and returns the " + m.Store.GoName + " as stored."
	case model.BatchDelete:
		if m.Store.Model.SoftDelete() != nil {
			return rpc + " marks the " + m.Store.GoName + " that the request names as deleted, all or none, and returns them."
		}
		return rpc + " removes the " + m.Store.GoName + " that the request names, all or none."
	case model.Watch:
		of := m.Store.GoName
		if m.Parent != nil {
			of += " of the request's parent"
		}
		return rpc + " sends the changes of the " + of + ", each at least once, behind the resume token or from now on."
	case model.Undelete:
		return rpc + " brings the deleted " + message + " with the request's " + asked(m) + " back."
	case model.Delete:
		if m.Store.Model.SoftDelete() != nil {
			return rpc + " marks the " + message + " with the request's " + asked(m) + " as deleted and returns it."
		}
		return rpc + " removes the " + message + " with the request's " + asked(m) + "."
	default:
		return ""
	}
}

// asked returns the fields by which a request names a row.
func asked(m *model.Method) string {
	if m.Name != nil {
		return fieldName(m.Name)
	}
	names := make([]string, len(m.KeyFields))
	for i, f := range m.KeyFields {
		names[i] = fieldName(f)
	}
	return list(names)
}

func fieldName(f *protogen.Field) string { return string(f.Desc.Name()) }

// codes returns the status codes that a caller of a standard method can see for what
// it asks, in the order of their numbers.
func codes(m *model.Method) []string {
	notFound, exists, precondition, aborted, watches := false, false, false, false, m.Kind == model.Watch
	of := m.Store.Model
	switch m.Kind {
	case model.Get, model.GetBy, model.BatchGet:
		notFound = true
	case model.List, model.Watch:
		notFound = of.Parent != nil && of.Parent.Model != nil && of.Parent.Check
	case model.Create, model.BatchCreate:
		notFound = slices.ContainsFunc(of.References, isParent)
		exists = !of.Keyless && !numbered(of) || unique(of)
		precondition = slices.ContainsFunc(of.References, func(r *model.Reference) bool { return !isParent(r) })
	case model.Update, model.BatchUpdate:
		notFound, exists = true, unique(of)
		precondition = slices.ContainsFunc(of.References, changeable)
		aborted = of.Etag() != nil
		if m.AllowMissing != nil || m.Batch != nil && m.Batch.Element.AllowMissing != nil {
			precondition = precondition || slices.ContainsFunc(of.References, func(r *model.Reference) bool { return !isParent(r) })
		}
	case model.Delete, model.BatchDelete:
		notFound, precondition, aborted = true, of.SoftDelete() == nil, m.Etag != nil
	case model.Undelete:
		notFound, exists, aborted = true, true, m.Etag != nil
	}
	codes := []string{"INVALID_ARGUMENT"}
	for _, c := range []struct {
		seen bool
		code string
	}{{notFound, "NOT_FOUND"}, {exists, "ALREADY_EXISTS"}, {precondition, "FAILED_PRECONDITION"}, {aborted, "ABORTED"}, {watches, "OUT_OF_RANGE"}, {watches, "UNAVAILABLE"}} {
		if c.seen {
			codes = append(codes, c.code)
		}
	}
	return codes
}

func isParent(r *model.Reference) bool { return r.IsParent }

// changeable reports whether an update can make a reference point elsewhere.
func changeable(r *model.Reference) bool {
	return slices.ContainsFunc(r.Columns, func(c *model.Column) bool { return !c.PrimaryKey })
}

// numbered reports whether the database makes every key, so that none can exist.
func numbered(m *model.Model) bool { return m.Key.Columns[0].Generated == model.Identity }

// unique reports whether rows can collide by other columns than the key.
func unique(m *model.Model) bool {
	return slices.ContainsFunc(m.Columns, func(c *model.Column) bool { return c.Unique }) ||
		slices.ContainsFunc(m.Indexes, func(i *model.Index) bool { return i.Unique })
}
