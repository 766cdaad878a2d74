package crudtest

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A model is what checks ask of a table: fields by the part they play.
type model struct {
	info *crud.TableInfo
	// key are the fields that say which resource a message is.
	key []string
	// writable are those that Update can write, clearable those of them that may be
	// unset, and unique those of them whose values are taken once.
	writable, clearable, unique []string
	// stored are the fields that a created resource has as they were given.
	stored []string

	createTime, updateTime string
	// generated says that the store makes keys.
	generated bool
}

func newModel(info *crud.TableInfo) model {
	m := model{info: info}
	for i := range info.Columns {
		m.add(&info.Columns[i])
	}
	return m
}

func (m *model) add(c *crud.ColumnInfo) {
	switch {
	case c.Embedded != "":
		return // a part of a message, which the mask names as a whole
	case c.PrimaryKey || len(c.Names) == 0:
		m.key = append(m.key, c.Field)
		m.generated = m.generated || c.Generated != crud.ByClient
		return
	case c.Time == crud.RowCreateTime:
		m.createTime = c.Field
		return
	case c.Time == crud.RowUpdateTime:
		m.updateTime = c.Field
		return
	case slices.Contains(m.info.Scope, c.Names[0]):
		return // the store stamps it
	}
	m.writable = append(m.writable, c.Field)
	if c.Default == "" {
		m.stored = append(m.stored, c.Field)
	}
	if (c.Presence && !c.NotNull || c.Repeated) && !c.Required {
		m.clearable = append(m.clearable, c.Field)
	}
	if c.Unique != "" {
		m.unique = append(m.unique, c.Field)
	}
}

// times are the fields that hold the times which the store keeps.
func (m *model) times() []string {
	var fields []string
	for _, f := range []string{m.createTime, m.updateTime} {
		if f != "" {
			fields = append(fields, f)
		}
	}
	return fields
}

// differing returns the writable fields in which two messages differ.
func (m *model) differing(a, b proto.Message) []string {
	var fields []string
	for _, f := range m.writable {
		if !sameField(a, b, f) {
			fields = append(fields, f)
		}
	}
	return fields
}

// shared returns those of the fields whose values several resources may have.
func (m *model) shared(fields []string) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(field string) bool {
		return slices.Contains(m.unique, field) || slices.ContainsFunc(m.info.Indexes, func(index crud.Index) bool {
			return index.Unique && slices.ContainsFunc(m.info.Columns, func(c crud.ColumnInfo) bool {
				return c.Field == field && len(c.Names) == 1 && slices.Contains(index.Columns, c.Names[0])
			})
		})
	})
}

func fieldOf(m proto.Message, name string) protoreflect.FieldDescriptor {
	return m.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(name))
}

func sameField(a, b proto.Message, name string) bool {
	fd := fieldOf(a, name)
	ra, rb := a.ProtoReflect(), b.ProtoReflect()
	return ra.Has(fd) == rb.Has(fd) && ra.Get(fd).Equal(rb.Get(fd))
}

func hasField(m proto.Message, name string) bool { return m.ProtoReflect().Has(fieldOf(m, name)) }

func clearField(m proto.Message, name string) { m.ProtoReflect().Clear(fieldOf(m, name)) }

// copyFields gives dst the fields of src, none of which they share afterwards.
func copyFields(dst, src proto.Message, names ...string) {
	src = proto.Clone(src)
	for _, name := range names {
		fd := fieldOf(src, name)
		if src.ProtoReflect().Has(fd) {
			dst.ProtoReflect().Set(fd, src.ProtoReflect().Get(fd))
		} else {
			dst.ProtoReflect().Clear(fd)
		}
	}
}

// timeOf returns the time in a field, the zero time if it is unset.
func timeOf(m proto.Message, name string) time.Time {
	if !hasField(m, name) {
		return time.Time{}
	}
	return m.ProtoReflect().Get(fieldOf(m, name)).Message().Interface().(*timestamppb.Timestamp).AsTime()
}

func setMessage(m proto.Message, name string, v proto.Message) {
	m.ProtoReflect().Set(fieldOf(m, name), protoreflect.ValueOfMessage(proto.Clone(v).ProtoReflect()))
}

// empty returns a new message of m's type.
func empty[M proto.Message](m M) M { return m.ProtoReflect().New().Interface().(M) }

// clone returns a copy of m.
func clone[M proto.Message](m M) M { return proto.Clone(m).(M) }

// isNil reports whether m is no message, as what Delete returns.
func isNil(m proto.Message) bool { return m == nil || !m.ProtoReflect().IsValid() }
