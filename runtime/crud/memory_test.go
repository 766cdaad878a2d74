package crud

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// rowSizes are rows of texts whose lengths lie on both sides of each limit.
func rowSizes() *rapid.Generator[[][]int] {
	size := rapid.OneOf(rapid.IntRange(0, 40), rapid.IntRange(longText-2, longText+2), rapid.IntRange(textPiece-2, textPiece+2))
	return rapid.SliceOfN(rapid.SliceOfN(size, 0, 6), 0, 30)
}

func fillBytes(size, seed int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(seed + i)
	}
	return b
}

// Strings keep their values, whatever is cut from the memory after them and whatever
// becomes of the bytes that they were read from.
func TestMemoryStringsStay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &memory{rows: rapid.IntRange(0, 100).Draw(t, "rows")}
		var got, want []string
		for _, sizes := range rowSizes().Draw(t, "sizes") {
			row := make([][]byte, len(sizes))
			for i, size := range sizes {
				row[i] = fillBytes(size, len(want)+i)
			}
			m.begin(row)
			for _, src := range row {
				want = append(want, string(src))
				got = append(got, m.string(src))
				clear(src) // the driver uses its buffer again
			}
			m.end()
		}
		assert.Equal(t, want, got)
	})
}

// Lists do not share their elements, and appending to one does not write to the next.
func TestMemoryListsAreApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &memory{rows: rapid.IntRange(0, 100).Draw(t, "rows")}
		sizes := rapid.SliceOf(rapid.OneOf(rapid.IntRange(1, 5), rapid.IntRange(listPiece-1, listPiece+1))).Draw(t, "sizes")
		var lists [][]string
		for _, n := range sizes {
			list := m.list(n)
			assert.Len(t, list, n)
			assert.Equal(t, make([]string, n), list)
			for i := range list {
				list[i] = "own"
			}
			lists = append(lists, list)
		}
		for _, list := range lists {
			_ = append(list, "foreign")
		}
		for i, list := range lists {
			assert.Equal(t, slices.Repeat([]string{"own"}, sizes[i]), list)
		}
	})
}

func TestMemoryTimestampsAreApart(t *testing.T) {
	t.Parallel()
	for _, m := range []*memory{nil, {}, {rows: 1, times: 2}, {rows: 3, times: 0}, {rows: 1000, times: 5}} {
		for i := range int64(200) {
			a, b := m.timestamp(), m.timestamp()
			assert.Zero(t, a.GetSeconds())
			a.Seconds = i
			assert.Zero(t, b.GetSeconds())
		}
	}
}

// A page of rows costs pieces, and a value keeps no more than a piece alive.
func TestMemoryAllocates(t *testing.T) {
	row := [][]byte{fillBytes(20, 0), fillBytes(30, 1), fillBytes(10, 2)}
	assert.LessOrEqual(t, testing.AllocsPerRun(10, func() {
		m := &memory{rows: 50, times: 1}
		for range 50 {
			m.begin(row)
			for _, src := range row {
				_ = m.string(src)
			}
			_, _ = m.list(2), m.timestamp()
			m.end()
		}
	}), 4.0)
	m := &memory{rows: 1 << 20}
	m.begin(row)
	_ = m.string(row[0])
	assert.LessOrEqual(t, m.text.Cap(), 2*textPiece)
	_ = m.list(1)
	assert.LessOrEqual(t, len(m.lists), listPiece)
}
