// Package plan writes the SQL of a model. It is pure: the same model gives the same
// texts, and nothing here knows of Go code or of protogen's output.
//
// The texts run on PostgreSQL and on SQLite as they are. They name columns by their
// table, list them one per line and never by *, and bind every value by a $n.
package plan
