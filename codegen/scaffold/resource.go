package scaffold

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// A resource is a model, and how requests speak of it.
type resource struct {
	*model.Model
	target *target
	// named says that requests name it by its resource name.
	named  bool
	fields []string // optional ones
}

// resource decides how requests name a model.
func (a *adder) resource(m *model.Model) (*resource, error) {
	full := m.Message.Desc.FullName()
	switch {
	case m.Keyless: // no request names a row
	case a.Style == ByName && m.Key.Name == nil:
		return nil, fmt.Errorf("%s has no resource name; add a google.api.resource pattern and a field string name, or take the style id", full)
	case a.Style == ByID && !m.Key.Fields():
		return nil, fmt.Errorf("%s has its key in its resource name only; add fields for the variables of the pattern, or take the style name", full)
	}
	return &resource{Model: m, named: a.Style != ByID && m.Key.Name != nil, fields: a.Fields}, nil
}

// one and many are what prose calls it.
func (r *resource) one() string  { return strings.ReplaceAll(r.Singular, "_", " ") }
func (r *resource) many() string { return strings.ReplaceAll(r.Plural, "_", " ") }

// listsKeys reports whether a batch lists the keys themselves: names, or those of one
// column. Keys of several columns are in requests.
func (r *resource) listsKeys() bool { return r.named || len(r.Key.Columns) == 1 }

// ref names the resource's message.
func (r *resource) ref() string {
	r.target.needs(r.Message.Desc.ParentFile().Path())
	return r.target.ref(r.Message.Desc.FullName())
}

// reference is the option of a field with names of the resource, or with names of its
// parents.
func (r *resource) reference(what string) string {
	return r.target.option("google/api/resource.proto", "google.api.resource_reference") + fmt.Sprintf(" = {%s: %q}", what, r.ResourceType)
}

var (
	versionForm  = regexp.MustCompile(`^v[1-9][0-9]*((alpha|beta)[0-9]*|p[0-9]+((alpha|beta)[0-9]*)?)?$`)
	variableForm = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)
)

// root is what the paths of a package begin with: its version.
func root(pkg protoreflect.FullName) string {
	if version := string(pkg.Name()); versionForm.MatchString(version) {
		return "/" + version + "/"
	}
	return "/"
}

// single is the path of one resource. The request has its key below prefix, which is
// empty or ends with a dot.
func (r *resource) single(prefix string) string {
	base := root(r.target.file.Desc.Package())
	if r.named {
		return base + "{" + prefix + string(r.Key.Name.Desc.Name()) + "=" + wildcards(r.Key.Pattern.Text) + "}"
	}
	if p := r.Key.Pattern; p != nil {
		i := 0
		return base + variableForm.ReplaceAllStringFunc(p.Text, func(string) string {
			i++
			return "{" + prefix + string(r.Key.Columns[i-1].Field.Desc.Name()) + "}"
		})
	}
	path := base + r.collectionName()
	for _, c := range r.Key.Columns {
		path += "/{" + prefix + string(c.Field.Desc.Name()) + "}"
	}
	return path
}

// collection is the path of all resources, of one parent if the request has it.
func (r *resource) collection(parent bool) string {
	base := root(r.target.file.Desc.Package())
	if parent {
		base += "{parent=" + wildcards(r.Parent.Pattern.Text) + "}/"
	}
	return base + r.collectionName()
}

// collectionName is the last collection of the pattern, or the plural.
func (r *resource) collectionName() string {
	if r.Key.Pattern != nil {
		segments := strings.Split(r.Key.Pattern.Text, "/")
		return segments[len(segments)-2]
	}
	return lowerCamel(r.Plural)
}

// wildcards makes a pattern what a path template matches.
func wildcards(pattern string) string { return variableForm.ReplaceAllString(pattern, "*") }

// lowerCamel returns a snake_case name as paths have it.
func lowerCamel(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words {
		if i > 0 && w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// keyNames are the fields by which a request names one resource.
func (r *resource) keyNames() []string {
	if r.named {
		return []string{string(r.Key.Name.Desc.Name())}
	}
	var names []string
	for _, c := range r.Key.Columns {
		names = append(names, string(c.Field.Desc.Name()))
	}
	return names
}

// relative is a full name as its package has it.
func relative(name, pkg protoreflect.FullName) string {
	if rest, ok := strings.CutPrefix(string(name), string(pkg)+"."); ok {
		return rest
	}
	return string(name)
}

// absolute is a full name as another package has it: with a dot before it where a part
// of that package would be taken for its first.
func absolute(name string, pkg protoreflect.FullName) string {
	first, _, _ := strings.Cut(name, ".")
	if slices.Contains(strings.Split(string(pkg), ".")[1:], first) {
		return "." + name
	}
	return name
}
