package model

import "fmt"

// addChildren makes a model a child of those that its references cascade from, where
// their files can see it: what they are must not depend on which files a run has.
func (l *loader) addChildren(d *draft) {
	for _, r := range d.References {
		parent := l.byName[r.Model.Message.Desc.FullName()]
		if r.OnDelete == "CASCADE" && parent != nil && l.sees(parent.file, d.file) {
			parent.Children = append(parent.Children, Child{d.Model, r})
		}
	}
}

// checkForce reports the field force of a Delete that could not do what it says.
func (s *shape) checkForce() {
	if s.Method.Force == nil {
		return
	}
	switch where := at(s.Method.Force.Desc); {
	case s.model.SoftDelete() != nil:
		s.add(where, fmt.Sprintf("field force of %s is without meaning: the resource is soft-deleted, and its children are kept with it", s.what()), "remove the field")
	case len(s.model.Children) == 0:
		s.add(where, fmt.Sprintf("field force of %s is without meaning: no model that %s can see refers to the resource and is deleted with it", s.what(), s.model.file.Desc.Path()),
			"add references with on_delete: CASCADE to the children, in the same file or one that it imports; or remove the field")
	}
}
