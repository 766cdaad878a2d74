package crud

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// relatedPaths are what a mask names below a relation; an empty path is all of it.
type relatedPaths struct {
	at    int
	paths []string
}

// A relatedReading is what a call reads of the rows of a relation.
type relatedReading struct {
	at int
	reading
}

// maxRelationDepth is how many relations a read mask may go through: each is a
// statement.
const maxRelationDepth = 5

// addRelated adds a path below a relation.
func (n *target) addRelated(at int, below string) {
	for i := range n.related {
		if n.related[i].at == at {
			n.related[i].paths = append(n.related[i].paths, below)
			return
		}
	}
	n.related = append(n.related, relatedPaths{at, []string{below}})
}

// writableRelations leaves of the relations that an update mask names those that a
// write writes, and returns what is wrong with the paths.
func (t *table) writableRelations(named *target) []Violation {
	var violations []Violation
	var written []relatedPaths
	for i, r := range named.related {
		relation := t.relations[r.at]
		if !relation.Owned {
			_, wrong := t.relatedReadings(named.related[i:i+1], maskPath)
			violations = append(violations, wrong...)
			continue
		}
		written = append(written, relatedPaths{at: r.at})
		for _, below := range r.paths {
			if below != "" {
				violations = append(violations, badMask(maskPath, relation.intoOwned(below)))
				break
			}
		}
	}
	named.related = written
	return violations
}

// intoOwned is what is wrong with an update's path below an owned relation.
func (r *RelationInfo) intoOwned(below string) string {
	path := shown(r.Field + "." + below)
	if r.Many {
		return fmt.Sprintf("path %s goes into %s, which is repeated", path, r.Field)
	}
	return fmt.Sprintf("path %s goes into %s, which is written as a whole", path, r.Field)
}

// populated are the owned relations that a message has something of: what * and a
// missing mask name. To have none left, a mask names the field.
func (t *table) populated(m proto.Message) []relatedPaths {
	return Each(t.ownedIn(m), func(at int) relatedPaths { return relatedPaths{at: at} })
}

// relatedReadings returns what to read of the relations that a mask in the request's
// field names.
func (t *table) relatedReadings(related []relatedPaths, field string) (of []relatedReading, violations []Violation) {
	for _, r := range related {
		inner, wrong := t.relations[r.at].reading(r.paths)
		for i := range wrong {
			wrong[i].Field = field
			wrong[i].Description = "in " + t.relations[r.at].Field + ", " + wrong[i].Description
		}
		violations = append(violations, wrong...)
		of = append(of, relatedReading{r.at, inner})
	}
	return of, violations
}

func (r *relation) reading(paths []string) (reading, []Violation) {
	var below []string
	whole := false
	for _, p := range paths {
		switch {
		case p == "":
			whole = true
		case strings.Count(p, ".") > maxJSONDepth+maxRelationDepth:
			return reading{}, []Violation{badMask(readMaskPath, fmt.Sprintf("path %s is too deep", shown(p)))}
		default:
			below = append(below, p)
		}
	}
	of, violations := r.table.readMask(below, nil)
	if whole {
		of.selected, of.hidden, of.parts = nil, nil, nil
	}
	if of.depth() >= maxRelationDepth {
		violations = append(violations, badMask(readMaskPath, fmt.Sprintf("goes through more than %d relations", maxRelationDepth)))
	}
	return of, violations
}

// depth is how many relations a reading goes through.
func (of *reading) depth() int {
	deepest := 0
	for i := range of.related {
		deepest = max(deepest, 1+of.related[i].depth())
	}
	return deepest
}

// allRelated reads all of every relation, and nothing that those relate to.
func (t *table) allRelated() []relatedReading {
	var all []relatedReading
	for i := range t.relations {
		all = append(all, relatedReading{at: i})
	}
	return all
}

// viewed returns what a view reads where no mask is given: a value whose name ends in
// FULL has the relations too (AIP-157).
func (t *table) viewed(of reading, paths []string, view protoreflect.Enum) reading {
	if len(paths) > 0 || view == nil || len(t.relations) == 0 {
		return of
	}
	v := view.Descriptor().Values().ByNumber(view.Number())
	if v != nil && (v.Name() == "FULL" || strings.HasSuffix(string(v.Name()), "_FULL")) {
		of.related = t.allRelated()
	}
	return of
}

// selectJoined has the columns read that relations join by.
func (t *table) selectJoined(of *reading) {
	for _, r := range of.related {
		for i := range t.columns {
			if of.selected[i] == 0 && sharesName(t.columns[i].Names, t.relations[r.at].Columns) {
				of.selected[i], of.hidden[i] = 1, 1
			}
		}
	}
}

func sharesName(a, b []string) bool {
	return slices.ContainsFunc(a, func(name string) bool { return slices.Contains(b, name) })
}
