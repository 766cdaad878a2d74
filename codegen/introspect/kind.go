package introspect

import (
	"regexp"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
)

// A kind is what a field is whose column has a type.
type kind struct {
	proto string // the type of the field
	from  string // the file that declares it
	sql   string // the option type, empty where the field has it anyway
	// none says why there is no field for the type.
	none string
	// absent says that the empty value is none: the column is NULL then, or must be given.
	absent bool
	// keyed kinds can be keys.
	keyed    bool
	json     bool
	repeated bool
	enum     *catalog.Enum
	// text is the kind of a key whose own is no key's.
	text *kind
	note string
}

const (
	timestampProto = "google/protobuf/timestamp.proto"
	structProto    = "google/protobuf/struct.proto"
	dateProto      = "google/type/date.proto"
	timeProto      = "google/type/timeofday.proto"
	decimalProto   = "google/type/decimal.proto"
	optionsProto   = "protocrud/v1/options.proto"
	behaviorProto  = "google/api/field_behavior.proto"
	resourceProto  = "google/api/resource.proto"
)

func textKey(sql string) *kind { return &kind{proto: "string", sql: sql, absent: true, keyed: true} }

// kinds are those of PostgreSQL's types without modifiers, as format_type writes them.
var kinds = map[string]kind{
	"boolean":                     {proto: "bool"},
	"smallint":                    {proto: "int32", keyed: true},
	"integer":                     {proto: "int32", keyed: true},
	"bigint":                      {proto: "int64", keyed: true},
	"real":                        {proto: "float"},
	"double precision":            {proto: "double"},
	"text":                        {proto: "string", keyed: true},
	"name":                        {proto: "string", keyed: true},
	"bytea":                       {proto: "bytes"},
	"uuid":                        {proto: "string", sql: "uuid", absent: true, keyed: true},
	"timestamp with time zone":    {proto: "google.protobuf.Timestamp", from: timestampProto, absent: true, text: textKey("timestamptz")},
	"timestamp without time zone": {proto: "google.protobuf.Timestamp", from: timestampProto, sql: "timestamp", absent: true, text: textKey("timestamp")},
	"date":                        {proto: "google.type.Date", from: dateProto, absent: true, text: textKey("date")},
	"time without time zone":      {proto: "google.type.TimeOfDay", from: timeProto, absent: true, text: textKey("time")},
	"numeric":                     {proto: "google.type.Decimal", from: decimalProto, absent: true},
	"json":                        {proto: "google.protobuf.Value", from: structProto, absent: true, json: true},
	"jsonb":                       {proto: "google.protobuf.Value", from: structProto, absent: true, json: true},
	"money":                       {none: "money depends on the locale of the server; numeric(19,2) would be a field"},
}

var modifiers = regexp.MustCompile(`\s*\(-?\d+(,-?\d+)?\)`)

// bounded are the types whose modifiers a field can state.
var bounded = map[string]string{
	"character varying": "varchar", "character": "char", "bpchar": "char", "numeric": "numeric", "bit": "bit", "bit varying": "bit varying",
}

// kindOf returns the kind of a column.
func (d *Database) kindOf(t *catalog.Table, c *catalog.Column) kind {
	if d.SQLite {
		return sqliteKind(c.Type)
	}
	sql, array := strings.CutSuffix(c.Type, "[]")
	if c.Enum.Name != "" {
		if e := d.Enum(c.Enum); e != nil && c.Enum.Schema == t.Schema && spelled(e.Labels) {
			return kind{proto: camel(snake(e.Name.Name)), enum: e, repeated: array, absent: !array}
		}
	}
	k := d.plainKind(sql, array)
	k.repeated = array
	if array {
		k.absent, k.keyed, k.text = false, false, nil
	}
	return k
}

// plainKind returns the kind of the values of a type, or of an array's elements.
func (d *Database) plainKind(sql string, element bool) kind {
	bare := modifiers.ReplaceAllString(sql, "")
	if t := d.Types[bare]; t != nil && t.Base != "" {
		if element || strings.HasSuffix(t.Base, "[]") {
			return d.ownKind(t) // whose name the database tells of the elements
		}
		return d.plainKind(t.Base, element)
	}
	k, known := kinds[bare]
	if known && k.json && element {
		k = kind{proto: "string", sql: bare, absent: true}
	}
	stated := bare
	if short := bounded[bare]; short != "" {
		stated = short + strings.TrimSpace(modifiers.FindString(sql))
		if bare == "bpchar" {
			stated = bare
		}
	}
	switch {
	case bare == "numeric":
		if t, err := texttype.Parse(stated); err == nil && stated != bare {
			k.sql = t.SQL
		}
		return k
	case known:
		return k
	case bare == "character varying" && (stated == "varchar" || element):
		return kind{proto: "string", keyed: true}
	case element:
		stated = modifiers.ReplaceAllString(stated, "")
	case bare == "interval" || strings.HasPrefix(bare, "interval "):
		stated = "interval"
	}
	t, err := texttype.Parse(stated)
	if err != nil || !t.Known {
		if own := d.Types[bare]; own != nil {
			return d.ownKind(own)
		}
		return kind{none: "its type " + sql + " is not known"}
	}
	return kind{proto: "string", sql: stated, absent: !t.Textual(), keyed: t.Keyed()}
}

// ownKind is that of a type which only the database can read.
func (d *Database) ownKind(t *catalog.Type) kind {
	if t.Name == "citext" {
		return kind{proto: "string", sql: "citext"}
	}
	sql := sqlname.Qualify(t.Schema, t.Name)
	if _, err := texttype.Parse(sql); err != nil {
		return kind{none: "the name of its type, " + sql + ", cannot be stated"}
	}
	return kind{proto: "string", sql: sql, absent: true}
}

// notNull reports whether a column has no NULL, by itself or by its domain.
func (d *Database) notNull(c *catalog.Column) bool {
	if c.NotNull {
		return true
	}
	for t := d.Types[c.Type]; t != nil && t.Base != ""; t = d.Types[modifiers.ReplaceAllString(t.Base, "")] {
		if t.NotNull {
			return true
		}
	}
	return false
}

var label = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// spelled reports whether labels can be the names of a proto's enum, which are what is
// stored.
func spelled(labels []string) bool {
	var seen []string
	for _, l := range labels {
		if !label.MatchString(l) || slices.Contains(seen, jsonName(l)) {
			return false
		}
		seen = append(seen, jsonName(l))
	}
	return len(labels) > 0
}

// sqliteKind is that of a declared type: SQLite's rules for affinities, and the names
// that say more. Columns hold other things where the table is not STRICT.
func sqliteKind(declared string) kind {
	upper := strings.ToUpper(modifiers.ReplaceAllString(declared, ""))
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(upper, w) })
	}
	switch {
	case upper == "":
		return kind{none: "it has no type"}
	case has("BOOL"):
		return kind{proto: "bool"}
	case has("INT"):
		return kind{proto: "int64", keyed: true}
	case upper == "UUID":
		return kind{proto: "string", sql: "uuid", absent: true, keyed: true}
	case has("CHAR", "CLOB", "TEXT", "JSON"):
		return kind{proto: "string", keyed: true}
	case has("DATE", "TIME"):
		return kind{proto: "string", keyed: true, note: "A text, as SQLite's functions of dates write it."}
	case has("BLOB"):
		return kind{proto: "bytes"}
	case has("REAL", "FLOA", "DOUB", "NUM", "DEC"):
		return kind{proto: "double"}
	}
	return kind{none: "its type " + declared + " is not known"}
}
