package scaffold

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/bufbuild/protocompile/ast"
)

// body is the text that the offsets of the nodes are in.
func (t *target) body() []byte { return bytes.TrimPrefix(t.text, byteOrderMark) }

// start and end are the offsets of a node, without its comments. end is behind it.
func (t *target) start(n ast.Node) int { return t.node.NodeInfo(n).Start().Offset }
func (t *target) end(n ast.Node) int   { return t.node.NodeInfo(n).End().Offset + 1 }

// commented is the offset at which a node begins with the comment right before it.
func (t *target) commented(n ast.Node) int {
	comments := t.node.NodeInfo(n).LeadingComments()
	at := t.start(n)
	for i := comments.Len() - 1; i >= 0; i-- {
		c := comments.Index(i)
		start := c.Start().Offset
		between := t.body()[start+len(strings.TrimRight(c.RawText(), "\r\n")) : at]
		if bytes.Count(between, []byte("\n")) > 1 || len(t.linePrefix(start)) > 0 {
			break
		}
		at = start
	}
	return at
}

// lineStart is the offset of the line of an offset.
func (t *target) lineStart(at int) int { return bytes.LastIndexByte(t.body()[:at], '\n') + 1 }

// linePrefix is what stands on the line before an offset, without the space around it.
func (t *target) linePrefix(at int) []byte { return bytes.TrimSpace(t.body()[t.lineStart(at):at]) }

// blankLine matches a text that ends with one.
var blankLine = regexp.MustCompile(`\n[ \t\r]*\n[ \t]*$`)

var restOfLine = regexp.MustCompile(`^[ \t;]*(//[^\n]*)?`)

// lineEnd is the offset at which the line of a node's end is over, or the node itself
// where other code follows on its line.
func (t *target) lineEnd(n ast.Node) int {
	at := t.end(n)
	over := at + len(restOfLine.Find(t.body()[at:]))
	if over == len(t.body()) || t.body()[over] == '\n' {
		if over > at && t.body()[over-1] == '\r' {
			over--
		}
		return over
	}
	if t.body()[over] == '\r' {
		return over
	}
	return at
}
