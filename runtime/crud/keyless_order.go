package crud

// Rows without a key are listed in the order of the query and then of all columns, each
// in an order that tells all of its values apart. Rows with one place in it are then the
// same to whoever reads them, and any of them will do.

// setWholeOrder takes the order of rows without a key. Every column may be NULL,
// whatever the model says: a row that no condition holds for would be lost.
func (l *listing) setWholeOrder() {
	for i := range l.order {
		l.order[i].nullable = true
	}
	add := func(c *column, name string, exact bool) {
		l.order = append(l.order, orderKey{column: c, name: name, key: -1, nullable: true, exact: exact})
	}
	for i := range l.table.columns {
		c := &l.table.columns[i]
		itself, distinct := c.ordersRows(l.dialect)
		if itself && !orders(l.order, c.Names[0]) {
			add(c, c.Names[0], false)
		}
		if !distinct {
			for _, name := range c.Names {
				add(c, name, true)
			}
		}
	}
	l.asked, l.sorted = l.order, true
}

// ordersRows reports whether rows are in the order of the column itself, and whether that
// tells apart all that messages do. In PostgreSQL it does not for texts, whose collation
// may take two for one, nor for numbers with a negative zero or with zeros behind the
// point. In SQLite a column's type says little of its values.
func (c *column) ordersRows(d Dialect) (itself, distinct bool) {
	if d != Postgres || c.Repeated || len(c.Names) != 1 {
		return false, false
	}
	switch c.Kind {
	case KindBool, KindInt32, KindInt64, KindUint32, KindUint64, KindTimestamp, KindDuration, KindDate, KindTimeOfDay:
		return true, true
	case KindFloat, KindDouble:
		return true, false
	case KindEnum:
		known := c.EnumUnknown != UnknownZero
		return known, known
	default:
		return false, false
	}
}

// term writes what a column's rows are ordered by.
func (k *orderKey) term(column string, d Dialect) string {
	switch {
	case !k.exact:
		return column
	case d == SQLite:
		return column + " COLLATE BINARY"
	}
	return asExactText(column) + ` COLLATE "C"`
}

func asExactText(column string) string { return "CAST(" + column + " AS text)" }

// exactTexts are what a page selects besides its columns: the texts that the place of a
// row has.
func (l *listing) exactTexts() []string {
	if !l.placed || l.dialect == SQLite {
		return nil
	}
	var texts []string
	for i := range l.order {
		if l.order[i].exact {
			texts = append(texts, asExactText(l.column(l.order[i].name)))
		}
	}
	return texts
}
