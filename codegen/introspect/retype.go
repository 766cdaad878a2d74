package introspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

var textTypes = []string{"text", "character varying", "character", "bpchar", "name", "citext"}

// holds are the types, as format_type writes them, all of whose values a field has.
var holds = map[model.Kind][]string{
	model.Bool:      {"boolean"},
	model.Int32:     {"smallint", "integer"},
	model.Int64:     {"smallint", "integer", "bigint"},
	model.Uint32:    {"smallint", "integer", "bigint"},
	model.Uint64:    {"numeric"},
	model.Float:     {"real"},
	model.Double:    {"real", "double precision"},
	model.String:    textTypes,
	model.UUID:      append([]string{"uuid"}, textTypes...),
	model.Bytes:     {"bytea"},
	model.Timestamp: {"timestamp with time zone", "timestamp without time zone"},
	model.Duration:  {"bigint"},
	model.Date:      {"date"},
	model.TimeOfDay: {"time without time zone"},
	model.Decimal:   {"numeric"},
	model.FieldMask: {"text"},
	model.JSON:      {"jsonb", "json", "text", "character varying"},
}

// retyped warns of fields whose columns have become of another type. A field's type is
// what clients have compiled, so that nothing changes it here.
func (g *merging) retyped() {
	if g.existing == nil || g.db.SQLite {
		return
	}
	for _, c := range g.existing.Columns {
		live := g.table.Column(c.Name)
		if live == nil || c.Field == nil || c.Etag || c.Kind == model.Embedded || g.fits(c, live.Type) {
			continue
		}
		g.warn("column %s of %s is %s, and field %s of message %s is %s: reserve the field, and add another one for the column",
			c.Name, g.table.Name, live.Type, c.Field.Desc.Name(), g.name, fieldType(c))
	}
}

func fieldType(c *model.Column) string {
	text := c.Kind.String()
	if c.Repeated {
		text = "repeated " + text
	}
	if c.SQLType != "" {
		text += " of type " + c.SQLType
	}
	return text
}

func (g *merging) fits(c *model.Column, sql string) bool {
	element, array := strings.CutSuffix(sql, "[]")
	bare := modifiers.ReplaceAllString(element, "")
	for t := g.db.Types[bare]; t != nil && t.Base != "" && !array; t = g.db.Types[bare] {
		element, array = strings.CutSuffix(t.Base, "[]")
		bare = modifiers.ReplaceAllString(element, "")
	}
	if array != (c.Repeated || c.Kind == model.FieldMask) {
		return false
	}
	name := bare
	if t := g.db.Types[bare]; t != nil {
		name = t.Name
	}
	switch {
	case c.Kind == model.Enum && c.EnumAs == model.AsType:
		return name == c.EnumType
	case c.Kind == model.Enum && c.EnumAs == model.AsName:
		return slices.Contains(textTypes, name) || slices.Contains(textTypes, bare)
	case c.Kind == model.Enum:
		return slices.Contains(holds[model.Int64], bare)
	case c.Kind == model.Text:
		want := c.Text.Name
		want = strings.Trim(want[strings.LastIndexByte(want, '.')+1:], `"`)
		return want == name
	}
	return slices.Contains(holds[c.Kind], bare) || slices.Contains(holds[c.Kind], name) || fmt.Sprint(c.Kind) == name
}
