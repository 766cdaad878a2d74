package scaffold

import (
	"bytes"
	"fmt"
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
	var first, last ast.Node
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
	switch {
	case len(t.linePrefix(at)) > 0:
		text = "\n\n" + text
	case !blankLine.Match(t.body()[:at]):
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
