package crud

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
)

// made are the cores of repositories that relations lead to, by their tables: tables
// relate to each other in circles.
type made map[*table]*core

// relatedOptions has the options of a service reach the tables that relations lead to.
func relatedOptions(opts []Option) Option {
	return optionFunc(func(s *settings) { s.related = opts })
}

// connect makes the relations of a core's table. Options that concern the related table
// hold for its rows too; a general predicate concerns its own repository alone.
func (c *core) connect(db DB, opts []Option, done made) {
	if c.table.info.Related && len(c.table.relations) == 0 {
		panic(fmt.Sprintf("crud: the repository of %s is made before the package of its table is initialized; make it in a function", c.table.info.Message))
	}
	c.reached = done
	for i := range c.table.relations {
		c.connections = append(c.connections, c.table.relations[i].connect(db, c.table.columns, opts, done))
	}
}

func (r *relation) connect(db DB, columns []column, opts []Option, done made) *junction {
	c := &junction{relation: r, ownColumns: columns, own: placesOf(columns, r.Columns), theirs: placesOf(r.table.columns, r.TargetColumns)}
	if known, ok := done[r.table]; ok {
		c.core = known
		return c
	}
	mine := slices.DeleteFunc(r.table.ownOptions(opts), func(opt Option) bool {
		s := &settings{}
		opt.apply(s)
		return len(s.wheres) > 0
	})
	c.core = newCore(db, r.table, settingsOf(mine))
	done[r.table] = c.core
	c.core.connect(db, opts, done)
	return c
}

// A junction is a relation that statements can be run for.
type junction struct {
	*relation
	core        *core
	ownColumns  []column
	own, theirs []place
	texts       textCache
}

// A place is where an SQL column's value is in a message: in a column, at an index.
type place struct{ column, index int }

// placesOf finds SQL columns. Generated code names those that are there.
func placesOf(columns []column, names []string) []place {
	places := make([]place, 0, len(names))
	for _, name := range names {
		for i := range columns {
			if at := slices.Index(columns[i].Names, name); at >= 0 {
				places = append(places, place{i, at})
			}
		}
	}
	if len(places) != len(names) {
		panic(fmt.Sprintf("crud: a relation joins by %v, which are not all columns", names))
	}
	return places
}

// valuesAt returns what a message has in places as it is bound; ok is false if one is
// NULL.
func valuesAt(m proto.Message, columns []column, places []place, d Dialect) (values []any, ok bool) {
	values = make([]any, len(places))
	var args []any
	for i, p := range places {
		args = columns[p.column].codec.appendArgs(args[:0], m, d)
		if values[i] = args[p.index]; values[i] == nil {
			return nil, false
		}
	}
	return values, true
}

// repository is that of the related rows.
func (c *junction) repository(db DB) *repository {
	return &repository{core: c.core, db: db, tx: transactionOf(db)}
}
