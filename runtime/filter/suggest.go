package filter

import (
	"maps"
	"slices"
	"strings"
)

// maxSuggested is the length up to which a name is compared with others: the cost of
// a comparison is the product of two lengths.
const maxSuggested = 64

// didYouMean returns words that propose the name nearest to a wrong one, "" if none
// is near.
func didYouMean(name string, names []string) string {
	if len(name) > maxSuggested {
		return ""
	}
	nearest, least := "", max(1, len(name)/3)+1
	for _, n := range names {
		if len(n) > maxSuggested {
			continue
		}
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d < least || d == least && nearest != "" && n < nearest {
			nearest, least = n, d
		}
	}
	if nearest == "" {
		return ""
	}
	return "; did you mean " + quote(nearest) + "?"
}

// distance is the number of letters to insert, remove, replace or swap with the next
// that makes b of a.
func distance(a, b string) int {
	before, last, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			if a[i] == b[j] {
				next[j+1] = last[j]
				continue
			}
			next[j+1] = 1 + slices.Min([]int{last[j], last[j+1], next[j]})
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], 1+before[j-1])
			}
		}
		before, last, next = last, next, before
	}
	return last[len(b)]
}

// filterable are the paths that a filter may name.
func (s *Schema) filterable() []string {
	return slices.DeleteFunc(slices.Clone(s.paths), func(path string) bool { return !s.fields[path].Filterable })
}

// enumNames are the names of the values, in the order of the alphabet.
func (f *Field) enumNames() []string { return slices.Sorted(maps.Keys(f.Enum)) }

// orderable are the paths that an order may name.
func (s *Schema) orderable() []string {
	return slices.DeleteFunc(slices.Clone(s.paths), func(path string) bool { return !s.fields[path].sorts() })
}
