package scaffold

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/compiler/protogen"
)

// An edit is text that is put at an offset of the file.
type edit struct {
	at   int
	text string
}

var byteOrderMark = []byte("\xef\xbb\xbf")

func newTarget(f *protogen.File, path string, text []byte) (*target, error) {
	body := bytes.TrimPrefix(text, byteOrderMark)
	node, err := parser.Parse(f.Desc.Path(), bytes.NewReader(body), reporter.NewHandler(nil))
	if err != nil {
		return nil, err
	}
	return &target{file: f, path: path, text: text, node: node, imports: map[string]bool{}, methods: map[string][]string{}}, nil
}

// body is the text that the offsets of the nodes are in.
func (t *target) body() []byte { return bytes.TrimPrefix(t.text, byteOrderMark) }

// apply returns the text with everything that was added.
func (t *target) apply() []byte {
	edits := slices.Concat(t.importEdits(), t.methodEdits(), t.serviceEdits(), t.messageEdits())
	slices.SortStableFunc(edits, func(a, b edit) int { return a.at - b.at })
	body := t.body()
	out := slices.Clone(t.text[:len(t.text)-len(body)])
	lines := strings.NewReplacer()
	if bytes.Contains(body, []byte("\r\n")) {
		lines = strings.NewReplacer("\n", "\r\n")
	}
	last := 0
	for _, e := range edits {
		out = append(out, body[last:e.at]...)
		out = append(out, lines.Replace(e.text)...)
		last = e.at
	}
	return append(out, body[last:]...)
}

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

// importEdits put each import before the first that is to follow it.
func (t *target) importEdits() []edit {
	var there []*ast.ImportNode
	for _, d := range t.node.Decls {
		if n, ok := d.(*ast.ImportNode); ok {
			there = append(there, n)
		}
	}
	var edits []edit
	for _, name := range t.newImports() {
		i := slices.IndexFunc(there, func(n *ast.ImportNode) bool { return n.Name.AsString() > name })
		switch line := fmt.Sprintf("import %q;", name); {
		case i >= 0:
			edits = append(edits, edit{t.commented(there[i]), line + "\n"})
		case len(there) > 0:
			edits = append(edits, edit{t.lineEnd(there[len(there)-1]), "\n" + line})
		default:
			edits = append(edits, edit{t.lineEnd(t.head()), "\n" + line})
		}
	}
	if len(there) == 0 && len(edits) > 0 {
		edits[0].text = "\n" + edits[0].text
	}
	return edits
}

// head is what stands before imports: the package, or the syntax.
func (t *target) head() ast.Node {
	for _, d := range t.node.Decls {
		if n, ok := d.(*ast.PackageNode); ok {
			return n
		}
	}
	if t.node.Syntax != nil {
		return t.node.Syntax
	}
	return t.node.Edition
}

// serviceEdits put new services behind the last one, or before the first declaration.
func (t *target) serviceEdits() []edit {
	if len(t.services) == 0 {
		return nil
	}
	text := strings.Join(t.services, "\n")
	var last ast.Node
	var first ast.Node
	for _, d := range t.node.Decls {
		switch n := d.(type) {
		case *ast.ServiceNode:
			last = n
		case *ast.MessageNode, *ast.EnumNode, *ast.ExtendNode:
			if first == nil {
				first = n
			}
		}
	}
	if last != nil {
		return []edit{t.behind(last, text)}
	}
	at := t.commented(first)
	before := t.body()[:at]
	switch {
	case len(t.linePrefix(at)) > 0:
		text = "\n\n" + text
	case len(bytes.TrimSpace(t.body()[t.lineStart(max(t.lineStart(at)-1, 0)):at])) > 0 && len(before) > 0:
		text = "\n" + text
	}
	return []edit{{at, text + "\n"}}
}

// messageEdits put new messages behind the last one, which keeps them before enums.
func (t *target) messageEdits() []edit {
	if len(t.messages) == 0 {
		return nil
	}
	var last ast.Node
	for _, d := range t.node.Decls {
		switch n := d.(type) {
		case *ast.MessageNode:
			last = n
		case *ast.ServiceNode:
			if _, ok := last.(*ast.MessageNode); !ok {
				last = n
			}
		}
	}
	return []edit{t.behind(last, strings.Join(t.messages, "\n"))}
}

// behind puts whole declarations behind a node.
func (t *target) behind(n ast.Node, text string) edit {
	at := t.lineEnd(n)
	text = "\n\n" + strings.TrimSuffix(text, "\n")
	if rest := t.body()[at:]; len(rest) > 0 && rest[0] != '\n' && rest[0] != '\r' {
		text += "\n"
	}
	return edit{at, text}
}

// methodEdits put methods before the brace that ends their service.
func (t *target) methodEdits() []edit {
	var edits []edit
	for _, d := range t.node.Decls {
		n, ok := d.(*ast.ServiceNode)
		if !ok || len(t.methods[n.Name.Val]) == 0 {
			continue
		}
		brace := t.start(n.CloseBrace)
		at, text := brace, strings.Join(t.methods[n.Name.Val], "\n")
		if len(t.linePrefix(brace)) > 0 {
			text = "\n" + text
		} else {
			at = t.lineStart(brace)
		}
		if len(bytes.TrimSpace(t.body()[t.end(n.OpenBrace):at])) > 0 {
			text = "\n" + text
		}
		edits = append(edits, edit{at, text})
	}
	return edits
}
