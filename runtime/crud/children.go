package crud

import (
	"context"
	"strconv"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
	"google.golang.org/protobuf/proto"
)

// A Child is a table whose rows are deleted with the row that they refer to: by a
// foreign key that cascades. Columns and tables are SQL names, unquoted.
type Child struct {
	Schema  string
	Table   string
	Columns []string
	// Target are the columns that Columns refer to.
	Target []string
	// Scope are the scope columns that both tables have.
	Scope []string
}

// Force says whether Delete may delete the resource's children with it (AIP-135): those
// whose references cascade. Unless it may, a Delete of a resource that has some is
// FAILED_PRECONDITION, reason CHILDREN_EXIST; the row is then read and locked first, in a
// transaction. Without this option the database's own rules hold alone.
func Force(force bool) WriteOption {
	return writeOption(func(s *writeSettings) { s.childless = !force })
}

// checkChildless refuses to delete a row that is locked and has children. Nobody adds one
// meanwhile: a new reference waits for the lock.
func (r *repository) checkChildless(ctx context.Context, tx *Tx, key any, row proto.Message) error {
	children := r.table.info.Children
	if len(children) == 0 {
		return nil
	}
	scope, err := r.scope.values(ctx)
	if err != nil {
		return err
	}
	values := r.table.valuesByName(row, r.dialect)
	for i, v := range r.bindScope(scope) {
		values[r.scope.columns[i].name] = v
	}
	var conditions []string
	var args []any
	for _, c := range children {
		var sql string
		sql, args = c.exists(values, args)
		conditions = append(conditions, sql)
	}
	rows, err := tx.Query(ctx, "SELECT 1 WHERE "+strings.Join(conditions, " OR "), args...)
	if err != nil {
		return classify(ctx, r.domain, err)
	}
	found := rows.Next()
	rows.Close()
	if err := rows.Err(); err != nil {
		return classify(ctx, r.domain, err)
	}
	if found {
		return r.childrenExist(nil, r.table.keyName(key))
	}
	return nil
}

// exists is the condition that the child has a row that refers to the values.
func (c Child) exists(values map[string]any, args []any) (string, []any) {
	var equal []string
	add := func(column, target string) {
		args = append(args, values[target])
		equal = append(equal, sqlname.Quote(c.Table)+"."+sqlname.Quote(column)+" = $"+strconv.Itoa(len(args)))
	}
	for _, s := range c.Scope {
		add(s, s)
	}
	for i, column := range c.Columns {
		add(column, c.Target[i])
	}
	return "EXISTS (SELECT 1 FROM " + sqlname.Qualify(c.Schema, c.Table) + " WHERE " + strings.Join(equal, " AND ") + ")", args
}

// valuesByName returns what a message's columns hold, by their SQL names.
func (t *table) valuesByName(m proto.Message, d Dialect) map[string]any {
	values := make(map[string]any, t.width)
	for i := range t.columns {
		args := t.columns[i].codec.appendArgs(nil, m, d)
		for j, name := range t.columns[i].Names {
			values[name] = args[j]
		}
	}
	return values
}
