package crud

// sqliteTypes are the types of the kinds in STRICT tables. Its text compares bytes
// unless a column says otherwise.
var sqliteTypes = map[Kind]string{
	KindBool:      "INTEGER",
	KindInt32:     "INTEGER",
	KindInt64:     "INTEGER",
	KindUint32:    "INTEGER",
	KindUint64:    "INTEGER",
	KindFloat:     "REAL",
	KindDouble:    "REAL",
	KindString:    "TEXT",
	KindUUID:      "TEXT",
	KindBytes:     "BLOB",
	KindEnum:      "INTEGER",
	KindTimestamp: "INTEGER",
	KindDuration:  "INTEGER",
	KindJSON:      "TEXT",
	KindEnumName:  "TEXT",
	KindDate:      "INTEGER",
	KindTimeOfDay: "INTEGER",
}

// sqliteType is that of JSON for a list.
func sqliteType(k Kind, repeated bool) string {
	if repeated {
		return "TEXT"
	}
	return sqliteTypes[k]
}
