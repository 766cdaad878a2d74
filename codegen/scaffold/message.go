package scaffold

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// A message is one that is added. The numbers of its fields are their places.
type message struct {
	name, comment string
	enum          *enum // declared in it, nil for none
	fields        []field
}

// An enum is one that is declared in a message. The numbers of its values are their places.
type enum struct {
	name, comment string
	values        []enumValue
}

type enumValue struct{ name, comment string }

func (e *enum) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "  // %s\n  enum %s {\n", e.comment, e.name)
	for i, v := range e.values {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "    // %s\n    %s = %d;\n", v.comment, v.name, i)
	}
	b.WriteString("  }\n\n")
	return b.String()
}

type field struct {
	comment        string
	label          string // empty, or ends with a space
	typeName, name string
	options        []string // with their values
}

// text is the message as `buf format` has it.
func (m message) text(syntax protoreflect.Syntax) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\nmessage %s {\n", m.comment, m.name)
	if m.enum != nil {
		b.WriteString(m.enum.text())
	}
	for i, f := range m.fields {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "  // %s\n  %s%s %s = %d%s;\n", f.comment, f.labelIn(syntax), f.typeName, f.name, i+1, f.optionText())
	}
	b.WriteString("}\n")
	return b.String()
}

// labelIn is the label where the syntax has it: proto2 wants one, and editions know
// repeated only.
func (f field) labelIn(syntax protoreflect.Syntax) string {
	switch {
	case f.label == "repeated ":
		return f.label
	case syntax == protoreflect.Proto2:
		return "optional "
	case syntax == protoreflect.Proto3:
		return f.label
	}
	return ""
}

func (f field) optionText() string {
	switch len(f.options) {
	case 0:
		return ""
	case 1:
		return " [" + f.options[0] + "]"
	}
	return " [\n    " + strings.Join(f.options, ",\n    ") + "\n  ]"
}
