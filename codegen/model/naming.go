package model

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"google.golang.org/protobuf/compiler/protogen"
)

// addNames makes the Go identifiers of the model's code.
func (d *draft) addNames() {
	name := d.Message.GoIdent.GoName
	unexported := lowerFirst(name)
	d.Names = ModelNames{
		Store:      name + "Store",
		Repository: name + "Repository",
		New:        "New" + name + "Repository",
		Hooks:      name + "Hooks",
		Table:      name + "Table",
		NewTable:   "new" + name + "Table",
		Columns:    unexported + "Columns",
		Select:     unexported + "Select",
		Get:        unexported + "Get",
		Create:     unexported + "Create",
		Delete:     unexported + "Delete",
	}
	if d.Keyless {
		d.Names.Get, d.Names.Delete = "", ""
	}
	if d.Key.Pattern != nil {
		d.Names.Pattern = unexported + "Pattern"
	}
	if d.keyed && !d.Key.Scalar() {
		d.Names.Key = name + "Key"
		d.Names.ParseKey = "Parse" + name + "Key"
		d.Names.KeyFields = keyFieldNames(d.Key.Columns)
	}
	for _, columns := range d.Lookups() {
		var fields []string
		for _, c := range columns {
			fields = append(fields, goCamelCase(string(c.Field.Desc.Name())))
		}
		method := "GetBy" + strings.Join(fields, "And")
		d.Names.LookupMethods = append(d.Names.LookupMethods, method)
		d.Names.Lookups = append(d.Names.Lookups, unexported+method)
	}
}

// keyFieldNames returns the field names of the key's struct. A name that is taken, by
// another field or by the method String, gets an underscore, as protoc-gen-go does
// it.
func keyFieldNames(columns []*Column) []string {
	taken := map[string]bool{"String": true}
	names := make([]string, len(columns))
	for i, c := range columns {
		name := goCamelCase(goIdentifier(c.Name))
		for taken[name] {
			name += "_"
		}
		taken[name] = true
		names[i] = name
	}
	return names
}

func serviceNames(s *protogen.Service) ServiceNames {
	return ServiceNames{
		Server: "CRUD" + s.GoName + "Server",
		New:    "NewCRUD" + s.GoName + "Server",
		Info:   s.GoName + "Info",
	}
}

// goCamelCase turns shelf_id into ShelfId, as protoc-gen-go names fields: an
// underscore before a lower-case letter goes, the letter becomes upper case, and a
// leading underscore becomes X.
func goCamelCase(name string) string {
	var b strings.Builder
	upper := true
	for i, r := range name {
		switch {
		case r == '_' && i == 0:
			b.WriteByte('X')
			continue
		case r == '_' && i+1 < len(name) && isLower(rune(name[i+1])):
			upper = true
			continue
		case upper && isLower(r):
			b.WriteRune(r - 'a' + 'A')
		default:
			b.WriteRune(r)
		}
		upper = r >= '0' && r <= '9'
	}
	return b.String()
}

// goIdentifier replaces what an SQL name can hold and a Go identifier cannot.
func goIdentifier(name string) string {
	s := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, name)
	if s != "" && s[0] >= '0' && s[0] <= '9' {
		return "_" + s
	}
	return s
}

// SnakeCase returns the SQL name that the generator makes of a message or an enum.
func SnakeCase(name string) string { return snakeCase(name) }

// snakeCase turns LineItem into line_item and HTTPServer into http_server.
func snakeCase(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if isUpper(c) && i > 0 && name[i-1] != '_' &&
			(!isUpper(name[i-1]) || i+1 < len(name) && isLower(rune(name[i+1]))) {
			b.WriteByte('_')
		}
		b.WriteByte(c)
	}
	return strings.ToLower(b.String())
}

func lowerFirst(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}

func upperFirst(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}

func isLower(r rune) bool { return r >= 'a' && r <= 'z' }

func isUpper(b byte) bool { return b >= 'A' && b <= 'Z' }
