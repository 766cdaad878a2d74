package model

// checkSingleton reports what a resource that has its parent's key cannot say (AIP-156).
func (d *draft) checkSingleton(generated map[*Column]*field) {
	for _, f := range generated {
		d.add(f.option(fieldGenerated), "generated is set on the key of a singleton, which is its parent's", "remove it")
	}
	if d.opts.GetIdPattern() != "" {
		d.add(d.option(modelIDPattern), "id_pattern is set on a singleton, which has its parent's id", "remove it")
	}
	if d.softDeleted {
		d.add(at(d.Message.Desc), "a singleton cannot be soft-deleted: it is there as long as its parent is", "write soft_delete: false, or remove the field delete_time")
	}
	for _, c := range d.Key.Columns {
		c.Generated = ByClient
	}
}
