package migrate

import (
	"fmt"
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
)

// drops takes away what a table has beyond its model, or says that it stays. Tables that
// no model has are nobody's business here.
func (p *planner) drops(t *pair) {
	dropped := map[string]bool{}
	for _, c := range t.live.Columns {
		if t.want.Column(c.Name) == nil {
			dropped[c.Name] = p.Destructive
		}
	}
	gone := func(columns []string) bool {
		return slices.ContainsFunc(columns, func(c string) bool { return dropped[c] })
	}
	for _, k := range t.live.Constraints {
		index := t.want.Index(k.Name)
		if t.want.Constraint(k.Name) == nil && k.Kind != catalog.PrimaryKey && (index == nil || !t.constrains(index)) {
			phase := Dropping
			if k.Kind == catalog.ForeignKey {
				phase = Finishing // before the key that it refers to
			}
			p.dropPart(t, "constraint", k.Name, func() { p.dropConstraint(phase, t, k) })
		}
	}
	for _, x := range t.live.Indexes {
		if t.want.Index(x.Name) == nil && t.want.Constraint(x.Name) == nil && !gone(x.Columns) {
			p.dropPart(t, "index", x.Name, func() { p.dropIndex(Dropping, t, x) })
		}
	}
	for _, c := range t.live.Columns {
		if t.want.Column(c.Name) == nil {
			p.dropColumn(t, c)
		}
	}
}

func (p *planner) dropPart(t *pair, what, name string, drop func()) {
	if p.Destructive {
		drop()
		return
	}
	p.keep("the %s %s of %s", what, quote(name), t.want)
}

// dropColumn drops a column. One that stays must not keep rows from being inserted.
func (p *planner) dropColumn(t *pair, c *catalog.Column) {
	if p.Destructive {
		p.add(Dropping, Step{
			Up:        []string{fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s", t.want, quote(c.Name))},
			Notes:     []string{destructive + "the values of the column are lost."},
			Down:      []string{fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", t.want, quote(c.Name), typeText(c))},
			DownNotes: []string{"Brings back the column without its values."},
		})
		return
	}
	p.keep("the column %s of %s", quote(c.Name), t.want)
	if c.NotNull && c.Default == "" && c.Identity == "" && !c.Generated {
		p.add(Expanding, Step{
			Up:        []string{p.alter(t, c.Name, "DROP NOT NULL")},
			Notes:     []string{"No field fills the column any more."},
			Down:      []string{p.alter(t, c.Name, "SET NOT NULL")},
			DownNotes: []string{"Fails while a row has NULL."},
		})
	}
}
