package crud

import (
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// hints are what breaks no call: a line for all columns that lack the same.
func (c *tableCheck) hints() {
	c.unusedKey()
	c.references()
	c.limits()
	c.collations()
	c.unindexed()
}

// unusedKey finds a key that the model says there is none of.
func (c *tableCheck) unusedKey() {
	if !c.info.Keyless() {
		return
	}
	for _, x := range c.live.indexes {
		if x.unique && !x.partial && !slices.ContainsFunc(x.columns, func(name string) bool {
			live := c.live.column(name, c.dialect)
			return live == nil || !live.notNull && x.name != sqliteKey
		}) {
			c.warn("the model is keyless, and %s tells the rows of %s apart: make the fields of its columns the key, and rows can be read, changed and deleted",
				columnList(x.columns), c.name())
			return
		}
	}
}

// references finds foreign keys that are missing, or do another thing when the row goes.
func (c *tableCheck) references() {
	for _, r := range c.info.References {
		scope := leadingScope(r)
		columns, target := slices.Concat(scope, r.Columns), slices.Concat(scope, r.Target)
		table := sqlname.Qualify(r.Schema, r.Table)
		i := slices.IndexFunc(c.live.limits, func(l liveLimit) bool {
			return foldName(l.table, c.dialect) == foldName(table, c.dialect) && c.samePairs(l, columns, target)
		})
		switch {
		case i < 0:
			c.warn("no foreign key leads from %s of %s to %s of %s", columnList(columns), c.name(), columnList(target), table)
		case c.live.limits[i].onDelete != r.OnDelete:
			c.warn("the foreign key from %s of %s to %s is ON DELETE %s, and the model says %s",
				columnList(columns), c.name(), table, orNoAction(c.live.limits[i].onDelete), orNoAction(r.OnDelete))
		}
	}
}

func orNoAction(action string) string {
	if action == "" {
		return "NO ACTION"
	}
	return action
}

// samePairs reports whether a foreign key joins the columns to the targets, in any order.
// SQLite leaves out the names of a key's columns.
func (c *tableCheck) samePairs(l liveLimit, columns, target []string) bool {
	if len(l.columns) != len(columns) {
		return false
	}
	for i, name := range columns {
		if !slices.ContainsFunc(l.columns, func(n string) bool { return c.same(n, name) }) {
			return false
		}
		j := slices.IndexFunc(l.columns, func(n string) bool { return c.same(n, name) })
		if l.target[j] != "" && !c.same(l.target[j], target[i]) {
			return false
		}
	}
	return true
}

// limits finds CHECKs that are missing: the runtime checks lengths, but other programs
// do not.
func (c *tableCheck) limits() {
	var free []string
	for _, column := range c.info.Columns {
		if column.MaxLength > 0 && column.Kind == KindString && !column.Repeated && !c.checked(column.Names) {
			free = append(free, column.Names...)
		}
	}
	if len(free) > 0 {
		c.warn("no CHECK of %s limits the length of %s", c.name(), strings.Join(quoteAll(free), ", "))
	}
	text := tableText{TableInfo: c.info, dialect: c.dialect}
	names, columns := text.arms()
	for _, oneof := range names {
		if len(columns[oneof]) > 1 && !c.checked(columns[oneof]) {
			c.warn("no CHECK of %s says that at most one of %s is set", c.name(), strings.Join(quoteAll(columns[oneof]), ", "))
		}
	}
}

// checked reports whether a CHECK reads all of the columns.
func (c *tableCheck) checked(columns []string) bool {
	return slices.ContainsFunc(c.live.limits, func(l liveLimit) bool {
		return l.table == "" && len(l.target) == 0 && !slices.ContainsFunc(columns, func(name string) bool {
			return !slices.ContainsFunc(l.columns, func(n string) bool { return c.same(n, name) })
		})
	})
}

// collations finds text that lists are ordered by, and that is not compared by its bytes.
func (c *tableCheck) collations() {
	var names []string
	for _, column := range c.info.Columns {
		if column.Unorderable || column.Repeated || column.Kind != KindString && column.Kind != KindEnumName {
			continue
		}
		for _, name := range column.Names {
			if live := c.live.column(name, c.dialect); live != nil && live.collated {
				names = append(names, sqlname.Quote(name))
			}
		}
	}
	if len(names) > 0 {
		c.warn(`lists of %s are ordered by the collation of %s, which is not "C"`, c.name(), strings.Join(names, ", "))
	}
}

// unindexed finds columns that callers may filter or order by, and that no index begins
// with.
func (c *tableCheck) unindexed() {
	var names []string
	for i := range c.info.Columns {
		column := &c.info.Columns[i]
		if column.Unfilterable && column.Unorderable || column.InputOnly || column.Sensitive || column.PrimaryKey {
			continue
		}
		for _, name := range column.Names {
			if c.live.column(name, c.dialect) != nil && !c.indexed(name) {
				names = append(names, sqlname.Quote(name))
			}
		}
	}
	if len(names) > 0 {
		c.warn("callers may filter or order %s by %s, which no index begins with; index them, or say filterable: false and orderable: false",
			c.name(), strings.Join(names, ", "))
	}
}

// indexed reports whether an index begins with a column, behind those of the scope.
func (c *tableCheck) indexed(name string) bool {
	return slices.ContainsFunc(c.live.indexes, func(x liveIndex) bool {
		for _, n := range x.columns {
			if c.same(n, name) {
				return true
			}
			if !slices.ContainsFunc(c.info.Scope, func(s string) bool { return c.same(s, n) }) {
				return false
			}
		}
		return false
	})
}
