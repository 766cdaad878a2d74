package migrate

import (
	"fmt"
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
)

// constraints adds what is missing or other than wanted, and validates what is not.
func (p *planner) constraints(t *pair) {
	for _, k := range byKind(t.want.Constraints) {
		old := t.live.Constraint(k.Name)
		same := old != nil && old.Kind == k.Kind && old.Definition == k.Definition
		switch {
		case same && !old.Valid:
			p.validate(t, k)
		case same:
		case k.Kind == catalog.PrimaryKey && t.keyed():
			p.problem("%s: the key of %s is to be %s; a key that rows are known by changes by a migration that is written by hand", t.model.Message, t.want, k.Definition)
		case k.Kind == catalog.Unique, k.Kind == catalog.PrimaryKey:
			p.unique(t, k, old)
		default:
			p.limit(t, k, old)
		}
	}
}

func (t *pair) addConstraint(name, definition string) string {
	return fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s %s", t.want, quote(name), definition)
}

func (t *pair) dropConstraint(name string) string {
	return fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s", t.want, quote(name))
}

// keyed reports whether the live table has a primary key.
func (t *pair) keyed() bool {
	return slices.ContainsFunc(t.live.Constraints, func(k *catalog.Constraint) bool { return k.Kind == catalog.PrimaryKey })
}

func without(all []*catalog.Constraint, name string) []*catalog.Constraint {
	return slices.DeleteFunc(all, func(k *catalog.Constraint) bool { return k.Name == name })
}

// limit adds a foreign key or a CHECK. It holds for what is written from then on, and
// for the rows that are there once they were read, which keeps no one out.
func (p *planner) limit(t *pair, k, old *catalog.Constraint) {
	s := Step{}
	if old != nil {
		s.Up = append(s.Up, t.dropConstraint(k.Name))
	}
	s.Up = append(s.Up, t.addConstraint(k.Name, k.Definition+" NOT VALID"))
	s.Down = append(s.Down, t.dropConstraint(k.Name))
	if old != nil {
		s.Down = append(s.Down, t.addConstraint(k.Name, old.Definition))
	}
	p.add(Settling, s)
	p.validate(t, k)
}

func (p *planner) validate(t *pair, k *catalog.Constraint) {
	p.add(Validating, Step{
		Up:    []string{fmt.Sprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", t.want, quote(k.Name))},
		Notes: []string{"Fails where a row breaks it: mend the row, and run it again."},
	})
}

// unique adds a unique constraint, or the key of a table that has none, over an index that
// is built beside the calls that go on, or over one that is there.
func (p *planner) unique(t *pair, k, old *catalog.Constraint) {
	index := uniqueIndex(k)
	name := k.Name
	there := slices.IndexFunc(t.live.Indexes, func(x *catalog.Index) bool {
		return x.Definition == index.Definition && x.Unique && t.want.Index(x.Name) == nil
	})
	s := Step{Down: []string{t.dropConstraint(k.Name)}}
	other := t.live.Index(k.Name)
	switch {
	case there >= 0:
		name = t.live.Indexes[there].Name
		t.live.Indexes = slices.Delete(t.live.Indexes, there, there+1)
	case old != nil:
		name = p.spare(t, index)
		s.Up = append(s.Up, t.dropConstraint(k.Name))
		s.Down = append(s.Down, t.addConstraint(k.Name, old.Definition))
	case other != nil:
		name = p.spare(t, index)
		s.Up = append(s.Up, fmt.Sprintf("DROP INDEX %s", catalog.Name{Schema: t.want.Schema, Name: k.Name}))
		s.Down = append(s.Down, createIndex(other.Unique)+quote(k.Name)+" ON "+t.want.String()+other.Definition)
		t.live.Indexes = slices.DeleteFunc(t.live.Indexes, func(x *catalog.Index) bool { return x == other })
	default:
		p.build(t, index, name)
	}
	kind := "UNIQUE"
	if k.Kind == catalog.PrimaryKey {
		kind = "PRIMARY KEY"
		s.Notes = append(s.Notes, "Reads the table under an exclusive lock if a column of the key is not NOT NULL.")
	}
	s.Up = append(s.Up, t.addConstraint(k.Name, kind+" USING INDEX "+quote(name)))
	p.add(Settling, s)
}
