package schema

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// columns are the columns as generated code lists them: in SELECT order, a resource
// name where its columns are, a time to live behind the time that it is kept as.
func columns(m *model.Model) []crud.ColumnInfo {
	var all []crud.ColumnInfo
	if m.Key.Name != nil && !m.Key.Fields() {
		all = append(all, resourceName(m))
	}
	left := len(m.Key.Columns)
	for _, c := range m.Columns {
		switch {
		case c.Kind == model.Embedded:
			all = append(all, embedded(c)...)
		case c.Field != nil:
			all = append(all, column(c))
		}
		if m.TTL != nil && c.Oneof == string(m.TTL.Oneof.Desc.Name()) && c.Field.Desc.Name() == "expire_time" {
			all = append(all, timeToLive(m))
		}
		if c.PrimaryKey {
			left--
		}
		if c.PrimaryKey && left == 0 && m.Key.Name != nil && m.Key.Fields() {
			all = append(all, named(m, crud.ColumnInfo{Names: []string{}}))
		}
	}
	return all
}

func resourceName(m *model.Model) crud.ColumnInfo {
	return named(m, crud.ColumnInfo{
		Names: names(m.Key.Columns), PrimaryKey: true, NotNull: true,
		Generated: makers[m.Key.Columns[len(m.Key.Columns)-1].Generated],
	})
}

// named completes the column of a resource name.
func named(m *model.Model, info crud.ColumnInfo) crud.ColumnInfo {
	info.Field, info.Kind, info.Identifier = string(m.Key.Name.Desc.Name()), crud.KindString, true
	info.Unfilterable, info.Unorderable = m.Key.NameUnfilterable, m.Key.NameUnorderable
	return info
}

func timeToLive(m *model.Model) crud.ColumnInfo {
	return crud.ColumnInfo{
		Field: string(m.TTL.Desc.Name()), Names: []string{}, Kind: crud.KindDuration,
		Presence: true, InputOnly: true, Expires: "expire_time", Oneof: string(m.TTL.Oneof.Desc.Name()),
	}
}

func column(c *model.Column) crud.ColumnInfo {
	info := crud.ColumnInfo{
		Field: string(c.Field.Desc.Name()), Names: []string{c.Name}, Comment: c.Comment,
		Kind: kinds[c.Kind], Repeated: c.Repeated, Presence: c.Presence, NotNull: c.NotNull || c.PrimaryKey,
		PrimaryKey: c.PrimaryKey, Generated: makers[c.Generated],
		Required: c.Behavior.Required, OutputOnly: c.Behavior.OutputOnly || c.Time != model.NotServerTime,
		InputOnly: c.Behavior.InputOnly, Immutable: c.Behavior.Immutable, Identifier: c.Behavior.Identifier,
		Unfilterable: c.Unfilterable && !c.Behavior.InputOnly,
		Unorderable:  c.Kind == model.JSON || c.Unorderable && !c.Behavior.InputOnly && !c.Repeated && c.Kind != model.Bytes && c.Kind != model.FieldMask,
		Search:       c.Search, Sensitive: c.Sensitive, Revision: c.Etag, Oneof: c.Oneof,
		Time: times[c.Time], Default: c.Default, MaxLength: int(c.MaxLength),
	}
	info.Type = c.SQLType
	if c.Kind == model.Decimal && info.Type == "" {
		info.Type = "numeric"
	}
	if c.Kind == model.FieldMask {
		info.Repeated = true
	}
	if c.Unique {
		info.Unique = c.Constraint
	}
	enum(c, &info)
	return info
}

// enum says how an enum is kept. One that is kept by its name knows no other values.
func enum(c *model.Column, info *crud.ColumnInfo) {
	if c.Kind != model.Enum {
		return
	}
	info.EnumUnknown = unknowns[c.Unknown]
	if c.EnumAs != model.AsNumber && c.Unknown == model.RejectUnknown {
		info.EnumUnknown = crud.UnknownKept // which generated code leaves out
	}
	switch c.EnumAs {
	case model.AsName:
		info.Kind = crud.KindEnumName
	case model.AsType:
		info.Kind, info.Type, info.Labels = crud.KindEnumType, c.EnumType, labels(c)
	}
}

// labels are the names of an enum's values, without aliases.
func labels(c *model.Column) []string {
	var all []string
	values := c.Field.Enum.Desc.Values()
	for i := range values.Len() {
		if v := values.Get(i); values.ByNumber(v.Number()) == protoreflect.EnumValueDescriptor(v) {
			all = append(all, string(v.Name()))
		}
	}
	return all
}

var kinds = map[model.Kind]crud.Kind{
	model.Bool:      crud.KindBool,
	model.Int32:     crud.KindInt32,
	model.Int64:     crud.KindInt64,
	model.Uint32:    crud.KindUint32,
	model.Uint64:    crud.KindUint64,
	model.Float:     crud.KindFloat,
	model.Double:    crud.KindDouble,
	model.String:    crud.KindString,
	model.UUID:      crud.KindUUID,
	model.Bytes:     crud.KindBytes,
	model.Enum:      crud.KindEnum,
	model.Timestamp: crud.KindTimestamp,
	model.Duration:  crud.KindDuration,
	model.Text:      crud.KindText,
	model.Date:      crud.KindDate,
	model.TimeOfDay: crud.KindTimeOfDay,
	model.Decimal:   crud.KindText,
	model.FieldMask: crud.KindString,
	model.JSON:      crud.KindJSON,
}

var makers = map[model.Generated]crud.Generated{
	model.ByClient: crud.ByClient,
	model.Identity: crud.ByIdentity,
	model.UUIDv7:   crud.ByUUIDv7,
	model.UUIDv4:   crud.ByUUIDv4,
}

var times = map[model.ServerTime]crud.ServerTime{
	model.NotServerTime: crud.NotServerTime,
	model.CreateTime:    crud.RowCreateTime,
	model.UpdateTime:    crud.RowUpdateTime,
	model.DeleteTime:    crud.RowDeleteTime,
	model.PurgeTime:     crud.RowPurgeTime,
}

var unknowns = map[model.EnumUnknown]crud.EnumUnknown{
	model.KeepUnknown:   crud.UnknownKept,
	model.RejectUnknown: crud.UnknownRejected,
	model.ZeroUnknown:   crud.UnknownZero,
}
