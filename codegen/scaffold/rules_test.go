package scaffold_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

// A checked method is one that was added, as the public AIP linter looks at it.
type checked struct {
	protoreflect.MethodDescriptor
	verb, noun string
	// named says that requests name resources, as the AIPs want it. Keys of fields
	// cannot keep the rules about names and parents.
	named bool
}

// rules are those of the linter that are about what this package adds, by their
// numbers. Each says what is wrong, or nothing.
var rules = map[string]func(checked) string{
	"core::0127::http-annotation": func(m checked) string {
		return unless(m.rule() != nil && strings.HasPrefix(m.path(), "/"), "no path")
	},
	"core::0127::http-template-pattern": func(m checked) string {
		// The variables of the path are fields of the request.
		for _, v := range regexp.MustCompile(`\{([^}=]+)`).FindAllStringSubmatch(m.path(), -1) {
			message := m.Input()
			for part := range strings.SplitSeq(v[1], ".") {
				f := message.Fields().ByName(protoreflect.Name(part))
				if f == nil {
					return v[1] + " is no field"
				}
				message = f.Message()
			}
		}
		return ""
	},
	"core::0131-0135,0231-0235::http-method": func(m checked) string {
		want := map[string]string{"Get": "get", "List": "get", "Create": "post", "Update": "patch", "Delete": "delete", "Undelete": "post", "BatchGet": "get", "BatchCreate": "post", "BatchUpdate": "post", "BatchDelete": "post"}[m.verb]
		got := m.httpVerb()
		return unless(got == want || !m.named && m.verb == "BatchGet" && got == "post", got)
	},
	"core::0131-0135,0164,0231-0235::http-body": func(m checked) string {
		want := map[string]string{"Create": m.snake(), "Update": m.snake(), "Undelete": "*", "BatchCreate": "*", "BatchUpdate": "*", "BatchDelete": "*"}[m.verb]
		got := m.rule().GetBody()
		return unless(got == want || m.httpVerb() == "post" && m.verb == "BatchGet" && got == "*", got)
	},
	"core::0131,0134,0135,0164::http-uri-name": func(m checked) string {
		want := map[string]string{"Get": "{name=", "Delete": "{name=", "Undelete": "{name=", "Update": "{" + m.snake() + ".name="}[m.verb]
		return unless(!m.named || strings.Contains(m.path(), want), m.path())
	},
	"core::0132,0133,0231-0235::http-uri-parent": func(m checked) string {
		return unless(m.field("parent") == nil || strings.Contains(m.path(), "{parent="), m.path())
	},
	"core::0164,0231-0235::http-uri-suffix": func(m checked) string {
		suffix := ""
		if strings.HasPrefix(m.verb, "Batch") || m.verb == "Undelete" {
			suffix = ":" + strings.ToLower(m.verb[:1]) + m.verb[1:]
		}
		return unless(strings.HasSuffix(m.path(), suffix) && (suffix != "" || !strings.Contains(m.path(), ":")), m.path())
	},
	"core::0131-0135,0164,0231-0235::request-message-name": func(m checked) string {
		return unless(string(m.Input().Name()) == string(m.Name())+"Request", string(m.Input().Name()))
	},
	"core::0131-0135,0164,0231-0235::response-message-name": func(m checked) string {
		got := string(m.Output().Name())
		switch {
		case m.verb == "List" || strings.HasPrefix(m.verb, "Batch") && m.verb != "BatchDelete":
			return unless(got == string(m.Name())+"Response", got)
		case m.verb == "Delete":
			return unless(got == "Empty" || got == m.noun, got)
		case m.verb == "BatchDelete":
			return unless(got == "Empty" || got == string(m.Name())+"Response", got)
		}
		return unless(got == m.noun, got)
	},
	"core::0131,0135,0164::request-name-field": func(m checked) string {
		wants := m.named && slices.Contains([]string{"Get", "Delete", "Undelete"}, m.verb)
		return unless(!wants || m.kindOf("name") == "string" && m.requires("name") && m.reference("name").GetType() != "", "name")
	},
	"core::0132,0133::request-parent": func(m checked) string {
		wants := m.field("parent") != nil && (m.verb == "List" || m.verb == "Create")
		return unless(!wants || m.requires("parent"), "parent is not REQUIRED")
	},
	"core::0132,0133,0231-0235::request-parent-reference": func(m checked) string {
		return unless(m.field("parent") == nil || m.kindOf("parent") == "string" && m.reference("parent").GetChildType() != "", "parent")
	},
	"core::0158::request": func(m checked) string {
		return unless(m.verb != "List" || m.kindOf("page_size") == "int32" && m.kindOf("page_token") == "string", "page_size, page_token")
	},
	"core::0158::response": func(m checked) string {
		if m.verb != "List" {
			return ""
		}
		first, next := m.Output().Fields().ByNumber(1), m.Output().Fields().ByName("next_page_token")
		return unless(first.IsList() && string(first.Message().Name()) == m.noun && next != nil && next.Kind() == protoreflect.StringKind, "response")
	},
	"core::0132::request-field-types": func(m checked) string {
		return unless(m.verb != "List" || m.kindOf("filter") == "string" && m.kindOf("order_by") == "string", "filter, order_by")
	},
	"core::0132::request-show-deleted-required": func(m checked) string {
		deleted := m.verb == "List" && m.Output().Fields().ByNumber(1).Message().Fields().ByName("delete_time") != nil
		return unless(!deleted || m.kindOf("show_deleted") == "bool", "show_deleted")
	},
	"core::0133,0134::request-resource": func(m checked) string {
		if m.verb != "Create" && m.verb != "Update" {
			return ""
		}
		f := m.field(m.snake())
		return unless(f != nil && f.Message() == m.Output() && m.requires(m.snake()), m.snake())
	},
	"core::0133::request-id-field": func(m checked) string {
		return unless(!m.named || m.verb != "Create" || m.kindOf(m.snake()+"_id") == "string", m.snake()+"_id")
	},
	"core::0134::request-mask": func(m checked) string {
		if m.verb != "Update" {
			return ""
		}
		f := m.field("update_mask")
		return unless(f != nil && f.Message().FullName() == "google.protobuf.FieldMask" && m.behaves("update_mask", annotations.FieldBehavior_OPTIONAL), "update_mask")
	},
	"core::0231,0235::request-names-field": func(m checked) string {
		wants := m.named && (m.verb == "BatchGet" || m.verb == "BatchDelete")
		f := m.field("names")
		return unless(!wants || f != nil && f.IsList() && m.requires("names") && m.reference("names").GetType() != "", "names")
	},
	"core::0233,0234::request-requests-field": func(m checked) string {
		if m.verb != "BatchCreate" && m.verb != "BatchUpdate" {
			return ""
		}
		f := m.field("requests")
		return unless(f != nil && f.IsList() && m.requires("requests") && string(f.Message().Name()) == strings.TrimPrefix(m.verb, "Batch")+m.noun+"Request", "requests")
	},
	"core::0231,0233-0235::response-resource-field": func(m checked) string {
		if !strings.HasPrefix(m.verb, "Batch") || m.Output().Name() == "Empty" {
			return ""
		}
		f := m.Output().Fields().ByNumber(1)
		return unless(f.IsList() && string(f.Message().Name()) == m.noun, string(f.Name()))
	},
	"core::0131-0135::method-signature": func(m checked) string {
		want := map[string]string{"Update": m.snake() + ",update_mask"}[m.verb]
		switch {
		case m.verb == "List" && m.field("parent") != nil:
			want = "parent"
		case m.verb == "Create":
			var fields []string
			for _, name := range []string{"parent", m.snake(), m.snake() + "_id"} {
				if m.field(name) != nil {
					fields = append(fields, name)
				}
			}
			want = strings.Join(fields, ",")
		case m.named && slices.Contains([]string{"Get", "Delete", "Undelete"}, m.verb):
			want = "name"
		case slices.Contains([]string{"Get", "Delete", "Undelete"}, m.verb):
			want = m.signature() // held by 4232
		}
		return unless(m.signature() == want, m.signature())
	},
	"client-libraries::4232::required-fields": func(m checked) string {
		if m.signature() == "" {
			return ""
		}
		stated := strings.Split(m.signature(), ",")
		fields := m.Input().Fields()
		for i := range fields.Len() {
			if name := string(fields.Get(i).Name()); m.requires(name) && !slices.Contains(stated, name) {
				return name
			}
		}
		return unless(!slices.ContainsFunc(stated, func(name string) bool { return m.field(name) == nil }), m.signature())
	},
	"core::0155::request-id-format": func(m checked) string {
		f := m.field("request_id")
		if f == nil {
			return ""
		}
		info, _ := proto.GetExtension(f.Options(), annotations.E_FieldInfo).(*annotations.FieldInfo)
		return unless(info.GetFormat() == annotations.FieldInfo_UUID4, "request_id")
	},
	"core::0203::field-behavior-required": func(m checked) string {
		fields := m.Input().Fields()
		for i := range fields.Len() {
			name := string(fields.Get(i).Name())
			if !m.requires(name) && !m.behaves(name, annotations.FieldBehavior_OPTIONAL) {
				return name
			}
		}
		return ""
	},
	"core::0131-0235::request-unknown-fields": func(m checked) string {
		known := map[string]string{
			"Get": "name read_mask", "List": "parent page_size page_token filter order_by show_deleted skip read_mask",
			"Create": "parent validate_only request_id " + m.snake() + " " + m.snake() + "_id",
			"Update": "update_mask allow_missing validate_only request_id " + m.snake(),
			"Delete": "name etag force allow_missing validate_only request_id", "Undelete": "name etag validate_only request_id",
			"BatchGet": "parent names requests read_mask", "BatchCreate": "parent requests validate_only request_id",
			"BatchUpdate": "parent requests update_mask validate_only request_id", "BatchDelete": "parent names requests validate_only request_id",
		}[m.verb]
		fields := m.Input().Fields()
		for i := range fields.Len() {
			name := string(fields.Get(i).Name())
			if m.named && !slices.Contains(strings.Fields(known), name) {
				return name
			}
		}
		return ""
	},
	"core::0136,0192::has-comments": func(m checked) string {
		for _, d := range described(m) {
			comments := d.ParentFile().SourceLocations().ByDescriptor(d)
			if strings.TrimSpace(comments.LeadingComments) == "" || comments.TrailingComments != "" {
				return string(d.FullName())
			}
		}
		return ""
	},
	"core::0191::file-layout": func(m checked) string {
		line := func(d protoreflect.Descriptor) int { return d.ParentFile().SourceLocations().ByDescriptor(d).StartLine }
		f := m.ParentFile()
		if line(m.Parent()) > line(f.Messages().Get(0)) {
			return "the service is behind a message"
		}
		if f.Enums().Len() > 0 && line(m.Input()) > line(f.Enums().Get(0)) {
			return "a message is behind an enum"
		}
		return ""
	},
	"core::0140::lower-snake": func(m checked) string {
		for _, d := range described(m) {
			if f, ok := d.(protoreflect.FieldDescriptor); ok && !regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*$`).MatchString(string(f.Name())) {
				return string(f.Name())
			}
		}
		return ""
	},
}

// Every method of every golden file keeps the rules of the public AIP linter.
func TestAddedMethodsKeepTheRulesOfTheAIPs(t *testing.T) {
	t.Parallel()
	kept := 0
	for _, s := range samples {
		name := s.name + ".proto"
		gen, err := source.Read(t.Context(), source.Config{Files: []string{name}, Paths: []string{filepath.Join("testdata", "want")}})
		require.NoError(t, err)
		services := gen.FilesByPath[name].Desc.Services()
		for i := range services.Len() {
			for j := range services.Get(i).Methods().Len() {
				if d := services.Get(i).Methods().Get(j); strings.HasPrefix(string(d.Name()), "Watch") {
					assert.True(t, d.IsStreamingServer())
					continue // which no AIP describes
				}
				m := check(t, services.Get(i).Methods().Get(j), s.named())
				for rule, broken := range rules {
					assert.Empty(t, broken(m), "%s: %s", rule, m.FullName())
					kept++
				}
			}
		}
	}
	assert.Greater(t, kept, 2000)
}

var verbForm = regexp.MustCompile(`^(BatchGet|BatchCreate|BatchUpdate|BatchDelete|Get|List|Create|Update|Delete|Undelete)([A-Z].*)$`)

func check(t *testing.T, d protoreflect.MethodDescriptor, named bool) checked {
	t.Helper()
	parts := verbForm.FindStringSubmatch(string(d.Name()))
	require.NotNil(t, parts, d.FullName())
	return checked{MethodDescriptor: d, verb: parts[1], noun: strings.TrimSuffix(string(d.Parent().Name()), "Service"), named: named}
}

// described are the method and the messages of its package that it brings, with their
// fields.
func described(m checked) []protoreflect.Descriptor {
	all := []protoreflect.Descriptor{m.Parent(), m.MethodDescriptor}
	for _, message := range []protoreflect.MessageDescriptor{m.Input(), m.Output()} {
		if message.ParentFile() != m.ParentFile() {
			continue
		}
		all = append(all, message)
		for i := range message.Fields().Len() {
			all = append(all, message.Fields().Get(i))
		}
	}
	return all
}

func unless(ok bool, what string) string {
	if ok {
		return ""
	}
	return fmt.Sprintf("broken by %q", what)
}

// snake is the noun as a field has it.
func (m checked) snake() string {
	return strings.ToLower(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(m.noun, "${1}_$2"))
}

func (m checked) rule() *annotations.HttpRule {
	rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	return rule
}

func (m checked) httpVerb() string {
	r := m.rule().ProtoReflect()
	return string(r.WhichOneof(r.Descriptor().Oneofs().ByName("pattern")).Name())
}

func (m checked) path() string {
	r := m.rule().ProtoReflect()
	return r.Get(r.WhichOneof(r.Descriptor().Oneofs().ByName("pattern"))).String()
}

func (m checked) signature() string {
	signatures, _ := proto.GetExtension(m.Options(), annotations.E_MethodSignature).([]string)
	return strings.Join(signatures, ";")
}

func (m checked) field(name string) protoreflect.FieldDescriptor {
	return m.Input().Fields().ByName(protoreflect.Name(name))
}

func (m checked) kindOf(name string) string {
	if f := m.field(name); f != nil && !f.IsList() {
		return f.Kind().String()
	}
	return ""
}

func (m checked) behaves(name string, as annotations.FieldBehavior) bool {
	behaviors, _ := proto.GetExtension(m.field(name).Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return slices.Contains(behaviors, as)
}

func (m checked) requires(name string) bool {
	return m.behaves(name, annotations.FieldBehavior_REQUIRED)
}

func (m checked) reference(name string) *annotations.ResourceReference {
	reference, _ := proto.GetExtension(m.field(name).Options(), annotations.E_ResourceReference).(*annotations.ResourceReference)
	return reference
}
