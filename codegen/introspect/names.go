package introspect

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// snake makes a proto name of an SQL one: letters, digits and underscores, in lower case,
// with an underscore where a word begins. It is empty if nothing is left.
func snake(name string) string {
	var b strings.Builder
	var last rune
	runes := []rune(norm.NFKD.String(name))
	for i, r := range runes {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue // what is left of a letter's marks
		case r >= 'A' && r <= 'Z':
			after := i+1 < len(runes) && runes[i+1] >= 'a' && runes[i+1] <= 'z'
			if last >= 'a' && last <= 'z' || last >= '0' && last <= '9' || last >= 'A' && last <= 'Z' && after {
				b.WriteByte('_')
			}
			b.WriteRune(r + 'a' - 'A')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		case r == 'ß':
			b.WriteString("ss")
		default:
			b.WriteByte('_')
		}
		last = r
	}
	words := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '_' })
	out := strings.Join(words, "_")
	if out != "" && out[0] >= '0' && out[0] <= '9' {
		return "n" + out
	}
	return out
}

// camel turns line_item into LineItem.
func camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// jsonName is the name that a field has in JSON. Two fields may not share it.
func jsonName(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

var irregular = map[string]string{"people": "person", "children": "child", "men": "man", "women": "woman", "mice": "mouse", "feet": "foot", "indices": "index"}

// singular returns the singular of a name's last word: the one whose plural the name is.
func singular(name string) string {
	head, word := "", name
	if i := strings.LastIndexByte(name, '_'); i >= 0 {
		head, word = name[:i+1], name[i+1:]
	}
	if one := irregular[word]; one != "" {
		return head + one
	}
	for _, ending := range []struct{ plural, singular string }{
		{"ies", "y"},
		{"ves", "f"},
		{"ves", "fe"},
		{"zzes", "z"},
		{"sses", "ss"},
		{"shes", "sh"},
		{"ches", "ch"},
		{"xes", "x"},
		{"tuses", "tus"},
		{"oes", "o"},
		{"s", ""},
	} {
		stem, ok := strings.CutSuffix(word, ending.plural)
		if !ok || stem == "" || strings.HasSuffix(word, "ss") || strings.HasSuffix(word, "us") || strings.HasSuffix(word, "is") {
			continue
		}
		if one := stem + ending.singular; model.Plural(one) == word {
			return head + one
		}
	}
	return name
}

// A names is a set of names that are taken.
type names map[string]bool

// free returns the first of the name and its numbered ones that is not taken.
func free(name string, taken func(string) bool) string {
	out := name
	for i := 2; taken(out); i++ {
		out = name + "_" + strconv.Itoa(i)
	}
	return out
}

// claims are the names in proto and in Go that a message of a model and its service have.
func claims(message string) []string {
	plural, lower := model.Plural(message), strings.ToLower(message[:1])+message[1:]
	return []string{
		message, message + "_builder", message + "Key", "Parse" + message + "Key", message + "Store", message + "Repository",
		"New" + message + "Repository", message + "Hooks", message + "Table", lower + "Columns", lower + "Pattern",
		message + "Service", message + "ServiceClient", message + "ServiceServer", message + "ServiceInfo", message + "Service_ServiceDesc",
		"Get" + message + "Request", "Create" + message + "Request", "Update" + message + "Request", "Delete" + message + "Request",
		"List" + plural + "Request", "List" + plural + "Response",
	}
}

// message names the message of a table.
func (n names) message(table string) string {
	one := camel(singular(snake(table)))
	if one == "" {
		one = "Table"
	}
	whole := camel(snake(table))
	for i := 1; ; i++ {
		for _, name := range []string{one, whole, one + "Row"} {
			if i > 1 {
				name += strconv.Itoa(i)
			}
			if name != "" && !n.any(claims(name)) {
				n.add(claims(name)...)
				return name
			}
		}
	}
}

func (n names) any(all []string) bool {
	for _, name := range all {
		if n[name] {
			return true
		}
	}
	return false
}

func (n names) add(all ...string) {
	for _, name := range all {
		n[name] = true
	}
}
