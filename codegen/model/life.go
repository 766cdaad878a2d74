package model

import (
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const timestamp = protoreflect.FullName("google.protobuf.Timestamp")

// readSoftDelete finds whether Delete keeps the row (AIP-164), which is what the field
// delete_time is for.
func (d *draft) readSoftDelete() {
	if d.Keyless {
		d.refuseSoftDelete()
		return
	}
	has := d.hasTime("delete_time")
	d.softDeleted = has
	if stated := d.opts.SoftDelete; stated != nil {
		d.softDeleted = *stated && has
		if *stated && !has {
			d.add(d.option(modelSoftDelete), "soft_delete is set, but the message has no field google.protobuf.Timestamp delete_time", "add it, or remove the option")
		}
	}
	ttl := d.opts.GetPurgeTtl()
	if ttl == nil {
		return
	}
	where := d.option(modelPurgeTTL)
	switch {
	case !ttl.IsValid() || ttl.AsDuration() <= 0:
		d.add(where, "purge_ttl is not positive", "write for example {seconds: 2592000} for 30 days")
	case !d.softDeleted || !d.hasTime("purge_time"):
		d.add(where, "purge_ttl is set, but the message has not both fields delete_time and purge_time of google.protobuf.Timestamp", "add them, or remove the option")
	default:
		d.PurgeTTL = ttl.AsDuration()
	}
}

// hasTime reports whether the message stores a time under that name.
func (d *draft) hasTime(name protoreflect.Name) bool {
	f := d.Message.Desc.Fields().ByName(name)
	return f != nil && f.Message() != nil && f.Message().FullName() == timestamp && !f.IsList() && f.ContainingOneof() == nil
}

// readEtag makes the column behind the field etag (AIP-154); ok is false for an
// ordinary field.
func (d *draft) readEtag(f *field) (ok bool) {
	if f.Desc.Name() != "etag" || f.Desc.Kind() != protoreflect.StringKind || f.Desc.IsList() || InOneof(f.Field) {
		return false
	}
	if d.Keyless {
		d.add(at(f.Desc), "the field etag is that of a row's version"+noKey+": no row can be named that is to be changed", "rename the field, and state column: \"etag\" if that is its column")
		return false
	}
	d.refuseDefault(f)
	m := f.opts.ProtoReflect()
	m.Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if fd.Number() != fieldColumn {
			d.add(f.option(int32(fd.Number())), fmt.Sprintf("option (protocrud.v1.field).%s is set on the etag, which the server makes", fd.Name()), "remove it")
		}
		return true
	})
	if f.behavior.Required || f.behavior.InputOnly || f.behavior.Immutable {
		d.add(atOption(f.Desc, behaviorNumber), "the etag changes with every write of the server's, so it cannot be REQUIRED, INPUT_ONLY or IMMUTABLE", "write OUTPUT_ONLY, or none")
	}
	f.column = &Column{
		Name: "revision", Field: f.Field, Kind: Int64, NotNull: true, Etag: true,
		Behavior: Behavior{OutputOnly: true}, Unfilterable: true, Unorderable: true,
	}
	d.Columns = append(d.Columns, f.column)
	d.readColumnName(f)
	return true
}

// etagLast moves the etag's column behind the key, of which the etag is made.
func (d *draft) etagLast() {
	for i, c := range d.Columns {
		if c.Etag {
			d.Columns = append(append(d.Columns[:i:i], d.Columns[i+1:]...), c)
			return
		}
	}
}

// wrapped are the kinds of the wrapper messages' values.
var wrapped = map[protoreflect.FullName]Kind{
	"google.protobuf.BoolValue":   Bool,
	"google.protobuf.Int32Value":  Int32,
	"google.protobuf.Int64Value":  Int64,
	"google.protobuf.UInt32Value": Uint32,
	"google.protobuf.UInt64Value": Uint64,
	"google.protobuf.FloatValue":  Float,
	"google.protobuf.DoubleValue": Double,
	"google.protobuf.StringValue": String,
	"google.protobuf.BytesValue":  Bytes,
}

// Wrapped reports whether a field is a wrapper message around a scalar.
func Wrapped(f *protogen.Field) bool {
	return f.Message != nil && wrapped[f.Message.Desc.FullName()] != 0
}
