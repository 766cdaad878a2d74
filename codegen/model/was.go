package model

import (
	"fmt"
	"slices"
	"strings"
)

// readTableWas reads the former names of the tables. A name that is a table's now could
// not be renamed to another.
func (l *loader) readTableWas() {
	now := map[string]*draft{}
	for _, d := range l.drafts {
		now[strings.ToLower(d.Schema+"."+d.Table)] = d
	}
	for _, d := range l.drafts {
		for i, name := range d.opts.GetWas() {
			where := d.option(modelWas, int32(i))
			if !d.formerName(where, "table", name, d.Was) {
				continue
			}
			if other := now[strings.ToLower(d.Schema+"."+name)]; other != nil {
				d.add(where, fmt.Sprintf("former table name %q is the name that %s has now", name, other.Message.Desc.FullName()), "remove it")
				continue
			}
			d.Was = append(d.Was, name)
		}
	}
}

// readColumnsWas reads the former names of the columns.
func (d *draft) readColumnsWas() {
	var all []string
	for _, f := range d.fields {
		if f.column == nil {
			continue
		}
		for i, name := range f.opts.GetWas() {
			where := f.option(fieldWas, int32(i))
			if !d.formerName(where, "column", name, all) {
				continue
			}
			if other := d.columnNamed(name); other != nil {
				d.add(where, fmt.Sprintf("former column name %q is the name that the column of %s has now", name, other.Desc.Name()), "remove it")
				continue
			}
			all = append(all, name)
			f.column.Was = append(f.column.Was, name)
		}
	}
}

// formerName reports a former name that nothing can have had, or that is given twice.
func (d *draft) formerName(where site, what, name string, known []string) bool {
	switch problem := identifierProblem(name); {
	case name == "":
		return false // reported with the options
	case problem != "":
		d.add(where, fmt.Sprintf("former %s name %q %s", what, name, problem), "write the name that it had")
		return false
	case slices.Contains(known, name):
		d.add(where, fmt.Sprintf("former %s name %q is given twice", what, name), "give it once")
		return false
	}
	return true
}
