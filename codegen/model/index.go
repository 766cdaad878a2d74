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
		index := &Index{Name: opts.GetName(), Columns: columns, Expressions: opts.GetExpressions(), Unique: opts.GetUnique(), Where: opts.GetWhere()}
		d.checkIndexSQL(i, index)
		d.readMethod(i, opts, index)
		if index.Name == "" {
			index.Name = indexNameOf(d.Table, index)
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

// indexNameOf is the name of an index that states none: books_lower_title_idx.
func indexNameOf(table string, index *Index) string {
	parts := append([]string{table}, sqlNames(index.Columns)...)
	for _, e := range index.Expressions {
		words := strings.FieldsFunc(e, func(r rune) bool {
			return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		})
		parts = append(parts, strings.Join(words, "_"))
	}
	if index.Unique {
		return derivedName(append(parts, "key")...)
	}
	return derivedName(append(parts, "idx")...)
}

func (d *draft) indexColumns(i int, opts *protocrudv1.Index) (columns []*Column, ok bool) {
	if len(opts.GetFields())+len(opts.GetExpressions()) == 0 {
		d.add(d.option(modelIndexes, int32(i)), "the index has no fields", "name the fields in index order")
		return nil, false
	}
	return d.namedColumns("index", opts.GetFields(), func(j int) site { return d.option(modelIndexes, int32(i), indexFields, int32(j)) })
}

// namedColumns returns the columns of fields that the model's option names; ok is false,
// with a report, if one cannot be in what.
func (d *draft) namedColumns(what string, names []string, at func(i int) site) (columns []*Column, ok bool) {
	ok = true
	for i, name := range names {
		where, f := at(i), d.fieldNamed(name)
		switch {
		case name == "":
			ok = false // reported with the options
		case f == nil:
			ok = false
			d.add(where, fmt.Sprintf("%s field %q is no field of the message", what, name), "name some of: "+d.fieldNames())
		case f == d.name || f.opts.GetSkip():
			ok = false
			d.add(where, fmt.Sprintf("%s field %q has no column of its own", what, name), "name a stored field")
		case f.column == nil:
			ok = false // reported with the field
		case f.column.Kind == Embedded:
			ok = false
			d.add(where, fmt.Sprintf("%s field %q is a message that is stored in several columns", what, name), "remove it")
		case slices.Contains(columns, f.column):
			ok = false
			d.add(where, fmt.Sprintf("the %s names %q twice", what, name), "name it once")
		default:
			columns = append(columns, f.column)
		}
	}
	return columns, ok
}

func (d *draft) checkIndexSQL(i int, index *Index) {
	for j, e := range index.Expressions {
		if e != "" { // reported with the options
			d.checkSQL(d.option(modelIndexes, int32(i), indexExpressions, int32(j)), "index expression", e)
		}
	}
	if index.Where != "" {
		d.checkSQL(d.option(modelIndexes, int32(i), indexWhere), "where", index.Where)
	}
}

// indexMethods are the access methods of PostgreSQL.
var indexMethods = []string{"btree", "hash", "gin", "gist", "spgist", "brin"}

// readMethod reads the access method, which limits what can be indexed.
func (d *draft) readMethod(i int, opts *protocrudv1.Index, index *Index) {
	method := opts.GetMethod()
	if method == "" || method == "btree" {
		return
	}
	index.Method = method
	where := d.option(modelIndexes, int32(i), indexMethod)
	switch {
	case !slices.Contains(indexMethods, method):
		d.add(where, fmt.Sprintf("index method %q is not known", method), "write one of: "+strings.Join(indexMethods, ", "))
	case index.Unique:
		d.add(where, fmt.Sprintf("a %s index cannot be unique", method), "remove the method, or unique")
	case method == "hash" && len(index.Columns)+len(index.Expressions) > 1:
		d.add(where, "a hash index has one field", "remove the other fields, or the method")
	}
	for j, c := range index.Columns {
		whole := c.Repeated || c.Kind == JSON
		if method != "gin" && method != "brin" || whole == (method == "gin") {
			continue
		}
		what := map[bool]string{true: "a repeated field or stored as JSON", false: "neither repeated nor stored as JSON"}[whole]
		d.add(d.option(modelIndexes, int32(i), indexFields, int32(j)),
			fmt.Sprintf("the method %s cannot index %q, which is %s", method, opts.GetFields()[j], what), "choose another method")
	}
}
