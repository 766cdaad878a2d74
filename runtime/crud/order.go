package crud

import (
	"math/bits"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
)

// An orderKey is one column of a list's order.
type orderKey struct {
	column *column
	name   string // SQL name
	// key is the column's place in the key, or -1.
	key  int
	desc bool
	// nullable says that NULL is a value of the order: behind all others, or before
	// them if desc, which is the order of an index.
	nullable bool
	// exact says that the order is one of a form of the value that tells all values
	// apart.
	exact bool
}

// keyOrder is the order of the key.
func (t *table) keyOrder() []orderKey {
	order := make([]orderKey, len(t.keyColumns))
	for i, c := range t.keyColumns {
		order[i] = orderKey{column: c, name: t.info.Key[i], key: i}
	}
	return order
}

// orderOf returns the order key of a column that is not of the key.
func orderOf(c *column, desc bool) orderKey {
	return orderKey{
		column: c, name: c.Names[0], key: -1, desc: desc,
		nullable: !c.NotNull || c.emptyIsNull(),
	}
}

// setOrder takes the order that the query asks for. The columns of the key that are
// not in it come last, so that no two rows have the same place; those that the
// parent fixes are the same in all rows. Without a key all columns do.
func (l *listing) setOrder(found *findings, text string) {
	if text != "" {
		l.parseOrder(found, text)
	}
	if l.table.keyless() {
		l.setWholeOrder()
		return
	}
	held := l.heldKeys()
	if len(l.order) == 0 && held == 0 && l.fixed == 1<<len(l.parent)-1 {
		l.order = l.table.keys[len(l.parent):]
		l.asked = l.order
		return
	}
	l.order = l.decisive(l.order, l.fixed)
	l.asked, l.sorted = l.order, true
	if !slices.ContainsFunc(l.order, func(k orderKey) bool { return l.holds(k.column) }) {
		return
	}
	l.order = slices.DeleteFunc(slices.Clone(l.order), func(k orderKey) bool { return l.holds(k.column) })
	l.order = l.decisive(l.order, l.fixed|held)
	if len(l.order) == 0 { // of a single row
		l.order = append(l.order, l.table.keys[len(l.table.keys)-1])
	}
}

// heldKeys are the places of the key columns that equalities fix, as bits.
func (l *listing) heldKeys() (held uint64) {
	for _, k := range l.table.keys {
		if l.holds(k.column) {
			held |= 1 << k.key
		}
	}
	return held
}

// holds reports whether an equality fixes a column to one value.
func (l *listing) holds(c *column) bool {
	return slices.ContainsFunc(l.equal, func(e boundEqual) bool { return e.column == c && !e.any })
}

// decisive returns an order that tells all rows apart: with the columns of the key behind
// it that are not in it or fixed, up to the last one that it needs.
func (l *listing) decisive(order []orderKey, fixed uint64) []orderKey {
	for _, k := range l.table.keys {
		if fixed&(1<<k.key) == 0 && !orders(order, k.name) {
			order = append(order, k)
		}
	}
	missing := len(l.table.keys) - bits.OnesCount64(fixed)
	for i, k := range order {
		if missing == 0 {
			return order[:i]
		}
		if k.key >= 0 && fixed&(1<<k.key) == 0 {
			missing--
		}
	}
	return order
}

func orders(order []orderKey, name string) bool {
	for _, k := range order {
		if k.name == name {
			return true
		}
	}
	return false
}

// place returns the values of the order in a row.
func (l *listing) place(m proto.Message) ([]any, error) {
	key, err := l.table.keyOf(m)
	if err != nil {
		return nil, err
	}
	values := l.table.values(key)
	if !l.sorted {
		return values[len(l.parent):], nil
	}
	place := make([]any, len(l.order))
	for i, k := range l.order {
		if k.key >= 0 {
			place[i] = values[k.key]
		} else {
			place[i] = k.column.codec.cursor(m)
		}
	}
	return place, nil
}

// orderBy returns the terms of ORDER BY. name writes a column. In rows whose first
// column is NULL its direction means nothing: it is that of the next one then, so that
// an index which is read one way has the order.
func (l *listing) orderBy(name func(string) string, nulls bool) []string {
	terms := make([]string, len(l.order))
	for i, k := range l.order {
		if i == 0 && nulls && len(l.order) > 1 {
			k.desc = l.order[1].desc
		}
		terms[i] = k.term(name(k.name), l.dialect) + k.direction()
	}
	return terms
}

func (k *orderKey) direction() string {
	var b strings.Builder
	if k.desc {
		b.WriteString(" DESC")
	}
	switch { // said aloud for the embedded engine, which takes NULL for the least value
	case k.nullable && k.desc:
		b.WriteString(" NULLS FIRST")
	case k.nullable:
		b.WriteString(" NULLS LAST")
	}
	return b.String()
}
