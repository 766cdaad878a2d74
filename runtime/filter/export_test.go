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
