package emit

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// columns writes a line per field, in SELECT order. A resource name stands where its
// columns are: first if only the name holds them, else after the last of them.
func (p *printer) columns(m *model.Model) {
	if m.Key.Name != nil && !m.Key.Fields() {
		p.P(p.resourceName(m), ",")
	}
	left := len(m.Key.Columns)
	for _, c := range m.Columns {
		if c.Field != nil {
			p.P(p.column(c), ",")
		}
		if m.TTL != nil && c.Oneof == string(m.TTL.Oneof.Desc.Name()) && c.Field.Desc.Name() == "expire_time" {
			p.P(p.ttl(m.TTL), ",")
		}
		if c.PrimaryKey {
			left--
		}
		if c.PrimaryKey && left == 0 && m.Key.Name != nil && m.Key.Fields() {
			p.P(p.computedName(m), ",")
		}
	}
}

// ttl returns the entry of a field that is stored as expire_time.
func (p *printer) ttl(f *protogen.Field) string {
	set := p.assigned(f, func() string { return "*" + p.name(f.Message.GoIdent) })
	args := []string{strconv.Quote(string(f.Desc.Name())), p.getter(f), p.haser(f), set, p.clearer(f), strconv.Quote("expire_time"), p.crud(call("Oneof", string(f.Oneof.Desc.Name())))}
	return p.crud("TTL") + "(" + strings.Join(args, ", ") + ")"
}

// column returns the constructor call of a field's column.
func (p *printer) column(c *model.Column) string {
	f := c.Field
	if c.Etag {
		return p.etag(c)
	}
	switch c.Kind {
	case model.JSON:
		return p.json(c)
	case model.Embedded:
		return p.embedded(c)
	}
	args := []string{strconv.Quote(string(f.Desc.Name())), p.getter(f)}
	kind := kindNames[c.Kind]
	if c.Wrapper {
		kind += "Value"
	}
	switch {
	case c.Repeated:
		args = append(args, p.setter(c))
		kind = p.listName(c)
	case c.Presence && (f.Message == nil || c.Oneof != ""):
		args = append(args, p.haser(f), p.setter(c), p.clearer(f))
		kind = "Optional" + kind
	default:
		args = append(args, p.setter(c))
	}
	return p.crud(kind) + "(" + strings.Join(append(args, p.columnOptions(c)...), ", ") + ")"
}

// listName returns the constructor of a repeated field's column.
func (p *printer) listName(c *model.Column) string {
	if c.Wrapper {
		return kindNames[c.Kind] + "Values"
	}
	return listNames[c.Kind]
}

var kindNames = map[model.Kind]string{
	model.Bool:      "Bool",
	model.Int32:     "Int32",
	model.Int64:     "Int64",
	model.Uint32:    "Uint32",
	model.Uint64:    "Uint64",
	model.Float:     "Float",
	model.Double:    "Double",
	model.String:    "String",
	model.UUID:      "UUID",
	model.Text:      "String",
	model.Bytes:     "Bytes",
	model.Enum:      "Enum",
	model.Timestamp: "Timestamp",
	model.Duration:  "Duration",
	model.Date:      "Date",
	model.TimeOfDay: "TimeOfDay",
	model.Decimal:   "Decimal",
	model.FieldMask: "FieldMask",
}

var listNames = map[model.Kind]string{
	model.Bool:      "Bools",
	model.Int32:     "Int32s",
	model.Int64:     "Int64s",
	model.Uint32:    "Uint32s",
	model.Uint64:    "Uint64s",
	model.Float:     "Floats",
	model.Double:    "Doubles",
	model.String:    "Strings",
	model.UUID:      "UUIDs",
	model.Text:      "Strings",
	model.Bytes:     "BytesList",
	model.Enum:      "Enums",
	model.Timestamp: "Timestamps",
	model.Duration:  "Durations",
	model.Date:      "Dates",
	model.TimeOfDay: "TimesOfDay",
	model.Decimal:   "Decimals",
}

// json returns the constructor call of a column that reaches its field by reflection.
func (p *printer) json(c *model.Column) string {
	args := append([]string{strconv.Quote(string(c.Field.Desc.Name()))}, p.columnOptions(c)...)
	return p.crud(jsonNames[c.JSON]) + "[*" + p.name(c.Field.Parent.GoIdent) + "](" + strings.Join(args, ", ") + ")"
}

// embedded returns the constructor call of a message that is stored in columns of its
// fields, a line for each.
func (p *printer) embedded(c *model.Column) string {
	f := c.Field
	set := p.assigned(f, func() string { return "*" + p.name(f.Message.GoIdent) })
	var inner strings.Builder
	for _, in := range c.Inner {
		inner.WriteString(p.column(in) + ",\n")
	}
	args := []string{
		strconv.Quote(string(f.Desc.Name())), p.getter(f), set,
		"[]" + p.crud("Column") + "[*" + p.name(f.Message.GoIdent) + "]{\n" + inner.String() + "}",
	}
	return p.crud("Embedded") + "(" + strings.Join(append(args, p.columnOptions(c)...), ", ") + ")"
}

var jsonNames = map[model.JSONForm]string{
	model.JSONMessage: "JSON",
	model.JSONList:    "JSONList",
	model.JSONMap:     "JSONMap",
}

// etag returns the column entry of a resource's etag.
func (p *printer) etag(c *model.Column) string {
	args := []string{strconv.Quote(string(c.Field.Desc.Name())), p.getter(c.Field), p.nameSetter(c.Field)}
	if c.Name != "revision" {
		args = append(args, p.crud(call("ColumnName", c.Name)))
	}
	return p.crud("Etag") + "(" + strings.Join(args, ", ") + ")"
}

// resourceName returns the column entry of a name whose variables are no fields.
func (p *printer) resourceName(m *model.Model) string {
	f := m.Key.Name
	args := []string{
		strconv.Quote(string(f.Desc.Name())), p.getter(f), p.nameSetter(f),
		m.Names.Pattern, stringList(columnNames(m.Key.Columns)),
	}
	last := m.Key.Columns[len(m.Key.Columns)-1]
	args = append(append(args, p.generated(last)...), p.nameOptions(m)...)
	return p.crud("ResourceName") + "(" + strings.Join(args, ", ") + ")"
}

// computedName returns the entry of a name whose variables are fields.
func (p *printer) computedName(m *model.Model) string {
	f := m.Key.Name
	compute := "func(m *" + p.name(m.Message.GoIdent) + ") string { return " + p.keyOf(m, "m") + ".String() }"
	args := append([]string{
		strconv.Quote(string(f.Desc.Name())), p.getter(f), p.nameSetter(f), compute,
	}, p.nameOptions(m)...)
	return p.crud("ComputedName") + "(" + strings.Join(args, ", ") + ")"
}

// nameOptions returns what keeps a resource name out of filters and orders.
func (p *printer) nameOptions(m *model.Model) []string {
	var opts []string
	if m.Key.NameUnfilterable {
		opts = append(opts, p.crud("Unfilterable"))
	}
	if m.Key.NameUnorderable {
		opts = append(opts, p.crud("Unorderable"))
	}
	return opts
}

// columnOptions returns what the proto says of a column beyond its type. What another
// option or the type implies is left out.
func (p *printer) columnOptions(c *model.Column) []string {
	var opts []string
	add := func(stated bool, option string) {
		if stated {
			opts = append(opts, p.crud(option))
		}
	}
	served := c.Time != model.NotServerTime
	own := strings.TrimPrefix(c.Name, c.Prefix)
	add(own != string(c.Field.Desc.Name()), call("ColumnName", own))
	add(c.SQLType != "", call("SQLType", c.SQLType))
	add(c.PrimaryKey, "PrimaryKey")
	opts = append(opts, p.generated(c)...)
	add(c.Behavior.Required, "Required")
	add(c.Behavior.OutputOnly && !served, "OutputOnly")
	add(c.Behavior.InputOnly, "InputOnly")
	add(c.Behavior.Immutable, "Immutable")
	add(c.Behavior.Identifier, "Identifier")
	add(c.Time == model.CreateTime, "CreateTime")
	add(c.Time == model.UpdateTime, "UpdateTime")
	add(c.Time == model.DeleteTime, "DeleteTime")
	add(c.Time == model.PurgeTime, "PurgeTime")
	add(c.Unfilterable && !c.Behavior.InputOnly, "Unfilterable")
	add(c.Unorderable && !c.Behavior.InputOnly && orders(c), "Unorderable")
	add(c.Sensitive, "Sensitive")
	add(c.Search, "Search")
	add(c.NotNull && c.Presence && !c.PrimaryKey && !served && c.Prefix == "" && c.Kind != model.Embedded, "NotNull")
	add(c.EnumAs == model.AsName, "EnumName")
	add(c.EnumAs == model.AsType, call("EnumType", c.EnumType))
	add(c.Unknown == model.RejectUnknown && c.EnumAs == model.AsNumber, "RejectUnknown")
	add(c.Unknown == model.ZeroUnknown, "UnknownIsZero")
	add(c.Oneof != "", call("Oneof", c.Oneof))
	add(c.Unique, call("Unique", c.Constraint))
	add(c.Default != "", call("Default", c.Default))
	add(c.MaxLength > 0, fmt.Sprintf("MaxLength(%d)", c.MaxLength))
	return opts
}

// orders reports whether rows can be ordered by columns of the kind at all.
func orders(c *model.Column) bool {
	return !c.Repeated && c.Kind != model.Bytes && c.Kind != model.JSON && c.Kind != model.Embedded && c.Kind != model.FieldMask
}

func call(option, argument string) string { return option + "(" + strconv.Quote(argument) + ")" }

// generated returns the option that says who makes a key column's values, if that is
// not the client.
func (p *printer) generated(c *model.Column) []string {
	switch c.Generated {
	case model.Identity:
		return []string{p.crud("Identity")}
	case model.UUIDv7:
		return []string{p.crud("UUIDv7")}
	case model.UUIDv4:
		return []string{p.crud("UUIDv4")}
	default:
		return nil
	}
}

func columnNames(columns []*model.Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}
