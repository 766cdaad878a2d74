package sqlite

import (
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// describe fills in the table, column and constraint as far as the message tells.
func describe(e *pgconn.PgError, code int32) {
	switch code {
	case codeConstraintUnique, codeConstraintPrimaryKey, codeConstraintRowID:
		describeUnique(e)
	case codeConstraintNotNull:
		if column, ok := strings.CutPrefix(e.Message, "NOT NULL constraint failed: "); ok {
			e.TableName, e.ColumnName = splitColumn(column)
		}
	case codeConstraintCheck:
		e.ConstraintName = strings.TrimPrefix(e.Message, "CHECK constraint failed: ")
	case codeConstraintDataType:
		describeType(e)
	}
}

// describeUnique reads "books.isbn, books.shelf" or "index 'name'". The column is
// the first one; the whole list is the detail.
func describeUnique(e *pgconn.PgError) {
	list, ok := strings.CutPrefix(e.Message, "UNIQUE constraint failed: ")
	if !ok {
		return
	}
	if name, ok := strings.CutPrefix(list, "index '"); ok {
		e.ConstraintName = strings.TrimSuffix(name, "'")
		return
	}
	e.Detail = list
	first, _, _ := strings.Cut(list, ", ")
	e.TableName, e.ColumnName = splitColumn(first)
}

// describeType reads "cannot store TEXT value in INTEGER column books.pages".
func describeType(e *pgconn.PgError) {
	before, column, ok := strings.Cut(e.Message, " column ")
	if !ok {
		return
	}
	e.TableName, e.ColumnName = splitColumn(column)
	if _, declared, ok := strings.Cut(before, " value in "); ok {
		e.DataTypeName = declared
	}
}

func splitColumn(s string) (table, column string) {
	table, column, _ = strings.Cut(s, ".")
	return table, column
}
