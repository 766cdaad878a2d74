package crud

import (
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// The sizes of pieces of memory. A value keeps the piece that it is cut from alive,
// so a piece holds some kilobytes at most, and a long text is a piece of its own.
const (
	textPiece      = 4096 // bytes
	longText       = 512  // bytes
	listPiece      = 256  // strings
	timestampPiece = 64   // timestamps
)

// A memory is what the values of a result are made of. A page of rows costs a few
// allocations of pieces that values are cut from, not one for each value.
//
// A nil memory allocates each timestamp by itself.
type memory struct {
	rows       int // that are likely to come, the current one included
	row        int // bytes of the current row
	times      int // timestamps of a row
	text       strings.Builder
	lists      []string
	timestamps []timestamppb.Timestamp
}

// begin is called before each row is decoded.
func (m *memory) begin(raw [][]byte) {
	m.row = 0
	for _, v := range raw {
		m.row += len(v)
	}
}

// end is called after each row.
func (m *memory) end() { m.rows = max(1, m.rows-1) }

// string returns src as a string.
func (m *memory) string(src []byte) string {
	if len(src) > longText {
		return string(src)
	}
	m.grow(len(src))
	at := m.text.Len()
	m.text.Write(src)
	return m.text.String()[at:]
}

// grow makes room for n bytes of text. What was cut off before stays as it is: the
// builder only ever appends to a piece.
func (m *memory) grow(n int) {
	if m.text.Cap()-m.text.Len() >= n {
		return
	}
	m.text.Reset()
	m.text.Grow(max(n, min(m.rows*m.row, textPiece)))
}

// list returns n strings to fill.
func (m *memory) list(n int) []string {
	if n > len(m.lists) {
		if n > listPiece {
			return make([]string, n)
		}
		m.lists = make([]string, max(n, min(m.rows*n, listPiece)))
	}
	list := m.lists[:n:n]
	m.lists = m.lists[n:]
	return list
}

// timestamp returns an empty timestamp.
func (m *memory) timestamp() *timestamppb.Timestamp {
	if m == nil {
		return &timestamppb.Timestamp{}
	}
	if len(m.timestamps) == 0 {
		m.timestamps = make([]timestamppb.Timestamp, max(1, min(m.rows*m.times, timestampPiece)))
	}
	t := &m.timestamps[0]
	m.timestamps = m.timestamps[1:]
	return t
}
