package crud

import (
	"errors"
	"slices"

	"google.golang.org/protobuf/proto"
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

// siblingsOf returns for every column the places of the other arms of its oneof, nil
// where no column is an arm.
func siblingsOf(columns []column) [][]int {
	var siblings [][]int
	for i := range columns {
		for j := range columns {
			if i == j || columns[i].Oneof == "" || columns[j].Oneof != columns[i].Oneof {
				continue
			}
			if siblings == nil {
				siblings = make([][]int, len(columns))
			}
			siblings[i] = append(siblings[i], j)
		}
	}
	return siblings
}

// checkArm refuses a column that is not NULL beside another arm of its oneof, which was
// read before. set says that the column, at place i, is not NULL.
func (t *table) checkArm(i int, set bool, m proto.Message) error {
	if !set || t.siblings == nil || !t.anySet(t.siblings[i], m) {
		return nil
	}
	return errTwoArms
}

func (t *table) anySet(columns []int, m proto.Message) bool {
	return slices.ContainsFunc(columns, func(j int) bool { return t.columns[j].codec.has(m) })
}

// addSiblings adds to the columns that are written the other arms of the oneofs of which
// one is set: they become NULL.
func (t *table) addSiblings(set columnSet, m proto.Message) {
	for i, others := range t.siblings {
		if len(others) > 0 && set[i] == 1 && t.columns[i].codec.has(m) {
			for _, j := range others {
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
