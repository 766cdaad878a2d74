package crud

import (
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"
)

// Args returns what columns bind of m.
func Args[M proto.Message](columns []Column[M], m M, d Dialect) []any {
	var args []any
	for _, c := range columns {
		args = c.column.codec.appendArgs(args, m, d)
	}
	return args
}

// ReadWire decodes the current row from its wire values. It reports whether the
// columns can do that.
func ReadWire[M proto.Message](columns []Column[M], rows pgx.Rows, m M) (bool, error) {
	fds, raw := rows.FieldDescriptions(), rows.RawValues()
	mem := &memory{rows: 1}
	mem.begin(raw)
	at := 0
	for _, c := range columns {
		for i := range c.column.Names {
			if !c.column.codec.reads(&fds[at+i]) {
				return false, nil
			}
		}
		at += len(c.column.Names)
	}
	at = 0
	for _, c := range columns {
		end := at + len(c.column.Names)
		if err := c.column.codec.decode(m, fds[at:end], raw[at:end], mem); err != nil {
			return true, fmt.Errorf("%s: %w", c.column.Field, err)
		}
		at = end
	}
	return true, nil
}

// ReadValues reads the current row from what rows.Values gives.
func ReadValues[M proto.Message](columns []Column[M], rows pgx.Rows, m M, d Dialect) error {
	values, err := rows.Values()
	if err != nil {
		return err
	}
	at := 0
	for _, c := range columns {
		end := at + len(c.column.Names)
		if err := c.column.codec.scan(m, values[at:end], d); err != nil {
			return fmt.Errorf("%s: %w", c.column.Field, err)
		}
		at = end
	}
	return nil
}

func (c *Column[M]) Check(m M, d Dialect) string {
	return c.column.codec.check(m, &c.column.ColumnInfo, d)
}
func (c *Column[M]) Bind(v any, d Dialect) (any, bool) { return c.column.codec.bind(v, d) }
func (c *Column[M]) Scan(m M, v any, d Dialect) error  { return c.column.codec.scan(m, []any{v}, d) }
func (c *Column[M]) Has(m M) bool                      { return c.column.codec.has(m) }
func (c *Column[M]) Clear(m M)                         { c.column.codec.clear(m) }
func (c *Column[M]) Copy(dst, src M)                   { c.column.codec.copy(dst, src) }
func (c *Column[M]) Equal(a, b M) bool                 { return c.column.codec.equal(a, b) }

// CreateSQL returns what CreateTables runs.
func CreateSQL(d Dialect, tables ...AnyTable) ([]string, error) {
	return Schema(d, infosOf(tables)...)
}
