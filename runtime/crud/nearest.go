package crud

import "strings"

// nearest returns the name that a caller may have meant by a wrong one: one that
// differs in case and underscores only, as names in JSON do, or in about a third of its
// letters at most. It is "" if there is none.
func nearest(wrong string, names []string) string {
	if len(wrong) > maxNearest {
		return ""
	}
	best, least := "", (len(wrong)+1)/3+1
	for _, name := range names {
		if plain(name) == plain(wrong) {
			return name
		}
		if d := editDistance(wrong, name); d < least {
			best, least = name, d
		}
	}
	return best
}

// maxNearest bounds the work for a name that a caller sends.
const maxNearest = 64

func plain(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// editDistance is how many bytes must be inserted, removed or replaced to turn a
// into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
