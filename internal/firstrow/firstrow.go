// Package firstrow makes rows a row, as pgx's own QueryRow does of its rows.
package firstrow

import "github.com/jackc/pgx/v5"

// Scan reads the first of the rows and closes them. It is pgx.ErrNoRows if there is none.
func Scan(rows pgx.Rows, dest ...any) error {
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	rows.Close()
	return rows.Err()
}
