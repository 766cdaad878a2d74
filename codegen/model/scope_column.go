package model

import (
	"fmt"
	"slices"
	"strings"
)

// addScope reads the columns that every statement is bound to.
func (d *draft) addScope() {
	for i, name := range d.opts.GetScope() {
		where := d.option(modelScope, int32(i))
		if name == "" {
			continue // reported with the options
		}
		if slices.Contains(d.Scope, name) {
			d.add(where, fmt.Sprintf("scope names %q twice", name), "name it once")
			continue
		}
		if problem := identifierProblem(name); problem != "" {
			d.add(where, fmt.Sprintf("scope column %q %s", name, problem), "state another")
		}
		if systemColumns[name] {
			d.add(where, fmt.Sprintf("scope column %q is a system column of PostgreSQL", name), "state another")
		}
		d.checkScopeColumn(name, where)
		d.Scope = append(d.Scope, name)
	}
}

// checkScopeColumn reports a field that cannot hold a scope's value, which the server
// stamps on every row.
func (d *draft) checkScopeColumn(name string, where site) {
	i := slices.IndexFunc(d.Columns, func(c *Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return
	}
	c := d.Columns[i]
	switch {
	case c.Field == nil:
		d.add(where, fmt.Sprintf("scope column %q is a key column that only the resource name holds", name), "remove it, or scope another column")
	case c.Name != name:
		d.add(where, fmt.Sprintf("scope column %q differs from column %q by case only", name, c.Name), "write the column's name")
	case c.Repeated || c.Presence || c.Kind != String && !c.Kind.integer():
		d.add(where, fmt.Sprintf("scope column %q is the field %s, which is %s", name, c.Field.Desc.Name(), columnForm(c)),
			"make the field a string or an integer without presence")
	}
}

func columnForm(c *Column) string {
	switch {
	case c.Repeated:
		return "repeated " + c.Kind.String()
	case c.Presence:
		return "optional " + c.Kind.String()
	}
	return c.Kind.String()
}

// checkScopes reports references that would point across scopes: rows of a scoped
// model are referenced together with their scope.
func (d *draft) checkScopes() {
	for _, r := range d.References {
		for _, name := range r.Model.Scope {
			if slices.Contains(d.Scope, name) {
				continue
			}
			where := at(d.Message.Desc)
			what := "references"
			if r.IsParent {
				what = "is a child of"
			} else {
				where = d.stated[r].site
			}
			d.add(where, fmt.Sprintf("the model %s %s, which is scoped by %q, but is not itself", what, r.Model.Message.Desc.FullName(), name),
				fmt.Sprintf("add scope: [%q] to option (protocrud.v1.model)", name))
		}
	}
}
