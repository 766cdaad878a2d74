package schema

import (
	"strconv"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// pasts says of every column what a migration asks.
func pasts(m *model.Model) map[string]Past {
	all := map[string]Past{}
	for _, name := range m.Scope {
		all[name] = Past{Zero: "''"} // that of a column that is no field
	}
	for _, c := range m.Stored() {
		all[c.Name] = Past{Was: c.Was, Zero: zero(c)}
	}
	return all
}

// zero is the value of a row that was there before the column.
func zero(c *model.Column) string {
	switch {
	case c.Etag:
		return "1"
	case c.Repeated || c.Kind == model.FieldMask:
		return "'{}'"
	case c.Kind == model.JSON && c.JSON == model.JSONList:
		return "'[]'"
	case c.Kind == model.JSON:
		return "'{}'"
	case c.Kind == model.Enum && c.EnumAs == model.AsNumber:
		return strconv.Itoa(int(c.Field.Enum.Desc.Values().Get(0).Number()))
	case c.Kind == model.Enum:
		return "'" + strings.ReplaceAll(string(c.Field.Enum.Desc.Values().Get(0).Name()), "'", "''") + "'"
	}
	if c.Kind == model.Text {
		return textZero(c)
	}
	return zeros[c.Kind]
}

// textZero is the zero of a string in a type of its own: the empty text where it is a value.
func textZero(c *model.Column) string {
	switch {
	case c.Text.Textual():
		return "''"
	case strings.HasPrefix(c.SQLType, "numeric"):
		return "0"
	}
	return "NULL" // no value that an unset field is read from
}

var zeros = map[model.Kind]string{
	model.Bool:      "false",
	model.Int32:     "0",
	model.Int64:     "0",
	model.Uint32:    "0",
	model.Uint64:    "0",
	model.Float:     "0",
	model.Double:    "0",
	model.String:    "''",
	model.UUID:      "'00000000-0000-0000-0000-000000000000'",
	model.Bytes:     "''",
	model.Timestamp: "now()",
	model.Duration:  "0",
	model.Date:      "'1970-01-01'",
	model.TimeOfDay: "'00:00'",
	model.Decimal:   "0",
}
