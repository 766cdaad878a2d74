package filter

import (
	"encoding/base64"
	"encoding/json"
	"time"
)

// elementAlias names the elements of a list in a subquery. Nothing else in a statement
// is called so.
const elementAlias = "filter_element"

// notEmpty writes that a list has an element.
func (w *writer) notEmpty(f *Field, negated bool) {
	length, compare := "cardinality(", " > 0"
	if w.dialect == SQLite {
		length = "json_array_length("
	}
	if negated {
		compare = " = 0"
	}
	w.text(length, f.sql[0], ")", compare)
}

// element writes that some element of a list passes the test.
func (w *writer) element(t *test, negated bool) {
	if t.is == compared && w.dialect == Postgres {
		w.contains(t, negated)
		return
	}
	column := t.field.sql[0]
	not := ""
	if negated {
		not = "NOT "
		if t.field.Null == NullIsUnknown {
			// EXISTS takes NULL for an empty list.
			w.text("(", column, " IS NOT NULL AND ")
			defer w.text(")")
		}
	}
	w.text(not, "EXISTS (SELECT 1 FROM ")
	switch {
	case t.is == matches && w.dialect == Postgres:
		w.text("unnest(", column, ") AS "+elementAlias+" WHERE ")
		w.match(elementAlias, t.value.(pattern), false)
	case t.is == matches:
		w.text("json_each(", column, ") AS "+elementAlias+" WHERE ")
		w.match(elementAlias+".value", t.value.(pattern), false)
	default:
		w.text("json_each(", column, ") AS "+elementAlias+" WHERE ")
		w.jsonElement(t)
	}
	w.text(")")
}

// contains writes the operator that a GIN index serves.
func (w *writer) contains(t *test, negated bool) {
	if negated {
		w.text("NOT ")
	}
	w.text("(", t.field.sql[0], " @> ?)")
	w.arg(listArgument(t.field.Kind, t.value))
}

// jsonElement compares an element of SQLite's JSON. It would read a number that is not
// an int64 as a double; the JSON text of such a number is compared instead.
func (w *writer) jsonElement(t *test) {
	switch v := t.value.(type) {
	case uint64, float64:
		w.text("(", t.field.sql[0], " -> "+elementAlias+".key) = ?")
		w.arg(jsonNumber(t.field.Kind, v))
	case []byte:
		w.text(elementAlias + ".value = ?")
		w.arg(base64.StdEncoding.EncodeToString(v))
	default:
		w.text(elementAlias + ".value = ?")
		w.arg(encode(t.field.Kind, v, SQLite))
	}
}

// jsonNumber is the text of a number in a list.
func jsonNumber(k Kind, v any) string {
	if k == Float {
		v = float32(v.(float64))
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic("filter: a literal is not finite: " + err.Error())
	}
	return string(text)
}

// listOf returns a list of one element, of the type that pgx binds to an array.
func listOf(v any) any {
	switch v := v.(type) {
	case bool:
		return []bool{v}
	case int64:
		return []int64{v}
	case float32:
		return []float32{v}
	case float64:
		return []float64{v}
	case []byte:
		return [][]byte{v}
	case time.Time:
		return []time.Time{v}
	default:
		return []string{v.(string)}
	}
}
