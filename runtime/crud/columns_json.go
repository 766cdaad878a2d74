package crud

import "google.golang.org/protobuf/proto"

// The constructors here keep a field of the message as protobuf's JSON, with the proto
// names of fields: jsonb, TEXT in SQLite. What JSON cannot hold exactly is refused:
// text with NUL, negative zero, a google.protobuf.Any of a type that the program does
// not have.

// JSON is a message field. Unset is NULL, and an empty message is {}.
func JSON[M proto.Message](field string, opts ...ColumnOption) Column[M] {
	return newJSON[M](field, shapeMessage, opts)
}

// JSONList is a repeated field. The column is NOT NULL; an empty field is [].
func JSONList[M proto.Message](field string, opts ...ColumnOption) Column[M] {
	return newJSON[M](field, shapeList, opts)
}

// JSONMap is a map field. The column is NOT NULL; an empty field is {}.
func JSONMap[M proto.Message](field string, opts ...ColumnOption) Column[M] {
	return newJSON[M](field, shapeMap, opts)
}
