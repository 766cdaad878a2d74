package crud

import (
	"fmt"

	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
)

// SQLType keeps a field in a column of a type of PostgreSQL's: a string in one that text
// is read for, such as numeric(12,2), inet or tstzrange; another field in one that holds
// all of its values, such as an int32 in bigint. SQLite holds text and varchar only, and
// the types of other fields as it always does.
//
// Of a string, a value is checked before it is sent, as far as the type is known here. It
// has one spelling, which is that of answers too; only a number is taken in others. Where
// the empty text is no value, it is NULL.
func SQLType(sql string) ColumnOption {
	return func(c *ColumnInfo) { c.Type = sql }
}

// readType makes a string column with a type one of that type.
func (c *ColumnInfo) readType() {
	if c.Type == "" || c.Kind != KindString {
		return
	}
	t, err := texttype.Parse(c.Type)
	if err != nil {
		panic(fmt.Sprintf("crud: the type %q of the column of %s %v", c.Type, c.Field, err))
	}
	if t.PlainText() {
		return
	}
	c.Kind, c.text = KindText, &t
	if c.emptyIsNull() && !c.Presence && !c.Repeated {
		c.NotNull = c.PrimaryKey || c.Required
	}
}

// textType is what is known of the type of a column of KindText. That of a table which is
// only described was never read.
func (c *ColumnInfo) textType() *texttype.Type {
	if c.text != nil {
		return c.text
	}
	t, err := texttype.Parse(c.Type)
	if err != nil {
		return &texttype.Type{Name: c.Type}
	}
	return &t
}

// emptyIsNull reports whether the empty text is no value of the column's type.
func (c *ColumnInfo) emptyIsNull() bool {
	return c.Kind == KindUUID || c.Kind == KindText && !c.text.Textual()
}

// newTextKind makes the kind of a string in a column of a type. The column is read as
// text, whatever pgx knows of the type.
func newTextKind(t *texttype.Type) *kind[string] {
	stored := func(v string) string {
		out, _ := t.Write(v)
		return out
	}
	read := func(src []byte) string { return t.Read(string(src)) }
	k := &kind[string]{
		id:     KindText,
		reads:  func(oid uint32, _ int16) bool { return isText(oid) },
		decode: func(_ uint32, src []byte, _ *memory) (string, error) { return read(src), nil },
		scan: func(v any, d Dialect) (string, error) {
			s, err := scanString(v, d)
			return t.Read(s), err
		},
		equal: func(a, b string) bool { return a == b || stored(a) == stored(b) && stored(a) != "" },
		zero:  isZero[string],
		check: checkText(t),
		key: func(v any) (string, bool) {
			s, ok := v.(string)
			if !ok {
				return "", false
			}
			return t.Write(s)
		},
	}
	k.cursor = func(v string) any {
		if v == "" && !t.Textual() {
			return nil
		}
		return stored(v)
	}
	k.bind = func(v string, _ Dialect) any { return k.cursor(v) }
	k.list = newStringListKind(k)
	k.list.bind = func(vs []string, _ Dialect) any { return texttype.ArrayText(eachOf(vs, stored)) }
	k.list.scan = func(v any, d Dialect) ([]string, error) { return scanArray(v, d, k.scan) }
	return k
}

// checkText lets the empty text pass where it stands for unset.
func checkText(t *texttype.Type) func(string, *ColumnInfo, Dialect) string {
	return func(s string, info *ColumnInfo, d Dialect) string {
		if s == "" && info.emptyIsNull() && !info.Presence && !info.Repeated {
			return ""
		}
		if problem := checkString(s, info, d); problem != "" {
			return problem
		}
		if _, ok := t.Write(s); !ok {
			return "must be " + t.Takes()
		}
		return ""
	}
}

// cast reports whether a column is read as text.
func (c *ColumnInfo) cast() bool { return c.Kind == KindText }

// asText writes how a column is read. It has another name in the result, by which an
// ORDER BY would be that of texts.
func (c *ColumnInfo) asText(column, name string) string {
	if !c.cast() {
		return column
	}
	list := ""
	if c.Repeated {
		list = "[]"
	}
	return "CAST(" + column + " AS text" + list + ") AS " + quoted("text of "+name)
}
