package introspect

import (
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
)

// A key is how the rows of a table are found. It has no columns where nothing tells the
// rows apart.
type key struct {
	columns []string
	note    string // why it is this one, if that is not plain
	guessed bool
}

// keyOf finds the key of a table: its primary key, else the shortest unique one that no
// row lacks, else none. A view with a column id is taken to have that.
func (d *Database) keyOf(t *catalog.Table) key {
	why := "The table has no primary key"
	for _, k := range t.Constraints {
		if k.Kind != catalog.PrimaryKey {
			continue
		}
		if d.canKey(t, k.Columns) {
			return key{columns: k.Columns}
		}
		why = "The primary key " + k.Name + " has a column that no key of a message can have"
	}
	if best := d.uniqueKey(t); best != nil {
		return key{columns: best, note: why + "; a unique one is in its place."}
	}
	if t.Kind == "v" || t.Kind == "m" || t.Kind == "f" {
		if c := t.Column("id"); c != nil && d.canKey(t, []string{"id"}) {
			return key{columns: []string{"id"}, note: "A view has no key; the rows are taken to have different ids.", guessed: true}
		}
		why = "A view has no key, and this one no column id"
	}
	if t.Kind == "v" || t.Kind == "m" {
		return key{note: why + ": its rows are only listed."}
	}
	return key{note: why + ", and nothing else tells its rows apart: they are only listed and created."}
}

// uniqueKey returns the columns of the shortest unique key, nil if there is none.
func (d *Database) uniqueKey(t *catalog.Table) (best []string) {
	offer := func(columns []string) {
		if (best == nil || len(columns) < len(best)) && d.canKey(t, columns) && !slices.ContainsFunc(columns, func(n string) bool { return !d.notNull(t.Column(n)) && t.Kind != "m" }) {
			best = columns
		}
	}
	for _, k := range t.Constraints {
		if k.Kind == catalog.Unique {
			offer(k.Columns)
		}
	}
	for _, x := range t.Indexes {
		if x.Unique && x.Key && x.Valid {
			offer(x.Columns)
		}
	}
	return best
}

// canKey reports whether columns can be a message's key.
func (d *Database) canKey(t *catalog.Table, columns []string) bool {
	for _, name := range columns {
		c := t.Column(name)
		if c == nil || unnamed(name) != "" {
			return false
		}
		k := d.kindOf(t, c)
		if k.text != nil {
			k = *k.text
		}
		if k.none != "" || !k.keyed {
			return false
		}
	}
	return len(columns) > 0
}

// A place is a column of a table.
type place struct {
	table  catalog.Name
	column string
}

// A typing is the kind of every column, such that keys and what refers to them have the
// same.
type typing map[place]kind

// typed gives the columns their kinds.
func (d *Database) typed(keys map[*catalog.Table]key) typing {
	kinds := typing{}
	for _, t := range d.Tables {
		for _, c := range t.Columns {
			k := d.kindOf(t, c)
			if k.text != nil && slices.Contains(keys[t].columns, c.Name) {
				k = *k.text
			}
			kinds[place{t.Name, c.Name}] = k
		}
	}
	for changed := true; changed; {
		changed = false
		for _, t := range d.Tables {
			for _, k := range t.Constraints {
				for i, c := range k.Columns {
					if k.Kind == catalog.ForeignKey {
						changed = kinds.join(place{t.Name, c}, place{k.References, k.Target[i]}) || changed
					}
				}
			}
		}
	}
	return kinds
}

// join gives two columns one kind where one holds the values of both.
func (t typing) join(a, b place) (changed bool) {
	x, known := t[a]
	y, both := t[b]
	if !known || !both || x.repeated || y.repeated {
		return false
	}
	switch {
	case x.proto == "int32" && y.proto == "int64":
		t[a] = y
	case x.proto == "int64" && y.proto == "int32":
		t[b] = x
	case x.text != nil && y.text == nil && x.text.sql == y.sql:
		t[a] = y
	case y.text != nil && x.text == nil && y.text.sql == x.sql:
		t[b] = x
	default:
		return false
	}
	return true
}

// agree reports whether a column can refer to another.
func (k kind) agree(other kind) bool {
	form := func(k kind) string {
		t := modifiers.ReplaceAllString(k.sql, "")
		if t == "varchar" {
			t = ""
		}
		return k.proto + " " + t
	}
	return form(k) == form(other) && !k.repeated && !other.repeated
}

// unique reports whether no two rows agree in the columns, whatever their order.
func (d *Database) unique(t *catalog.Table, columns []string) bool {
	want := slices.Sorted(slices.Values(columns))
	same := func(other []string) bool { return slices.Equal(slices.Sorted(slices.Values(other)), want) }
	return slices.ContainsFunc(t.Constraints, func(k *catalog.Constraint) bool {
		return (k.Kind == catalog.Unique || k.Kind == catalog.PrimaryKey) && same(k.Columns)
	}) || slices.ContainsFunc(t.Indexes, func(x *catalog.Index) bool { return x.Unique && x.Key && x.Valid && same(x.Columns) })
}
