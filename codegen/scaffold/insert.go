package scaffold

import (
	"regexp"
	"strings"

	"github.com/bufbuild/protocompile/ast"
)

// apply returns the text with everything that was added.
func (t *target) apply() []byte {
	t.putMethods()
	t.putServices()
	t.putMessages()
	return []byte(t.Text())
}

// blankLine matches a text that ends with one.
var blankLine = regexp.MustCompile(`\n[ \t\r]*\n[ \t]*$`)

// putServices puts new services behind the last one, or before the first declaration.
func (t *target) putServices() {
	if len(t.services) == 0 {
		return
	}
	text := strings.Join(t.services, "\n")
	var first, last ast.Node
	for _, d := range t.AST.Decls {
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
		t.putBehind(last, text)
		return
	}
	at := t.Commented(first)
	switch {
	case strings.TrimSpace(t.Before(at)) != "":
		text = "\n\n" + text
	case !blankLine.MatchString(t.Source[:at]):
		text = "\n" + text
	}
	t.Insert(at, text+"\n")
}

// putMessages puts new messages behind the last one, which keeps them before enums.
func (t *target) putMessages() {
	if len(t.messages) == 0 {
		return
	}
	var last ast.Node
	for _, d := range t.AST.Decls {
		switch n := d.(type) {
		case *ast.MessageNode:
			last = n
		case *ast.ServiceNode:
			if _, ok := last.(*ast.MessageNode); !ok {
				last = n
			}
		}
	}
	t.putBehind(last, strings.Join(t.messages, "\n"))
}

// putBehind puts whole declarations behind a node.
func (t *target) putBehind(n ast.Node, text string) {
	at := t.LineEnd(n)
	text = "\n\n" + strings.TrimSuffix(text, "\n")
	if rest := t.Source[at:]; rest != "" && !strings.HasPrefix(rest, "\n") && !strings.HasPrefix(rest, "\r") {
		text += "\n"
	}
	t.Insert(at, text)
}

// putMethods puts methods before the brace that ends their service.
func (t *target) putMethods() {
	for _, d := range t.AST.Decls {
		n, ok := d.(*ast.ServiceNode)
		if !ok || len(t.methods[n.Name.Val]) == 0 {
			continue
		}
		at, text := t.Start(n.CloseBrace), strings.Join(t.methods[n.Name.Val], "\n")
		if before := t.Before(at); strings.TrimSpace(before) != "" {
			text = "\n" + text
		} else {
			at -= len(before)
		}
		if strings.TrimSpace(t.Source[t.End(n.OpenBrace):at]) != "" {
			text = "\n" + text
		}
		t.Insert(at, text)
	}
}
