package scaffold

import (
	"fmt"
	"strings"
)

// around is how many lines a diff shows around what was added.
const around = 3

// Diff returns what was added as a unified diff, which `patch` can apply.
func (f File) Diff() string {
	before, after := lines(f.Old), lines(f.New)
	marked := mark(before, after)
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", f.Path, f.Path)
	oldLine, newLine := 0, 0
	for i := 0; i < len(marked); {
		if marked[i][0] == ' ' && !changes(marked, i) {
			i, oldLine, newLine = i+1, oldLine+1, newLine+1
			continue
		}
		end := i
		for end < len(marked) && (marked[end][0] != ' ' || changes(marked, end)) {
			end++
		}
		removed, added := 0, 0
		for _, line := range marked[i:end] {
			if line[0] != '+' {
				removed++
			}
			if line[0] != '-' {
				added++
			}
		}
		fmt.Fprintf(&b, "@@ -%s +%s @@\n%s", span(oldLine, removed), span(newLine, added), strings.Join(marked[i:end], ""))
		i, oldLine, newLine = end, oldLine+removed, newLine+added
	}
	return b.String()
}

// changes reports whether a line close to the one at i is not the same in both.
func changes(marked []string, i int) bool {
	for _, line := range marked[max(i-around, 0):min(i+around+1, len(marked))] {
		if line[0] != ' ' {
			return true
		}
	}
	return false
}

// span is the place of a hunk: the number of its first line, and how many it has.
func span(before, count int) string {
	if count == 0 {
		return fmt.Sprintf("%d,0", before)
	}
	return fmt.Sprintf("%d,%d", before+1, count)
}

func lines(text []byte) []string {
	var all []string
	for line := range strings.SplitAfterSeq(string(text), "\n") {
		if line != "" {
			all = append(all, line)
		}
	}
	return all
}

// mark puts a sign before each line: a space where both have it, else minus or plus. The
// lines of the one are in the other, in order, but for those that grew.
func mark(before, after []string) []string {
	tail := 0
	for tail < len(before) && tail < len(after) && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	kept := after[len(after)-tail:]
	before, after = before[:len(before)-tail], after[:len(after)-tail]
	var marked []string
	put := func(sign, line string) {
		if !strings.HasSuffix(line, "\n") {
			line += "\n\\ No newline at end of file\n"
		}
		marked = append(marked, sign+line)
	}
	for _, line := range after {
		if len(before) > 0 && before[0] == line {
			put(" ", line)
			before = before[1:]
		} else {
			put("+", line)
		}
	}
	for _, line := range before {
		put("-", line)
	}
	for _, line := range kept {
		put(" ", line)
	}
	return marked
}
