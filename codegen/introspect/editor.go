package introspect

import (
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
)

// An editor changes the text of a file at places that the parser has found, and nothing
// between them.
type editor struct {
	// source has line feeds alone. mark and crlf are what the file has besides.
	source  string
	mark    string
	crlf    bool
	file    *ast.FileNode
	edits   []edit
	needs   []string // imports
	orphans []orphan // imports that a removed field had
	tail    strings.Builder
}

// An edit replaces a part of the source.
type edit struct {
	from, to int
	text     string
}

// An orphan is an import that is not needed if nothing names the type.
type orphan struct{ path, name string }

const byteOrderMark = "\ufeff"

func newEditor(of *Existing) (e *editor, err error) {
	e = &editor{}
	source, marked := strings.CutPrefix(of.Text, byteOrderMark)
	if marked {
		e.mark = byteOrderMark
	}
	if breaks := strings.Count(source, "\n"); breaks > 0 && strings.Count(source, "\r\n") == breaks {
		e.crlf, source = true, strings.ReplaceAll(source, "\r\n", "\n")
	}
	e.source = source
	e.file, err = parser.Parse(of.Path, strings.NewReader(source), reporter.NewHandler(nil))
	return e, err
}

func (e *editor) inPackage() string {
	for _, d := range e.file.Decls {
		if p, ok := d.(*ast.PackageNode); ok {
			return string(p.Name.AsIdentifier())
		}
	}
	return ""
}

// editions reports whether the file has an edition, and proto2 whether fields have labels.
func (e *editor) editions() bool { return e.file.Edition != nil }

func (e *editor) proto2() bool {
	return e.file.Edition == nil && (e.file.Syntax == nil || e.file.Syntax.Syntax.AsString() == "proto2")
}

func (e *editor) append(text string) { e.tail.WriteString(text) }

func (e *editor) need(paths ...string) { e.needs = append(e.needs, paths...) }

func (e *editor) insert(at int, text string) { e.edits = append(e.edits, edit{at, at, text}) }

func (e *editor) remove(from, to int) { e.edits = append(e.edits, edit{from, to, ""}) }

// removeLines removes a declaration with its comments, and an empty line that would be
// one too many.
func (e *editor) removeLines(n ast.Node) {
	from, to := e.lineStart(n), e.lineEnd(n)
	before, after := e.source[:from], e.source[to:]
	open := strings.HasSuffix(before, "\n\n") || strings.HasSuffix(before, "{\n")
	switch {
	case open && strings.HasPrefix(after, "\n"):
		to++
	case strings.HasSuffix(before, "\n\n") && strings.HasPrefix(strings.TrimLeft(after, " "), "}"):
		from--
	}
	e.remove(from, to)
}

func (e *editor) start(n ast.Node) int { return e.file.NodeInfo(n).Start().Offset }

// end is behind a node; the parser's own is the place of its last byte.
func (e *editor) end(n ast.Node) int { return e.file.NodeInfo(n).End().Offset + 1 }

// lineEnd is where the line ends on which a node ends, behind its comment and the line
// break; the node's own end if other code follows.
func (e *editor) lineEnd(n ast.Node) int {
	end := e.end(n)
	if rest := strings.TrimLeft(e.source[end:], " \t\r\n"); strings.HasPrefix(rest, ";") { // which is not always the node's
		end = len(e.source) - len(rest) + 1
	}
	rest, _, found := strings.Cut(e.source[end:], "\n")
	code := strings.TrimSpace(rest)
	comment := strings.HasPrefix(code, "//") || strings.HasPrefix(code, "/*") && strings.Index(code, "*/") == len(code)-2
	switch {
	case code != "" && !comment:
		return end
	case found:
		return end + len(rest) + 1
	}
	return end + len(rest)
}

// lineStart is where a node's line starts, before the comments that are its own; the
// node's own start if other code is before it.
func (e *editor) lineStart(n ast.Node) int {
	own := e.start(n)
	start := own
	back := func(to int) bool {
		if strings.TrimSpace(e.source[to:start]) == "" && strings.Count(e.source[to:start], "\n") <= 1 {
			start = to
			return true
		}
		return false
	}
	comments := e.file.NodeInfo(n).LeadingComments()
	for i := comments.Len() - 1; i >= 0; i-- {
		c := comments.Index(i)
		if !back(c.End().Offset + 1) {
			break
		}
		if c.Start().Line == 1 || strings.TrimSpace(e.line(c.Start().Offset)) == "" {
			start = c.Start().Offset
			continue
		}
		break
	}
	if line := e.line(start); strings.TrimSpace(line) == "" {
		return start - len(line)
	}
	return own
}

// line is what is before a place on its line.
func (e *editor) line(at int) string {
	return e.source[strings.LastIndexByte(e.source[:at], '\n')+1 : at]
}

// message finds a message by the names that lead to it.
func (e *editor) message(path []string) *ast.MessageNode {
	var body *ast.MessageNode
	for i, name := range path {
		var found *ast.MessageNode
		each := func(d ast.Node) {
			if m, ok := d.(*ast.MessageNode); ok && m.Name.Val == name {
				found = m
			}
		}
		if i == 0 {
			for _, d := range e.file.Decls {
				each(d)
			}
		} else {
			for _, d := range body.Decls {
				each(d)
			}
		}
		if body = found; body == nil {
			return nil
		}
	}
	return body
}

// text returns the file as it is now.
func (e *editor) text() string {
	e.removeImports()
	e.addImports()
	slices.SortStableFunc(e.edits, func(a, b edit) int { return a.from - b.from })
	var b strings.Builder
	at := 0
	for _, x := range e.edits {
		if x.from > at {
			b.WriteString(e.source[at:x.from])
			at = x.from
		}
		b.WriteString(x.text)
		at = max(at, x.to)
	}
	b.WriteString(e.source[at:])
	if e.tail.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
		b.WriteByte('\n')
	}
	text := b.String() + e.tail.String()
	if e.crlf {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return e.mark + text
}

func (e *editor) imports() map[string]*ast.ImportNode {
	all := map[string]*ast.ImportNode{}
	for _, d := range e.file.Decls {
		if n, ok := d.(*ast.ImportNode); ok {
			all[n.Name.AsString()] = n
		}
	}
	return all
}

// addImports puts what is needed where the order of the imports has it.
func (e *editor) addImports() {
	slices.Sort(e.needs)
	have := e.imports()
	var sorted []string
	for path := range have {
		sorted = append(sorted, path)
	}
	slices.Sort(sorted)
	var fresh strings.Builder
	for _, path := range slices.Compact(e.needs) {
		if have[path] != nil {
			continue
		}
		line := "import " + quote(path) + ";\n"
		i, _ := slices.BinarySearch(sorted, path)
		switch {
		case len(sorted) == 0:
			fresh.WriteString(line)
		case i < len(sorted):
			e.insert(e.lineStart(have[sorted[i]]), line)
		default:
			e.insert(e.lineEnd(have[sorted[i-1]]), line)
		}
	}
	if fresh.Len() > 0 {
		e.insert(e.header(), "\n"+fresh.String())
	}
}

// header is where the first import goes: behind the package, or what begins the file.
func (e *editor) header() int {
	at := 0
	if e.file.Syntax != nil {
		at = e.lineEnd(e.file.Syntax)
	}
	if e.file.Edition != nil {
		at = e.lineEnd(e.file.Edition)
	}
	for _, d := range e.file.Decls {
		if p, ok := d.(*ast.PackageNode); ok {
			at = e.lineEnd(p)
		}
	}
	return at
}

// removeImports removes those that only fields had which are gone.
func (e *editor) removeImports() {
	have := e.imports()
	for _, o := range e.orphans {
		n := have[o.path]
		if n == nil || slices.Contains(e.needs, o.path) || e.names(o.name) {
			continue
		}
		e.removeLines(n)
		delete(have, o.path)
	}
}

// names reports whether what stays of the source names a type.
func (e *editor) names(name string) bool {
	for at := 0; ; {
		i := strings.Index(e.source[at:], name)
		if i < 0 {
			return strings.Contains(e.tail.String(), name)
		}
		at += i
		gone := slices.ContainsFunc(e.edits, func(x edit) bool { return x.from <= at && at < x.to })
		if !gone {
			return true
		}
		at += len(name)
	}
}
