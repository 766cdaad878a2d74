package crud

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/Masterminds/squirrel"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// ScopeColumn binds every statement of a repository to the rows whose column
// equals value(ctx): tenancy. The column is compared in every WHERE, stamped on
// every INSERT and never in a SET; it need not be a field of the message.
//
// An error of value becomes the call's. Nil and the empty string are no value: the
// call fails with INTERNAL, and no statement is sent.
//
// Given to a service's constructor, it concerns the models that declare the column
// as their scope.
func ScopeColumn[T any](column string, value func(context.Context) (T, error)) Option {
	c := scopeColumn{name: column, value: func(ctx context.Context) (any, error) { return value(ctx) }}
	return optionFunc(func(s *settings) { s.columns = append(s.columns, c) })
}

// Where adds a predicate to every read and write of a repository: visibility. Name
// columns with their table: books.published. An error of pred becomes the call's; a
// nil or empty predicate is INTERNAL, never "all rows", which is squirrel.Expr("true").
//
// What Create inserts must satisfy the predicate too, and a predicate cannot say
// how. So a repository with Where needs a ScopeColumn as well, whose value Create
// stamps; without one its constructor panics.
func Where(pred func(context.Context) (squirrel.Sqlizer, error)) Option {
	return optionFunc(func(s *settings) { s.wheres = append(s.wheres, pred) })
}

type scopeColumn struct {
	name  string
	value func(context.Context) (any, error)
}

type predicate func(context.Context) (squirrel.Sqlizer, error)

// A scope is what binds the statements of one repository.
type scope struct {
	columns []scopeColumn
	wheres  []predicate
	table   string // as statements name it
	domain  string // of errors
}

// newScope checks the options against what the model declares. It panics: a scope
// that is forgotten must not wait for the first call.
func newScope(info *TableInfo, s *settings) scope {
	for _, declared := range info.Scope {
		if !slices.ContainsFunc(s.columns, func(c scopeColumn) bool { return c.name == declared }) {
			panic(fmt.Sprintf("crud: %s declares the scope column %q; give its repository a crud.ScopeColumn", info.Message, declared))
		}
	}
	if len(s.wheres) > 0 && len(s.columns) == 0 {
		panic(fmt.Sprintf("crud: the repository of %s has a crud.Where but no crud.ScopeColumn, so Create could insert rows outside of it", info.Message))
	}
	sc := scope{columns: s.columns, wheres: s.wheres, table: sqlname.Quote(info.Name), domain: domainOf(info.Message)}
	// Statements name the columns in one order, whatever order the options came in.
	slices.SortStableFunc(sc.columns, func(a, b scopeColumn) int {
		return scopeRank(info, a) - scopeRank(info, b)
	})
	return sc
}

func scopeRank(info *TableInfo, c scopeColumn) int {
	if i := slices.Index(info.Scope, c.name); i >= 0 {
		return i
	}
	return len(info.Scope)
}

func (s *scope) empty() bool { return len(s.columns) == 0 && len(s.wheres) == 0 }

func (s *scope) has(column string) bool {
	return slices.ContainsFunc(s.columns, func(c scopeColumn) bool { return c.name == column })
}

// covers is has for a name that Go code gives: SQLite's names are one in any case.
func (s *scope) covers(column string) bool {
	return slices.ContainsFunc(s.columns, func(c scopeColumn) bool { return strings.EqualFold(c.name, column) })
}

// static returns the scope columns' part of a WHERE whose parameters begin at $n.
// It is " AND a.b = $n …", or "".
func (s *scope) static(n int) string {
	var b strings.Builder
	for i, c := range s.columns {
		fmt.Fprintf(&b, " AND %s.%s = $%d", s.table, sqlname.Quote(c.name), n+i)
	}
	return b.String()
}

// errNoScope is a call without a value for its scope. It is the server's fault.
var errNoScope = errors.New("crud: the scope has no value for this call")

// values evaluates the scope columns for a call.
func (s *scope) values(ctx context.Context) ([]any, error) {
	if len(s.columns) == 0 {
		return nil, nil
	}
	values := make([]any, len(s.columns))
	for i, c := range s.columns {
		v, err := c.value(ctx)
		if err != nil {
			return nil, err
		}
		if values[i], err = scopeValue(v); err != nil {
			return nil, internal(s.domain, fmt.Errorf("crud: the value of the scope column %s: %w", c.name, err))
		}
		if values[i] == nil {
			return nil, internal(s.domain, fmt.Errorf("%w: column %s", errNoScope, c.name))
		}
	}
	return values, nil
}

// scopeValue returns a value as it is bound: what a pointer points to, what a Valuer
// stands for; nil is no value. As text, which keys of caches and page tokens are made
// of, a pointer is an address, and what lies there tomorrow is another tenant's.
func scopeValue(v any) (any, error) {
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Pointer && r.IsNil() {
		return nil, nil
	}
	switch v := v.(type) {
	case int64, int32, int, uint64, uint32, uint, bool:
		return v, nil
	case driver.Valuer:
		inner, err := v.Value()
		if _, again := inner.(driver.Valuer); again || err != nil {
			return nil, err
		}
		return scopeValue(inner)
	}
	switch r.Kind() {
	case reflect.Pointer:
		return scopeValue(r.Elem().Interface())
	case reflect.String:
		if r.Len() > 0 {
			return r.String(), nil
		}
		return nil, nil
	case reflect.Int64, reflect.Int32, reflect.Int:
		return r.Int(), nil
	case reflect.Slice, reflect.Map, reflect.Func:
		if r.IsNil() {
			return nil, nil
		}
	}
	return v, nil
}

// saysNothing reports whether a condition is none: nil, or one of squirrel's that is
// empty, which it writes as a condition that always holds.
func saysNothing(p squirrel.Sqlizer) bool {
	switch r := reflect.ValueOf(p); r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Slice, reflect.Map:
		return r.Len() == 0
	case reflect.Pointer, reflect.Func:
		return r.IsNil()
	}
	return false
}

// predicates evaluates the general predicates for a call.
func (s *scope) predicates(ctx context.Context) ([]squirrel.Sqlizer, error) {
	var all []squirrel.Sqlizer
	for _, pred := range s.wheres {
		p, err := pred(ctx)
		if err != nil {
			return nil, err
		}
		if saysNothing(p) {
			return nil, internal(s.domain, fmt.Errorf("%w: crud.Where gave no condition", errNoScope))
		}
		all = append(all, parens{p})
	}
	return all, nil
}

// where returns the general predicates' part of a WHERE whose parameters begin at
// $n, "" where there is none, and its arguments.
func (s *scope) where(ctx context.Context, n int) (string, []any, error) {
	all, err := s.predicates(ctx)
	if err != nil || len(all) == 0 {
		return "", nil, err
	}
	var b strings.Builder
	var args []any
	for _, p := range all {
		sql, more, err := p.ToSql()
		if err != nil {
			return "", nil, internal(s.domain, fmt.Errorf("crud: the predicate of crud.Where: %w", err))
		}
		b.WriteString(" AND " + numbered(sql, n+len(args)))
		args = append(args, more...)
	}
	return b.String(), args, nil
}

// numbered replaces the placeholders ? of squirrel by $n and so on; ?? is a literal
// question mark.
func numbered(sql string, n int) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(sql, '?')
		if i < 0 {
			b.WriteString(sql)
			return b.String()
		}
		b.WriteString(sql[:i])
		if strings.HasPrefix(sql[i:], "??") {
			b.WriteByte('?')
			sql = sql[i+2:]
			continue
		}
		fmt.Fprintf(&b, "$%d", n)
		n++
		sql = sql[i+1:]
	}
}
