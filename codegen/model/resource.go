package model

import (
	"fmt"
	"regexp"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Fields of google.api.resource, as parts of a location's path.
const (
	resourceType      = 1
	resourcePattern   = 2
	resourceNameField = 3
	resourcePlural    = 5
	resourceSingular  = 6
)

var resourceNumber = annotations.E_Resource.TypeDescriptor().Number()

// resourceOption is where a part of google.api.resource stands.
func (d *draft) resourceOption(path ...int32) site {
	return atOption(d.Message.Desc, resourceNumber, path...)
}

// readResource reads google.api.resource: the type, what the resource is called, and
// the pattern of its names.
func (d *draft) readResource() {
	resource, stated := messageOption[*annotations.ResourceDescriptor](&d.reports, d.Message.Desc, annotations.E_Resource)
	d.resource = resource
	name := goCamelCase(string(d.Message.Desc.Name()))
	d.singular, d.plural = name, pluralOf(name)
	d.ResourceType = string(d.Message.Desc.FullName())
	if !stated {
		d.Singular = snakeCase(d.singular)
		return
	}
	if resource.GetType() == "" {
		d.add(d.resourceOption(), "google.api.resource has no type", `add type: "library.example.com/`+name+`"`)
	} else {
		d.ResourceType = resource.GetType()
	}
	d.singular = d.resourceNoun(resource.GetSingular(), d.singular, "singular", resourceSingular)
	d.plural = d.resourceNoun(resource.GetPlural(), pluralOf(d.singular), "plural", resourcePlural)
	d.Singular = snakeCase(d.singular)
	d.readPattern()
}

var lowerCamel = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

// resourceNoun returns the upper camel case of what the resource is called.
func (d *draft) resourceNoun(stated, fallback, what string, part int32) string {
	switch {
	case stated == "":
		return fallback
	case !lowerCamel.MatchString(stated):
		d.add(d.resourceOption(part), fmt.Sprintf("%s %q of google.api.resource is not in lowerCamelCase", what, stated),
			fmt.Sprintf("write %q", lowerFirst(fallback)))
		return fallback
	}
	return upperFirst(stated)
}

// readPattern reads the pattern, if a field holds names of it.
func (d *draft) readPattern() {
	if d.Keyless {
		d.refusePattern()
		return
	}
	patterns := d.resource.GetPattern()
	nameField := "name"
	if stated := d.resource.GetNameField(); stated != "" {
		nameField = stated
		if d.Message.Desc.Fields().ByName(protoreflect.Name(stated)) == nil {
			d.add(d.resourceOption(resourceNameField), fmt.Sprintf("name_field %q is no field of the message", stated), "name one of its fields")
			d.namesKeyed = len(patterns) > 0
		}
	}
	if len(patterns) == 0 || d.Message.Desc.Fields().ByName(protoreflect.Name(nameField)) == nil {
		if d.resource.GetNameField() != "" && len(patterns) == 0 {
			d.add(d.resourceOption(), "google.api.resource has a name_field but no pattern", `add pattern: "`+snakeCase(d.plural)+`/{`+d.Singular+`}"`)
		}
		return
	}
	if len(patterns) > 1 {
		d.add(d.resourceOption(resourcePattern, 1), "several patterns of a resource are not supported yet by this version", "keep one")
	}
	pattern, problem, hint := parsePattern(patterns[0])
	if problem != "" {
		d.add(d.resourceOption(resourcePattern, 0), fmt.Sprintf("pattern %q %s", patterns[0], problem), hint)
	}
	d.pattern, d.nameField, d.namesKeyed = pattern, nameField, true
}

var (
	collectionForm = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_-]*$`)
	variableForm   = regexp.MustCompile(`^\{[a-z][a-z0-9_]*\}$`)
)

// parsePattern reads a pattern of literal segments and variables that ends with
// collection/{variable}, or with {variable}/singleton. The pattern is nil if there is a
// problem.
func parsePattern(text string) (p *Pattern, problem, hint string) {
	const form = "write it like shelves/{shelf}/books/{book}"
	segments := strings.Split(text, "/")
	seen := map[string]bool{}
	var variables []string
	for _, s := range segments {
		switch {
		case s == "":
			return nil, "has an empty segment", form
		case strings.Contains(s, "*"):
			return nil, "holds a wildcard", form
		case variableForm.MatchString(s):
			v := strings.Trim(s, "{}")
			if seen[v] {
				return nil, fmt.Sprintf("has the variable %s twice", v), "name each variable once"
			}
			seen[v] = true
			variables = append(variables, v)
		case strings.Count(s, "{") > 1:
			return nil, "has two variables in one segment, which is not supported yet by this version", form
		case !collectionForm.MatchString(s):
			return nil, fmt.Sprintf("has a segment %q that is neither a collection nor a {variable}", s), form
		}
	}
	last := len(segments) - 1
	singleton := !variableForm.MatchString(segments[last])
	if singleton {
		last--
	}
	switch {
	case len(variables) == 0:
		return nil, "is that of a singleton without a parent, which is not supported yet by this version", form
	case singleton && !variableForm.MatchString(segments[last]):
		return nil, "does not end with collection/{variable} or with {variable}/singleton", form
	case last == 0 || !collectionForm.MatchString(segments[last-1]):
		return nil, "does not end with collection/{variable}", form
	case len(variables) == 1 && last > 1:
		return nil, "has segments without a variable before its collection, which is not supported yet by this version", form
	}
	return &Pattern{Text: text, Variables: variables, Singleton: singleton}, "", ""
}

// parent returns the pattern without its last collection and variable, or without the
// singleton; ok is false for a top-level one.
func (p *Pattern) parent() (parent Pattern, ok bool) {
	segments := strings.Split(p.Text, "/")
	switch {
	case p.Singleton:
		return Pattern{Text: strings.Join(segments[:len(segments)-1], "/"), Variables: p.Variables}, true
	case len(p.Variables) < 2:
		return Pattern{}, false
	}
	return Pattern{
		Text:      strings.Join(segments[:len(segments)-2], "/"),
		Variables: p.Variables[:len(p.Variables)-1],
	}, true
}
