package crud

import "slices"

// A tableToCreate is a table in its place. early are its references to tables that
// come after it, which happens where references go in a circle.
type tableToCreate struct {
	*TableInfo
	early []Reference
}

// late are the references that wait until all tables and indexes are there: the early
// ones, and those to columns that only an index makes unique.
func (t tableToCreate) late(tables []*TableInfo) []Reference {
	var refs []Reference
	for _, r := range t.References {
		to := referenced(tables, r, Postgres)
		early := slices.ContainsFunc(t.early, func(e Reference) bool { return e.Constraint == r.Constraint })
		if early || to != nil && slices.ContainsFunc(to.Indexes, func(i Index) bool { return i.Unique && to.sameKey(i.Columns, r.Target) }) {
			refs = append(refs, r)
		}
	}
	return refs
}

// sameKey reports whether columns are those of a key in any order, but for those of the
// scope, which lead every key.
func (t *TableInfo) sameKey(key, columns []string) bool {
	own := func(all []string) []string {
		return slices.Sorted(slices.Values(slices.DeleteFunc(slices.Clone(all), func(c string) bool { return slices.Contains(t.Scope, c) })))
	}
	return slices.Equal(own(key), own(columns))
}

// creationOrder puts referenced tables before those that refer to them, and keeps
// the given order otherwise.
func creationOrder(tables []*TableInfo, d Dialect) []tableToCreate {
	waiting := slices.Clone(tables)
	var order []tableToCreate
	for len(waiting) > 0 {
		i := slices.IndexFunc(waiting, func(t *TableInfo) bool { return len(missing(waiting, t, d)) == 0 })
		if i < 0 {
			i = inCircle(waiting, d)
		}
		order = append(order, tableToCreate{waiting[i], missing(waiting, waiting[i], d)})
		waiting = slices.Delete(waiting, i, i+1)
	}
	return order
}

// missing are the references of t to other tables that still wait.
func missing(waiting []*TableInfo, t *TableInfo, d Dialect) []Reference {
	var refs []Reference
	for _, r := range t.References {
		if to := referenced(waiting, r, d); to != nil && to != t {
			refs = append(refs, r)
		}
	}
	return refs
}

// referenced returns the table that r refers to, or nil if it is not among tables.
func referenced(tables []*TableInfo, r Reference, d Dialect) *TableInfo {
	i := slices.IndexFunc(tables, func(t *TableInfo) bool {
		return foldName(t.Schema, d) == foldName(r.Schema, d) && foldName(t.Name, d) == foldName(r.Table, d)
	})
	if i < 0 {
		return nil
	}
	return tables[i]
}

// inCircle returns a table of a circle, found by going from reference to reference
// until one comes again. Every table that waits has such a reference.
func inCircle(waiting []*TableInfo, d Dialect) int {
	var path []*TableInfo
	t := waiting[0]
	for !slices.Contains(path, t) {
		path = append(path, t)
		t = referenced(waiting, missing(waiting, t, d)[0], d)
	}
	return slices.Index(waiting, t)
}
