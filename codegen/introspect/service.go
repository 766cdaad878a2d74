package introspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// Verbs are the methods that a service can have, in its order.
var Verbs = []string{"get", "list", "create", "update", "delete"}

// A service writes the standard methods of a message, and their requests and responses.
type service struct {
	*message
	methods, types strings.Builder
	imports        []string
}

// service returns the service of a model, empty if it is to have none.
func (w *writer) service(m *message) (text string, imports []string) {
	if !m.model {
		return "", nil
	}
	s := &service{message: m}
	for _, verb := range Verbs {
		if slices.Contains(w.config.Methods, verb) && (!m.readOnly() || verb == "get" || verb == "list") {
			s.add(verb)
		}
	}
	if s.methods.Len() == 0 {
		return "", nil
	}
	return fmt.Sprintf("\n// %sService serves the rows of %s.\nservice %sService {\n%s}\n%s", m.name, m.table.Name, m.name, s.methods.String(), s.types.String()), s.imports
}

func (s *service) add(verb string) {
	one, many := s.name, model.Plural(s.name)
	field := model.SnakeCase(one)
	switch verb {
	case "get":
		s.method("Get"+one, "Returns one.", one)
		s.describe("Get"+one+"Request", "names one.", s.keyFields()...)
	case "list":
		s.method("List"+many, "Returns a page.", "List"+many+"Response")
		s.describe("List"+many+"Request", "asks for a page.",
			"// The most to return; 0 is for the server's default.\n  int32 page_size = %d", "// The next_page_token of the page before; empty for the first page.\n  string page_token = %d",
			"// Which rows to return, as AIP-160 has it.\n  string filter = %d", "// The fields to order by, as AIP-132 has it.\n  string order_by = %d")
		s.describe("List"+many+"Response", "is a page.",
			"// The rows of the page.\n  repeated "+one+" "+model.Plural(field)+" = %d", "// Asks for the next page; empty if this is the last.\n  string next_page_token = %d")
	case "create":
		s.method("Create"+one, "Makes a new one.", one)
		s.describe("Create"+one+"Request", "has the new one.", "// The new one.\n  "+one+" "+field+" = %d")
	case "update":
		s.imports = append(s.imports, maskProto)
		s.method("Update"+one, "Changes one.", one)
		s.describe("Update"+one+"Request", "has what is changed.", "// The one that is changed, found by its key.\n  "+one+" "+field+" = %d",
			"// The fields to write; without it, those that are set.\n  google.protobuf.FieldMask update_mask = %d")
	case "delete":
		s.imports = append(s.imports, emptyProto)
		s.method("Delete"+one, "Deletes one.", s.deleted())
		s.describe("Delete"+one+"Request", "names the one that goes.", s.keyFields()...)
	}
}

// deleted is what Delete returns: what is kept of a row, if it is.
func (s *service) deleted() string {
	for _, f := range s.fields {
		if f.name == "delete_time" && f.kind.proto == "google.protobuf.Timestamp" && !f.kind.repeated && !slices.Contains(f.behavior, "REQUIRED") {
			return s.name
		}
	}
	return "google.protobuf.Empty"
}

func (s *service) method(name, what, output string) {
	if s.methods.Len() > 0 {
		s.methods.WriteByte('\n')
	}
	input := name + "Request"
	fmt.Fprintf(&s.methods, "  // %s\n  rpc %s(%s) returns (%s);\n", what, name, input, output)
}

func (s *service) describe(name, what string, fields ...string) {
	fmt.Fprintf(&s.types, "\n// %s %s\nmessage %s {\n", name, what, name)
	for i, f := range fields {
		if i > 0 {
			s.types.WriteByte('\n')
		}
		fmt.Fprintf(&s.types, "  "+f+";\n", i+1)
	}
	s.types.WriteString("}\n")
}

// keyFields are the fields of a request that names one row.
func (s *service) keyFields() []string {
	if s.resource != "" {
		return []string{"// The name of the resource.\n  string name = %d"}
	}
	var fields []string
	for _, c := range s.key.columns {
		for _, f := range s.fields {
			if f.column.Name == c {
				fields = append(fields, "// The key's "+f.name+".\n  "+f.kind.proto+" "+f.name+" = %d")
			}
		}
	}
	return fields
}
