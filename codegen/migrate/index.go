package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// indexes builds what is missing or other than wanted.
func (p *planner) indexes(t *pair) {
	for _, x := range t.want.Indexes {
		old := t.live.Index(x.Name)
		switch {
		case old != nil && old.Definition == x.Definition && old.Unique == x.Unique, t.constrains(x):
		case old == nil && t.live.Constraint(x.Name) == nil:
			p.build(t, x, x.Name)
		default:
			p.replaceIndex(t, x, old)
		}
	}
}

// constrains reports whether a unique constraint is in the place of an index: the index
// behind it is the wanted one, and foreign keys that refer to it would keep it.
func (t *pair) constrains(x *catalog.Index) bool {
	k := t.live.Constraint(x.Name)
	return k != nil && k.Kind == catalog.Unique && x.Unique && x.Definition == plainIndex(k.Columns) &&
		k.Definition == "UNIQUE ("+strings.Join(quoted(k.Columns), ", ")+")"
}

// build builds an index beside the calls that go on.
func (p *planner) build(t *pair, x *catalog.Index, name string) {
	s := Step{
		Up:   []string{p.indexText(t, x, "CONCURRENTLY ", name)},
		Down: []string{fmt.Sprintf("DROP INDEX CONCURRENTLY IF EXISTS %s", catalog.Name{Schema: t.want.Schema, Name: name})},
	}
	s.Notes = []string{"Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again."}
	if x.Unique {
		s.Notes = append(s.Notes, "Fails where two rows have the same values.")
	}
	p.add(Indexes, s)
}

// indexText is the statement that makes an index, in the model's own words.
func (p *planner) indexText(t *pair, x *catalog.Index, how, name string) string {
	definition := p.written[t.want.Name][quote(x.Name)]
	if definition == "" {
		definition = x.Definition
	}
	return createIndex(x.Unique) + how + quote(name) + " ON " + t.want.String() + definition
}

// replaceIndex builds the new index under another name, so that there is one at any
// time, and then takes the old one away.
func (p *planner) replaceIndex(t *pair, x, old *catalog.Index) {
	name := p.spare(t, x)
	drop, restore := "", ""
	if old != nil {
		drop = fmt.Sprintf("DROP INDEX %s", catalog.Name{Schema: t.want.Schema, Name: x.Name})
		restore = createIndex(old.Unique) + quote(x.Name) + " ON " + t.want.String() + old.Definition
		t.live.Indexes = slices.DeleteFunc(t.live.Indexes, func(i *catalog.Index) bool { return i == old })
	} else {
		k := t.live.Constraint(x.Name)
		drop = t.dropConstraint(x.Name)
		restore = t.addConstraint(x.Name, k.Definition)
		t.live.Constraints = without(t.live.Constraints, x.Name)
	}
	to := catalog.Name{Schema: t.want.Schema, Name: x.Name}
	p.add(Settling, Step{
		Up:   []string{drop, fmt.Sprintf("ALTER INDEX %s RENAME TO %s", catalog.Name{Schema: t.want.Schema, Name: name}, quote(x.Name))},
		Down: []string{fmt.Sprintf("ALTER INDEX %s RENAME TO %s", to, quote(name)), restore},
	})
}

// spare builds an index under a name of its own, unless an earlier plan has.
func (p *planner) spare(t *pair, x *catalog.Index) (name string) {
	name = sqlname.Shorten(x.Name, "_new")
	left := t.live.Index(name)
	if left != nil && (left.Definition != x.Definition || left.Unique != x.Unique) {
		p.dropIndex(Clearing, t, left)
	}
	if left == nil || left.Definition != x.Definition || left.Unique != x.Unique {
		p.build(t, x, name)
	}
	t.live.Indexes = slices.DeleteFunc(t.live.Indexes, func(i *catalog.Index) bool { return i == left })
	return name
}

// uniqueIndex is the index of a unique constraint.
func uniqueIndex(k *catalog.Constraint) *catalog.Index {
	return &catalog.Index{
		Name: k.Name, Unique: true, Valid: true, Key: true, Columns: k.Columns,
		Definition: plainIndex(k.Columns),
	}
}

// plainIndex is the definition of an index over columns of which nothing is said.
func plainIndex(columns []string) string {
	return " USING btree (" + strings.Join(quoted(columns), ", ") + ")"
}

func quoted(names []string) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = quote(n)
	}
	return all
}
