package crud

import "slices"

// A tableToCreate is a table in its place. early are its references to tables that
// come after it, which happens where references go in a circle.
type tableToCreate struct {
	*TableInfo
	early []Reference
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
