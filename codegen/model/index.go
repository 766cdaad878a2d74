package model

import (
	"fmt"
	"slices"
	"strings"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// addIndexes reads the secondary indexes.
func (d *draft) addIndexes() {
	for i, opts := range d.opts.GetIndexes() {
		columns, ok := d.indexColumns(i, opts)
		if !ok {
			continue
		}
		index := &Index{Name: opts.GetName(), Columns: columns, Unique: opts.GetUnique()}
		if index.Name == "" {
			suffix := "idx"
			if index.Unique {
				suffix = "key"
			}
			index.Name = derivedName(d.Table, strings.Join(sqlNames(columns), "_"), suffix)
		}
		if problem := identifierProblem(index.Name); problem != "" {
			d.add(d.option(modelIndexes, int32(i), indexName), fmt.Sprintf("index name %q %s", index.Name, problem), "state another")
		}
		if whose := reservedFor(opts.GetName()); whose != "" {
			d.add(d.option(modelIndexes, int32(i), indexName), fmt.Sprintf("index name %q is reserved for %s", index.Name, whose), "state another")
		}
		d.Indexes = append(d.Indexes, index)
		d.indexSites = append(d.indexSites, d.option(modelIndexes, int32(i)))
	}
}

func (d *draft) indexColumns(i int, opts *protocrudv1.Index) (columns []*Column, ok bool) {
	if len(opts.GetFields()) == 0 {
		d.add(d.option(modelIndexes, int32(i)), "the index has no fields", "name the fields in index order")
		return nil, false
	}
	ok = true
	for j, name := range opts.GetFields() {
		where := d.option(modelIndexes, int32(i), indexFields, int32(j))
		f := d.fieldNamed(name)
		switch {
		case name == "":
			ok = false // reported with the options
		case f == nil:
			ok = false
			d.add(where, fmt.Sprintf("index field %q is no field of the message", name), "name some of: "+d.fieldNames())
		case f == d.name || f.opts.GetSkip():
			ok = false
			d.add(where, fmt.Sprintf("index field %q has no column of its own", name), "name a stored field")
		case f.column == nil:
			ok = false // reported with the field
		case f.column.Kind == Embedded:
			ok = false
			d.add(where, fmt.Sprintf("index field %q is a message that is stored in several columns", name), "remove it")
		case slices.Contains(columns, f.column):
			ok = false
			d.add(where, fmt.Sprintf("the index names %q twice", name), "name it once")
		default:
			columns = append(columns, f.column)
		}
	}
	return columns, ok
}
