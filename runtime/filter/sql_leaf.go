package filter

// test writes a test, or its negation, of a field whose messages are set: neither holds
// where one is not.
func (w *writer) test(t *test, negated bool) {
	if len(t.field.present) == 0 {
		w.leaf(t, negated)
		return
	}
	w.text("(")
	for _, column := range t.field.present {
		w.text(column, and)
	}
	w.leaf(t, negated)
	w.text(")")
}

// leaf writes a test, or its negation.
func (w *writer) leaf(t *test, negated bool) {
	switch f := t.field; {
	case f.at != nil:
		w.insideTest(t, negated)
	case f.Kind == Name:
		w.name(t, negated)
	case t.is == impossible:
		w.impossible(f, negated)
	case t.nullCheck():
		w.null(f, (t.is == unset) != negated)
	case t.op == equals && !f.Repeated && negated && t.holdsForNull(true):
		w.text(f.sql[0], " IS DISTINCT FROM ?")
		w.arg(encode(f.Kind, t.value, w.dialect))
	case t.holdsForNull(negated):
		w.text("(")
		w.plain(t, negated)
		w.text(" OR ", f.sql[0], " IS NULL)")
	default:
		w.plain(t, negated)
	}
}

// nullCheck reports whether the test is IS NULL or its opposite.
func (t *test) nullCheck() bool {
	switch t.is {
	case unset:
		return true
	case present:
		return !t.field.Repeated && (t.field.Null == NullIsUnset || t.field.zero() == nil)
	}
	return false
}

// null writes IS NULL or IS NOT NULL. Where NULL is unknown, it tells nothing.
func (w *writer) null(f *Field, is bool) {
	switch {
	case f.Kind == Message && is:
		w.text("NOT ", f.sql[0])
	case f.Kind == Message:
		w.text(f.sql[0])
	case !is:
		w.text(f.sql[0], " IS NOT NULL")
	case f.Null == NullIsUnknown:
		w.text("false")
	default:
		w.text(f.sql[0], " IS NULL")
	}
}

// impossible writes an equality that never holds.
func (w *writer) impossible(f *Field, negated bool) {
	switch {
	case !negated:
		w.text("false")
	case f.Null == NullIsUnknown:
		w.text(f.sql[0], " IS NOT NULL")
	default:
		w.text("true")
	}
}

// holdsForNull reports whether the test, or its negation, is true of a row whose
// column is NULL.
func (t *test) holdsForNull(negated bool) bool {
	switch t.field.Null {
	case NullIsUnset:
		return negated
	case NullIsZero:
		return t.holdsForZero() != negated
	}
	return false
}

// holdsForZero reports whether the test is true of the zero value, or of an empty
// list.
func (t *test) holdsForZero() bool {
	switch {
	case t.field.Repeated || t.is == present || t.field.Kind == Typed: // of which empty is no value
		return false
	case t.is == matches:
		return t.value.(pattern).matchesEmpty()
	}
	zero := t.field.rule().zero
	if zero == nil {
		zero = "" // a UUID's
	}
	return t.op.holds(order(zero, t.value))
}

// plain writes a test of a column that is not NULL.
func (w *writer) plain(t *test, negated bool) {
	switch f := t.field; {
	case f.Repeated && t.is == present:
		w.notEmpty(f, negated)
	case f.Repeated:
		w.element(t, negated)
	case t.is == present:
		w.compare(f.sql[0], differs, negated)
		w.arg(encode(f.Kind, f.zero(), w.dialect))
	case t.is == matches:
		w.match(f.sql[0], t.value.(pattern), negated)
	default:
		w.compare(f.sql[0], t.op, negated)
		w.arg(encode(f.Kind, t.value, w.dialect))
	}
}

func (w *writer) compare(column string, op comparator, negated bool) {
	if negated {
		op = op.negation()
	}
	w.text(column, op.sql())
}

func (w *writer) match(text string, p pattern, negated bool) {
	not := ""
	if negated {
		not = " NOT"
	}
	if w.dialect == SQLite {
		w.text(text, not, " GLOB ?")
		w.arg(p.glob())
		return
	}
	w.text(text, not, " LIKE ?")
	w.arg(p.like())
}

// name compares the key columns with the variables of a resource name.
func (w *writer) name(t *test, negated bool) {
	args, ok := t.field.Key(t.value.(string), w.dialect)
	if !ok {
		w.impossible(t.field, negated)
		return
	}
	operator := and
	if negated {
		operator = or
	}
	w.text("(")
	for i, column := range t.field.sql {
		if i > 0 {
			w.text(operator)
		}
		w.compare(column, equals, negated)
		w.arg(args[i])
	}
	w.text(")")
}
