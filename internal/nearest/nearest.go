// Package nearest finds the name that somebody may have meant by a wrong one. It is
// below the parsers of masks, filters and orders, so that all of them guess alike.
package nearest

import "strings"

// longest is the length up to which a name is compared with others: wrong names come
// from clients, and the cost of a comparison is the product of two lengths.
const longest = 64

// Of returns the name nearest to a wrong one. A name that differs in case and
// underscores only, as names in JSON do, is it; else it is the one that takes the fewest
// letters to insert, remove, replace or swap with the next, of equal ones the first in
// the alphabet. It is "" where all take more than one letter and more than a third of
// the wrong name's, or all of its letters.
func Of(wrong string, names []string) string {
	if len(wrong) > longest {
		return ""
	}
	folded := fold(wrong)
	best, least := "", min(max(1, len(wrong)/3)+1, len(wrong))
	for _, name := range names {
		switch {
		case fold(name) == folded:
			return name
		case len(name) > longest:
			continue
		}
		d := distance(strings.ToLower(wrong), strings.ToLower(name))
		if d < least || d == least && best != "" && name < best {
			best, least = name, d
		}
	}
	return best
}

// fold returns a name without what tells its spellings apart.
func fold(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// distance is the number of bytes to insert, remove, replace or swap with the next that
// makes b of a.
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
			next[j+1] = 1 + min(last[j], last[j+1], next[j])
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], 1+before[j-1])
			}
		}
		before, last, next = last, next, before
	}
	return last[len(b)]
}
