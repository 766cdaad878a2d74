package crud

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// A relatedScope is an argument of a filter that each call has a value for: rows that a
// filter asks about are those of their scope.
type relatedScope struct {
	table  *table
	column string
}

// filter is the relation as filters know it. Its schemas are made once for each alias.
func (r *relation) filter() filter.Relation {
	var schemas sync.Map
	return filter.Relation{
		Path: r.Field,
		Many: r.Many,
		Key:  r.keyPath(),
		Schema: func(alias string) *filter.Schema {
			if s, ok := schemas.Load(alias); ok {
				return s.(*filter.Schema)
			}
			s, _ := schemas.LoadOrStore(alias, r.table.filterSchemaAs(alias))
			return s.(*filter.Schema)
		},
		Rows: r.rows,
	}
}

// keyPath is the field that tells related rows apart, empty if it is not one.
func (r *relation) keyPath() string {
	if r.table.nameField != "" || len(r.table.keyColumns) == 1 {
		return r.table.keyField()
	}
	return ""
}

// rows is the FROM and WHERE of the rows that are related to one of the outer table.
func (r *relation) rows(alias, outer string, _ filter.Dialect) (sql string, args []any) {
	var b strings.Builder
	b.WriteString("FROM " + sqlname.Qualify(r.table.info.Schema, r.table.info.Name) + " AS " + alias)
	if j := r.Join; j != nil {
		link := alias + "_join"
		fmt.Fprintf(&b, " JOIN %s AS %s ON %s", sqlname.Qualify(j.Schema, j.Table), link, equalColumns(alias, r.TargetColumns, link, j.TargetColumns))
		b.WriteString(" WHERE " + equalColumns(link, j.Columns, outer, r.Columns))
		if j.DeleteTime != "" {
			b.WriteString(" AND " + link + "." + sqlname.Quote(j.DeleteTime) + " IS NULL")
		}
	} else {
		b.WriteString(" WHERE " + equalColumns(alias, r.TargetColumns, outer, r.Columns))
	}
	if at := r.table.deleteTime; at >= 0 && !r.BelongsTo {
		b.WriteString(" AND " + alias + "." + sqlname.Quote(r.table.columns[at].Names[0]) + " IS NULL")
	}
	for _, column := range r.table.info.Scope {
		b.WriteString(" AND " + alias + "." + sqlname.Quote(column) + " = ?")
		args = append(args, relatedScope{r.table, column})
	}
	return b.String(), args
}

func (c *core) scopeValue(ctx context.Context, column string) (any, error) {
	values, err := c.scope.values(ctx)
	if err != nil {
		return nil, err
	}
	for i, v := range c.bindScope(values) {
		if c.scope.columns[i].name == column {
			return v, nil
		}
	}
	return nil, internal(c.domain, fmt.Errorf("%w: column %s", errNoScope, column))
}
