package filter

// Tree returns a filter's tree without the places of its parts.
func Tree(f *Filter) any { return unplaced(f.root) }

func unplaced(n node) node {
	switch n := n.(type) {
	case allOf:
		return allOf(unplacedAll(n))
	case anyOf:
		return anyOf(unplacedAll(n))
	case negation:
		return negation{unplaced(n.node)}
	case comparison:
		n.at, n.value.at = 0, 0
		return n
	case word:
		n.at = 0
		return n
	}
	return nil
}

func unplacedAll(ns []node) []node {
	out := make([]node, len(ns))
	for i, n := range ns {
		out[i] = unplaced(n)
	}
	return out
}

// Shape returns the tree as a list in parentheses: what is joined by AND or white space
// is one list, however it is grouped.
func Shape(f *Filter) string { return shape(f.root) }

func shape(n node) string {
	switch n := n.(type) {
	case allOf:
		return "(and" + shapes(n, func(n node) ([]node, bool) { all, ok := n.(allOf); return all, ok }) + ")"
	case anyOf:
		return "(or" + shapes(n, func(n node) ([]node, bool) { all, ok := n.(anyOf); return all, ok }) + ")"
	case negation:
		return "(not " + shape(n.node) + ")"
	case comparison:
		return "(" + n.op.String() + " " + n.path + " " + n.value.raw + ")"
	}
	return "?"
}

func shapes(members []node, same func(node) ([]node, bool)) string {
	text := ""
	for _, m := range members {
		if inner, ok := same(m); ok {
			text += shapes(inner, same)
		} else {
			text += " " + shape(m)
		}
	}
	return text
}
