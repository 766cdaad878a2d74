package introspect

import (
	"fmt"
	"strings"
)

// Diff returns how a file changes, as diff -u has it; empty if it does not.
func Diff(path, was, is string) string {
	if was == is {
		return ""
	}
	a, b := lines(was), lines(is)
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", path, path)
	changes := script(a, b)
	const context = 3
	for i := 0; i < len(changes); {
		for i < len(changes) && changes[i].op == ' ' {
			i++
		}
		if i == len(changes) {
			break
		}
		from, to, same := max(0, i-context), i, 0
		for to < len(changes) && same <= 2*context {
			if same++; changes[to].op != ' ' {
				same = 0
			}
			to++
		}
		to -= max(0, same-context)
		hunk(&out, changes[from:to])
		i = to
	}
	return out.String()
}

func lines(text string) []string {
	all := strings.SplitAfter(text, "\n")
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}

// A change is a line that stays, goes or comes, with its places, from 0.
type change struct {
	op   byte
	line string
	a, b int
}

func hunk(out *strings.Builder, changes []change) {
	fromA, fromB := changes[0].a, changes[0].b
	var na, nb int
	for _, c := range changes {
		if c.op != '+' {
			na++
		}
		if c.op != '-' {
			nb++
		}
	}
	start := func(from, n int) int {
		if n == 0 {
			return from
		}
		return from + 1
	}
	fmt.Fprintf(out, "@@ -%d,%d +%d,%d @@\n", start(fromA, na), na, start(fromB, nb), nb)
	for _, c := range changes {
		out.WriteString(string(c.op) + strings.TrimSuffix(c.line, "\n") + "\n")
		if !strings.HasSuffix(c.line, "\n") {
			out.WriteString("\\ No newline at end of file\n")
		}
	}
}

// script returns the shortest way from a to b, by Myers' algorithm.
func script(a, b []string) []change {
	limit := len(a) + len(b)
	furthest := map[int]int{1: 0}
	var trace []map[int]int
	for d := 0; d <= limit; d++ {
		step := make(map[int]int, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := furthest[k-1] + 1
			if k == -d || k != d && furthest[k-1] < furthest[k+1] {
				x = furthest[k+1]
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			step[k] = x
			if x >= len(a) && x-k >= len(b) {
				return walk(a, b, append(trace, step))
			}
		}
		trace = append(trace, step)
		furthest = step
	}
	return nil
}

// walk goes back from the end over what script found.
func walk(a, b []string, trace []map[int]int) []change {
	x, y := len(a), len(b)
	var back []change
	for d := len(trace) - 1; d >= 0; d-- {
		k := x - y
		px, py := 0, 0
		if d > 0 {
			before := trace[d-1]
			from := k - 1
			if k == -d || k != d && before[k-1] < before[k+1] {
				from = k + 1
			}
			px, py = before[from], before[from]-from
		}
		for x > px && y > py && a[x-1] == b[y-1] {
			x, y = x-1, y-1
			back = append(back, change{' ', a[x], x, y})
		}
		if d == 0 {
			break
		}
		if x > px {
			x--
			back = append(back, change{'-', a[x], x, y})
		} else if y > py {
			y--
			back = append(back, change{'+', b[y], x, y})
		}
	}
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	return back
}
