package migrate

import (
	"fmt"
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

func quote(name string) string { return sqlname.Quote(name) }

// renameTable finds the live table, under its name or a former one.
func (p *planner) renameTable(t *pair) {
	t.live = p.live.Table(t.want.Name)
	for _, was := range t.model.Was {
		if t.live != nil {
			return
		}
		old := p.live.Table(catalog.Name{Schema: t.want.Schema, Name: was})
		if old == nil {
			continue
		}
		p.add(Renames, Step{
			Up:   []string{fmt.Sprintf("ALTER TABLE %s RENAME TO %s", old, quote(t.want.Name.Name))},
			Down: []string{fmt.Sprintf("ALTER TABLE %s RENAME TO %s", t.want, quote(was))},
		})
		p.live.RenameTable(old, t.want.Name.Name)
		t.live = old
		for _, c := range t.want.Columns {
			t.renamed[c.Name] = true
		}
	}
}

func (p *planner) renameColumns(t *pair) {
	for _, c := range t.want.Columns {
		if t.live.Column(c.Name) != nil {
			continue
		}
		for _, was := range t.model.Past[c.Name].Was {
			old := t.live.Column(was)
			if old == nil || t.want.Column(was) != nil {
				continue
			}
			p.renameIn(t, "COLUMN ", was, c.Name)
			p.live.RenameColumn(t.live, old, c.Name)
			t.renamed[c.Name] = true
			break
		}
	}
}

// renameIn adds the renaming of a part of a table. Tables have their new names by then.
func (p *planner) renameIn(t *pair, what, from, to string) {
	p.add(Renames, Step{
		Up:   []string{fmt.Sprintf("ALTER TABLE %s RENAME %s%s TO %s", t.want, what, quote(from), quote(to))},
		Down: []string{fmt.Sprintf("ALTER TABLE %s RENAME %s%s TO %s", t.want, what, quote(to), quote(from))},
	})
}

// renameParts gives constraints and indexes that are what is wanted under another name
// the name that is wanted, as a renamed table or column leaves them.
func (p *planner) renameParts(t *pair) {
	for _, k := range t.want.Constraints {
		if t.live.Constraint(k.Name) != nil {
			continue
		}
		i := slices.IndexFunc(t.live.Constraints, func(old *catalog.Constraint) bool {
			return t.want.Constraint(old.Name) == nil && old.Kind == k.Kind && (old.Definition == k.Definition || k.Kind == catalog.PrimaryKey)
		})
		if i >= 0 && !p.taken(t, k.Name) {
			p.renameIn(t, "CONSTRAINT ", t.live.Constraints[i].Name, k.Name)
			t.live.Constraints[i].Name = k.Name
		}
	}
	for _, x := range t.want.Indexes {
		if t.live.Index(x.Name) != nil {
			continue
		}
		i := slices.IndexFunc(t.live.Indexes, func(old *catalog.Index) bool {
			return t.want.Index(old.Name) == nil && old.Valid && old.Unique == x.Unique && old.Definition == x.Definition
		})
		if i >= 0 && !p.taken(t, x.Name) {
			p.renameRelation(t, "INDEX", t.live.Indexes[i].Name, x.Name)
			t.live.Indexes[i].Name = x.Name
		}
	}
}

// renameSequences gives the sequences of a renamed table or column the names that new
// ones have.
func (p *planner) renameSequences(t *pair) {
	for _, c := range t.want.Columns {
		old := t.live.Column(c.Name)
		if t.renamed[c.Name] && old != nil && old.Sequence != "" && c.Sequence != "" && old.Sequence != c.Sequence {
			p.renameRelation(t, "SEQUENCE", old.Sequence, c.Sequence)
		}
	}
}

// renameRelation adds the renaming of what lies beside a table in its schema.
func (p *planner) renameRelation(t *pair, kind, from, to string) {
	text := func(from, to string) string {
		return fmt.Sprintf("ALTER %s %s RENAME TO %s", kind, catalog.Name{Schema: t.want.Schema, Name: from}, quote(to))
	}
	p.add(Renames, Step{Up: []string{text(from, to)}, Down: []string{text(to, from)}})
}

// taken reports whether a table has a constraint or an index of the name.
func (p *planner) taken(t *pair, name string) bool {
	return t.live.Constraint(name) != nil || t.live.Index(name) != nil
}
