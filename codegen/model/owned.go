package model

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// readUID has the server make the field uid of a new resource, a UUID of version 4
// (AIP-148).
func (d *draft) readUID(f *field) {
	c := f.column
	if f.Desc.Name() != "uid" || c.Kind != String && c.Kind != UUID || c.Repeated || c.Wrapper || c.Oneof != "" {
		return
	}
	if c.Behavior.Required || c.Behavior.InputOnly {
		d.add(atOption(f.Desc, behaviorNumber), "uid is set by the server, so it cannot be REQUIRED or INPUT_ONLY", "write OUTPUT_ONLY, or another name")
	}
	c.Behavior.OutputOnly, c.Generated = true, UUIDv4
}

// readTTL takes the field of a time to live, which is stored as the time at which the
// resource expires (AIP-214). ok is false for an ordinary field.
func (d *draft) readTTL(f *field) (ok bool) {
	if f.Desc.Name() != "ttl" || !f.behavior.InputOnly || !InOneof(f.Field) || typeName(f.Field) != "google.protobuf.Duration" {
		return false
	}
	expires := f.Oneof.Desc.Fields().ByName("expire_time")
	if expires == nil || expires.Message() == nil || expires.Message().FullName() != timestamp {
		return false
	}
	f.opts.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		d.add(f.option(int32(fd.Number())), fmt.Sprintf("option (protocrud.v1.field).%s is set on the time to live, which has no column of its own", fd.Name()), "set it on expire_time")
		return true
	})
	d.TTL = f.Field
	return true
}
