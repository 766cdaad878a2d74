package crud

import (
	"context"
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// A RelationInfo says how a message field, or a repeated one, is joined to the rows of
// another table. Columns and tables are SQL names, unquoted.
type RelationInfo struct {
	// Field is the name of the proto field, which masks and errors use.
	Field string
	// Columns are the message's own, and TargetColumns are the related table's, which
	// have the same values in related rows.
	Columns, TargetColumns []string
	// Join is the table between the two of a many-to-many relation; nil for others.
	Join *Join
	// BelongsTo says that the own columns are the foreign key; otherwise the related
	// table's are, or the joining one's.
	BelongsTo bool
	// OrderBy is the related table's column that elements are in the order of, before
	// its key; empty for the key alone. An owned relation numbers it from 1.
	OrderBy string
	// Owned says that writes of the message write the related rows too, or the rows of
	// Join.
	Owned bool
	// Required says that an owned relation must have an element (AIP-203).
	Required bool
	// Many says that the field is repeated. [Many] sets it.
	Many bool
}

// A Join is the table between those of a many-to-many relation.
type Join struct {
	Schema, Table string
	// Columns refer to the own table's, TargetColumns to the related one's.
	Columns, TargetColumns []string
	// DeleteTime is the column of the time of a soft delete, or empty.
	DeleteTime string
	// Made says that no model describes the table: CreateTables makes it.
	Made bool
}

// A Relation is a relation of messages of type M. It is made by [One] or [Many].
type Relation[M any] struct {
	RelationInfo
	of related[M]
}

// related is what a relation can do without knowing the type of the related messages.
type related[M any] interface {
	target() AnyTable
	// reading returns what to read of related rows for the paths of a mask below the
	// field; an empty path is all of their own fields.
	reading(paths []string) (reading, []Violation)
	// connect makes what runs statements for the relation.
	connect(db DB, columns []Column[M], opts []Option, done made) connection[M]

	// filter is the relation as filters know it.
	filter() filter.Relation

	has(m M) bool
	// copy gives dst copies of what src has.
	copy(dst, src M)
	// show gives dst what a client may see of what src has.
	show(dst, src M)
	// input gives dst what a client may create of what src has.
	input(dst, src M)
	// required returns what is missing of related messages that are to be created.
	required(m M) []Violation
	// check returns what is wrong with the values of related messages.
	check(m M, d Dialect) []Violation
	// clearMade clears the ids in stored that given did not have.
	clearMade(stored, given M)
}

// A connection runs the statements of a relation.
type connection[M any] interface {
	// load reads the related rows of all messages with one statement.
	load(ctx context.Context, db DB, items []M, of reading) error
	// create writes the related rows of a message that was just stored.
	create(ctx context.Context, tx *Tx, given, stored M) error
	// update makes the related rows of a message whose row is locked those that are
	// given; client says that they are a client's, whose fields have behaviors.
	update(ctx context.Context, tx *Tx, given, stored M, client bool) error
}

// One is the relation of a message field.
func One[M any, R comparable, K comparable](info RelationInfo, target *Table[R, K], get func(M) R, set func(M, R)) Relation[M] {
	var none R
	list := func(m M) []R {
		if v := get(m); v != none {
			return []R{v}
		}
		return nil
	}
	setOne := func(m M, vs []R) {
		if len(vs) == 0 {
			set(m, none)
			return
		}
		set(m, vs[0])
	}
	return Relation[M]{info, &relation[M, R]{&info, &target.table, list, setOne}}
}

// Many is the relation of a repeated message field.
func Many[M any, R any, K comparable](info RelationInfo, target *Table[R, K], get func(M) []R, set func(M, []R)) Relation[M] {
	info.Many = true
	return Relation[M]{info, &relation[M, R]{&info, &target.table, get, set}}
}

// A relation is that of messages of type M to those of type R.
type relation[M, R any] struct {
	info  *RelationInfo
	table *table[R]
	get   func(M) []R
	set   func(M, []R)
}

func (r *relation[M, R]) target() AnyTable { return r.table }

func (r *relation[M, R]) has(m M) bool { return len(r.get(m)) > 0 }

func (r *relation[M, R]) copy(dst, src M) { r.set(dst, Each(r.get(src), r.table.clone)) }

func (r *relation[M, R]) show(dst, src M) { r.set(dst, Each(r.get(src), r.table.visible)) }

// Relate is [Table.Relate].
func (t *table[M]) Relate(relations ...Relation[M]) {
	t.relations = append(t.relations, relations...)
	for _, r := range relations {
		t.info.Relations = append(t.info.Relations, r.RelationInfo)
	}
}

func (t *table[M]) targets() []AnyTable {
	return Each(t.relations, func(r Relation[M]) AnyTable { return r.of.target() })
}

// reachable returns tables and those that their relations lead to, each once.
func reachable(tables ...AnyTable) []AnyTable {
	var all []AnyTable
	for len(tables) > 0 {
		t := tables[0]
		tables = tables[1:]
		if t == nil || slices.Contains(all, t) {
			continue
		}
		all = append(all, t)
		tables = append(tables, t.targets()...)
	}
	return all
}

// relationAt returns the place of the relation that a path begins with, or -1, and the
// path below it.
func (t *table[M]) relationAt(path string) (at int, below string) {
	for i := range t.relations {
		if rest, ok := cutPath(path, t.relations[i].Field); ok {
			return i, rest
		}
	}
	return -1, ""
}

// cutPath cuts a field off the front of a path.
func cutPath(path, field string) (below string, ok bool) {
	switch {
	case path == field:
		return "", true
	case len(path) > len(field)+1 && path[:len(field)] == field && path[len(field)] == '.':
		return path[len(field)+1:], true
	}
	return "", false
}

// ownedIn returns the places of the owned relations that a message has something of.
func (t *table[M]) ownedIn(m M) []int {
	var owned []int
	for i := range t.relations {
		if r := &t.relations[i]; r.Owned && r.of.has(m) {
			owned = append(owned, i)
		}
	}
	return owned
}

// copyRelated gives dst what f says of each relation of src.
func (t *table[M]) copyRelated(dst, src M, f func(r *Relation[M])) {
	for i := range t.relations {
		if t.relations[i].of.has(src) {
			f(&t.relations[i])
		}
	}
}
