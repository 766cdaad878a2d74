package crud

import (
	"slices"

	"google.golang.org/protobuf/proto"
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
type Relation[M proto.Message] struct{ relation *relation }

// One is the relation of a message field.
func One[M, R proto.Message, K comparable](info RelationInfo, target *Table[R, K], get func(M) R, set func(M, R)) Relation[M] {
	isNil := target.table.isNil
	list := func(m proto.Message) []proto.Message {
		if v := get(as[M](m)); !isNil(v) {
			return []proto.Message{v}
		}
		return nil
	}
	setOne := func(m proto.Message, vs []proto.Message) {
		var v R
		if len(vs) > 0 {
			v = as[R](vs[0])
		}
		set(as[M](m), v)
	}
	return Relation[M]{&relation{info, &target.table, list, setOne}}
}

// Many is the relation of a repeated message field.
func Many[M, R proto.Message, K comparable](info RelationInfo, target *Table[R, K], get func(M) []R, set func(M, []R)) Relation[M] {
	info.Many = true
	return Relation[M]{&relation{
		info, &target.table,
		func(m proto.Message) []proto.Message { return untyped(get(as[M](m))) },
		func(m proto.Message, vs []proto.Message) { set(as[M](m), typedAll[R](vs)) },
	}}
}

// A relation is a Relation without the types of its messages: those that it is of, and
// those of table, which are related to them.
type relation struct {
	RelationInfo
	table *table
	get   func(proto.Message) []proto.Message
	set   func(proto.Message, []proto.Message)
}

func (r *relation) has(m proto.Message) bool { return len(r.get(m)) > 0 }

func (r *relation) copy(dst, src proto.Message) { r.set(dst, Each(r.get(src), r.table.clone)) }

func (r *relation) show(dst, src proto.Message) { r.set(dst, Each(r.get(src), r.table.visible)) }

// Relate is [Table.Relate].
func (t *table) Relate(relations ...*relation) {
	t.relations = append(t.relations, relations...)
	for _, r := range relations {
		t.info.Relations = append(t.info.Relations, r.RelationInfo)
	}
}

func (t *table) targets() []AnyTable {
	return Each(t.relations, func(r *relation) AnyTable { return r.table })
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
func (t *table) relationAt(path string) (at int, below string) {
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
func (t *table) ownedIn(m proto.Message) []int {
	var owned []int
	for i := range t.relations {
		if r := t.relations[i]; r.Owned && r.has(m) {
			owned = append(owned, i)
		}
	}
	return owned
}

// copyRelated gives dst what f says of each relation of src.
func (t *table) copyRelated(dst, src proto.Message, f func(r *relation)) {
	for i := range t.relations {
		if t.relations[i].has(src) {
			f(t.relations[i])
		}
	}
}
