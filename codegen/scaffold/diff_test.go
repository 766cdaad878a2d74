package scaffold_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/codegen/scaffold"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ old, added, want string }{
		"a line": {"a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nx\ne\nf\n", "@@ -2,5 +2,6 @@\n b\n c\n d\n+x\n e\n f\n"},
		"at both ends": {
			"a\nb\nc\nd\ne\nf\ng\nh\n", "x\na\nb\nc\nd\ne\nf\ng\nh\ny\n",
			"@@ -1,3 +1,4 @@\n+x\n a\n b\n c\n@@ -6,3 +7,4 @@\n f\n g\n h\n+y\n",
		},
		"a line that grows":  {"a {}\nb\n", "a {\n  x\n}\nb\n", "@@ -1,2 +1,4 @@\n+a {\n+  x\n+}\n-a {}\n b\n"},
		"no end of the line": {"a\nb", "a\nx\nb", "@@ -1,2 +1,3 @@\n a\n+x\n b\n\\ No newline at end of file\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := scaffold.File{Path: "in.proto", Old: []byte(tc.old), New: []byte(tc.added)}
			assert.Equal(t, "--- in.proto\n+++ in.proto\n"+tc.want, f.Diff())
		})
	}
}

// A diff makes the new text of the old one.
func TestDiffApplies(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"a\n", "b\n", "\n", "}\n", "c {\n"})
		var before, after strings.Builder
		for range rapid.IntRange(1, 30).Draw(t, "lines") {
			l := line.Draw(t, "line")
			if rapid.IntRange(0, 9).Draw(t, "added") > 0 {
				before.WriteString(l)
			}
			after.WriteString(l)
		}
		f := scaffold.File{Path: "in.proto", Old: []byte(before.String()), New: []byte(after.String())}
		require.Equal(t, after.String(), applied(t, before.String(), f.Diff()))
	})
}

// applied applies a unified diff. What it says of the old text must be true.
func applied(t *rapid.T, old, diff string) string {
	before := strings.SplitAfter(old, "\n")
	before = before[:len(before)-1]
	var out strings.Builder
	at := 0
	for _, line := range strings.SplitAfter(diff, "\n")[2:] {
		if strings.HasPrefix(line, "@@") {
			var first, count, newFirst, newCount int
			_, err := fmt.Sscanf(line, "@@ -%d,%d +%d,%d @@", &first, &count, &newFirst, &newCount)
			require.NoError(t, err)
			for at < first-min(count, 1) {
				out.WriteString(before[at])
				at++
			}
			require.Equal(t, newFirst-min(newCount, 1), strings.Count(out.String(), "\n"))
			continue
		}
		if line == "" {
			break
		}
		if line[0] != '+' {
			require.Equal(t, before[at], line[1:])
			at++
		}
		if line[0] != '-' {
			out.WriteString(line[1:])
		}
	}
	return out.String() + strings.Join(before[at:], "")
}
