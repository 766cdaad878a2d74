package crud

// Kind is the type of a column's values.
type Kind uint8

// The kinds. Their SQL types in PostgreSQL and SQLite are in the comments.
const (
	KindBool      Kind = iota + 1 // boolean, INTEGER
	KindInt32                     // integer, INTEGER
	KindInt64                     // bigint, INTEGER
	KindUint32                    // bigint, INTEGER
	KindUint64                    // numeric(20,0), INTEGER with the sign bit flipped, which keeps the order
	KindFloat                     // real, REAL
	KindDouble                    // double precision, REAL
	KindString                    // text COLLATE "C", TEXT
	KindUUID                      // uuid, TEXT
	KindBytes                     // bytea, BLOB
	KindEnum                      // integer, INTEGER
	KindTimestamp                 // timestamptz, INTEGER (microseconds since 1970)
	KindDuration                  // bigint, INTEGER (microseconds)
	KindJSON                      // jsonb, TEXT
	KindEnumName                  // text COLLATE "C", TEXT
	KindEnumType                  // an enum type; not in SQLite
	KindDate                      // date, INTEGER (days since 1970)
	KindTimeOfDay                 // time, INTEGER (microseconds since midnight)
	KindEmbedded                  // a message in columns of its fields, of their kinds
	KindText                      // a type of PostgreSQL that text is read for; not in SQLite
)
