package crud

// The methods in this file are the face of a table: what they do is the inner table's,
// which does not know the types of its message and its key.

// Info returns the table's description. The caller must not change it.
func (t *Table[M, K]) Info() *TableInfo { return t.table.Info() }

// New returns an empty message.
func (t *Table[M, K]) New() M { return as[M](t.table.New()) }

// KeyOf returns the key that a message holds. The error says what is wrong with its
// resource name.
func (t *Table[M, K]) KeyOf(m M) (key K, err error) {
	k, err := t.table.keyOf(m)
	if err != nil {
		return key, err
	}
	return k.(K), nil
}

// Relate adds the relations to other tables. Generated code calls it once, before the
// table is used: tables that relate to each other cannot name each other earlier.
func (t *Table[M, K]) Relate(relations ...Relation[M]) {
	t.table.Relate(Each(relations, func(r Relation[M]) *relation { return r.relation })...)
}

// Options returns those of a service's options that concern this table: all but
// the hooks of other messages and the scope columns that the model does not
// declare, unless a relation leads to them.
func (t *Table[M, K]) Options(opts []Option) []Option { return t.table.Options(opts) }

func (t *Table[M, K]) hooksFit(hooks any) bool { return t.table.hooksFit(hooks) }

func (t *Table[M, K]) targets() []AnyTable { return t.table.targets() }

func (t *Table[M, K]) hidesOwn() bool { return t.table.hidesOwn() }
