package crud

import (
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// postgresTypes are the SQL types of the kinds. The "C" collation compares bytes,
// which is the order of keyset pagination and of SQLite.
var postgresTypes = map[Kind]string{
	KindBool:      "boolean",
	KindInt32:     "integer",
	KindInt64:     "bigint",
	KindUint32:    "bigint",
	KindUint64:    "numeric(20,0)",
	KindFloat:     "real",
	KindDouble:    "double precision",
	KindString:    "text",
	KindUUID:      "uuid",
	KindBytes:     "bytea",
	KindEnum:      "integer",
	KindTimestamp: "timestamptz",
	KindDuration:  "bigint",
	KindJSON:      "jsonb",
	KindEnumName:  "text",
	KindDate:      "date",
	KindTimeOfDay: "time",
}

func postgresType(k Kind, repeated bool) string {
	text := postgresTypes[k]
	if repeated {
		text += "[]"
	}
	if k == KindString || k == KindEnumName {
		text += ` COLLATE "C"`
	}
	return text
}

// typedColumn is a type that the model states.
func typedColumn(c *ColumnInfo) string {
	text := c.Type
	if c.Repeated {
		text += "[]"
	}
	if c.Kind == KindString {
		text += ` COLLATE "C"`
	}
	return text
}

// addReference adds a foreign key to a table that exists, unless it has it.
// PostgreSQL has no IF NOT EXISTS for constraints.
func (t tableText) addReference(r Reference) string {
	return "DO $crud$ BEGIN\n\tALTER TABLE " + t.name() + " ADD " + foreignKey(r) +
		";\nEXCEPTION WHEN duplicate_object THEN\n\tNULL;\nEND $crud$"
}

// unless runs statement if query has no rows.
func unless(query, statement string) string {
	return "DO $crud$ BEGIN\n\tIF NOT EXISTS (" + query + ") THEN\n\t\t" + statement + ";\n\tEND IF;\nEND $crud$"
}

// comments are those of the table and of its columns.
func (t tableText) comments() []ddlStatement {
	var statements []ddlStatement
	add := func(on, comment string) {
		if comment != "" {
			statements = append(statements, ddlStatement{t.Message, "COMMENT ON " + on + " IS '" + strings.ReplaceAll(comment, "'", "''") + "'"})
		}
	}
	add("TABLE "+t.name(), t.Comment)
	for _, c := range t.Columns {
		for _, name := range c.Names {
			add("COLUMN "+t.name()+"."+sqlname.Quote(name), c.Comment)
		}
	}
	return statements
}

// createEnums makes the enum types. A type that is there already is left as it is.
func createEnums(tables []*TableInfo) []ddlStatement {
	var statements []ddlStatement
	var seen []string
	for _, t := range tables {
		for _, c := range t.Columns {
			name := sqlname.Qualify(t.Schema, c.Type)
			if c.Kind != KindEnumType || slices.Contains(seen, name) {
				continue
			}
			seen = append(seen, name)
			labels := make([]string, len(c.Labels))
			for i, l := range c.Labels {
				labels[i] = "'" + l + "'"
			}
			statements = append(statements, ddlStatement{t.Message, "DO $crud$ BEGIN\n\tCREATE TYPE " + name + " AS ENUM (" + strings.Join(labels, ", ") +
				");\nEXCEPTION WHEN duplicate_object THEN\n\tNULL;\nEND $crud$"})
		}
	}
	return statements
}
