package model

import (
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
)

// readComment finds the table's comment.
func (d *draft) readComment() {
	d.Comment = d.opts.GetComment()
	if d.Comment == "" {
		d.Comment = commentOf(d.Message.Comments)
	}
}

// commentOf returns the text of the comment before a declaration or, without one, of
// the comment after it.
func commentOf(c protogen.CommentSet) string {
	text := c.Leading
	if text == "" {
		text = c.Trailing
	}
	var lines []string
	for line := range strings.SplitSeq(string(text), "\n") {
		lines = append(lines, strings.TrimRight(strings.TrimPrefix(line, " "), " \t\r"))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
