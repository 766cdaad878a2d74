package migrate

import (
	"fmt"
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
)

// findRetyped finds the columns whose types change.
func (p *planner) findRetyped(t *pair) {
	for _, c := range t.want.Columns {
		if old := t.live.Column(c.Name); old != nil && typeText(old) != typeText(c) {
			t.retyped[c.Name] = true
		}
	}
}

// touches reports whether one of the columns is retyped.
func (t *pair) touches(columns []string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return t.retyped[c] })
}

// clear drops what depends on the type of a column that changes, and indexes that were
// never finished. What is wanted of it is then missing, and is made again. A plain
// index follows the column by itself.
func (p *planner) clear(t *pair, pairs []*pair) {
	t.live.Constraints = slices.DeleteFunc(t.live.Constraints, func(k *catalog.Constraint) bool {
		want := t.want.Constraint(k.Name)
		stale := t.touches(k.Columns) && (k.Kind == catalog.Check || k.Kind == catalog.ForeignKey ||
			k.Kind == catalog.Unique && (want == nil || want.Definition != k.Definition))
		if k.Kind == catalog.ForeignKey && !stale {
			i := slices.IndexFunc(pairs, func(other *pair) bool { return other.live.Name == k.References })
			stale = i >= 0 && pairs[i].touches(k.Target)
		}
		if stale {
			p.dropConstraint(Clearing, t, k)
		}
		return stale
	})
	t.live.Indexes = slices.DeleteFunc(t.live.Indexes, func(x *catalog.Index) bool {
		want := t.want.Index(x.Name)
		same := want != nil && want.Definition == x.Definition && x.Key
		plain := x.Key && x.Definition == plainIndex(x.Columns)
		stale := !x.Valid || t.touches(x.Columns) && !same && !plain
		if stale {
			p.dropIndex(Clearing, t, x)
		}
		return stale
	})
}

func (p *planner) dropConstraint(phase Phase, t *pair, k *catalog.Constraint) {
	p.add(phase, Step{
		Up:   []string{t.dropConstraint(k.Name)},
		Down: []string{t.addConstraint(k.Name, k.Definition)},
	})
}

func (p *planner) dropIndex(phase Phase, t *pair, x *catalog.Index) {
	p.add(phase, Step{
		Up:   []string{fmt.Sprintf("DROP INDEX %s", catalog.Name{Schema: t.want.Schema, Name: x.Name})},
		Down: []string{createIndex(x.Unique) + quote(x.Name) + " ON " + t.want.String() + x.Definition},
	})
}

func createIndex(unique bool) string {
	if unique {
		return "CREATE UNIQUE INDEX "
	}
	return "CREATE INDEX "
}
