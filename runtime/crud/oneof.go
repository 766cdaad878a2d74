package crud

import (
	"errors"
	"slices"
)

// errTwoArms is a row in which two arms of a oneof are set: no message can show it.
var errTwoArms = errors.New("two columns of a oneof are not NULL")

// IsArm reports whether a oneof holds the arm of type A. Generated accessors call it.
func IsArm[A any](oneof any) bool {
	_, ok := oneof.(A)
	return ok
}

// WithoutArm returns a oneof, and nil where it holds the arm of type A. Generated
// accessors call it.
func WithoutArm[A, O any](oneof O) (empty O) {
	if IsArm[A](oneof) {
		return empty
	}
	return oneof
}

// siblings returns the places of the other arms of a column's oneof.
func (t *Table[M, K]) siblings(i int) []int {
	if t.columns[i].Oneof == "" {
		return nil
	}
	var others []int
	for j := range t.columns {
		if j != i && t.columns[j].Oneof == t.columns[i].Oneof {
			others = append(others, j)
		}
	}
	return others
}

// otherArmSet reports whether an arm of a column's oneof was read before.
func (t *Table[M, K]) otherArmSet(i int, m M) bool {
	return slices.ContainsFunc(t.siblings(i), func(j int) bool { return t.columns[j].codec.has(m) })
}

// addSiblings adds to the columns that are written the other arms of the oneofs of which
// one is set: they become NULL.
func (t *Table[M, K]) addSiblings(set columnSet, m M) {
	for i := range t.columns {
		if set[i] == 1 && t.columns[i].Oneof != "" && t.columns[i].codec.has(m) {
			for _, j := range t.siblings(i) {
				set[j] = 1
			}
		}
	}
}

// arms returns the SQL names of the arms of each oneof, in column order.
func (t *TableInfo) arms() (names []string, columns map[string][]string) {
	columns = map[string][]string{}
	for _, c := range t.Columns {
		if c.Oneof == "" {
			continue
		}
		if columns[c.Oneof] == nil {
			names = append(names, c.Oneof)
		}
		columns[c.Oneof] = append(columns[c.Oneof], c.Names...)
	}
	return names, columns
}
