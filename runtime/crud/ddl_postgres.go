package crud

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
}

func postgresType(k Kind, repeated bool) string {
	text := postgresTypes[k]
	if repeated {
		text += "[]"
	}
	if k == KindString {
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
