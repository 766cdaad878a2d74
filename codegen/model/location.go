package model

import (
	"cmp"
	"fmt"
	"slices"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Field numbers of descriptor.proto, of which the paths of source locations are
// made.
const (
	fileMessages   = 4
	fileEnums      = 5
	fileServices   = 6
	fileExtensions = 7

	messageFields          = 2
	messageMessages        = 3
	messageEnums           = 4
	messageExtensionRanges = 5
	messageExtensions      = 6
	messageOptions         = 7
	messageOneofs          = 8

	fieldLabel    = 4
	fieldType     = 5
	fieldTypeName = 6
	fieldDefault  = 7
	fieldOptions  = 8

	enumValues = 2

	serviceMethods = 2
	serviceOptions = 3
	methodInput    = 2
	methodOutput   = 3
	methodOptions  = 4
)

// A site is a place in a proto: a descriptor or, if sub is not empty, what that path
// leads to inside it.
type site struct {
	desc protoreflect.Descriptor
	sub  []int32
}

func at(desc protoreflect.Descriptor, sub ...int32) site { return site{desc, sub} }

// atType is where a field's type stands.
func atType(f *protogen.Field) site {
	if f.Message != nil || f.Enum != nil {
		return at(f.Desc, fieldTypeName)
	}
	return at(f.Desc, fieldType)
}

// atOption is where an option, or a part of it, of a message, field, service or
// method stands.
func atOption(desc protoreflect.Descriptor, number protoreflect.FieldNumber, path ...int32) site {
	var options int32
	switch desc.(type) {
	case protoreflect.MessageDescriptor:
		options = messageOptions
	case protoreflect.FieldDescriptor:
		options = fieldOptions
	case protoreflect.ServiceDescriptor:
		options = serviceOptions
	case protoreflect.MethodDescriptor:
		options = methodOptions
	}
	return site{desc, append([]int32{options, int32(number)}, path...)}
}

// position returns the site's line and column, 1-based. Compilers differ in how deep
// into an option they give positions, and of some lists and messages they give only
// those of what is inside. So it is that of the path, or of the first thing inside of
// it, or of the longest known part of the path; 1:1 if there is none.
func (s site) position() (line, column int) {
	locations := s.desc.ParentFile().SourceLocations()
	path := append(pathOf(s.desc), s.sub...)
	l := locations.ByPath(path)
	if l.Path == nil {
		l = firstInside(locations, path)
	}
	for n := len(path) - 1; n > 0 && l.Path == nil; n-- {
		l = locations.ByPath(path[:n])
	}
	if l.Path == nil {
		return 1, 1
	}
	return l.StartLine + 1, l.StartColumn + 1
}

// firstInside returns the first location whose path is longer than that; one without a
// path if there is none.
func firstInside(locations protoreflect.SourceLocations, path protoreflect.SourcePath) protoreflect.SourceLocation {
	var first protoreflect.SourceLocation
	for i := range locations.Len() {
		l := locations.Get(i)
		if len(l.Path) <= len(path) || !slices.Equal(l.Path[:len(path)], path) {
			continue
		}
		if first.Path == nil || cmp.Or(cmp.Compare(l.StartLine, first.StartLine), cmp.Compare(l.StartColumn, first.StartColumn)) < 0 {
			first = l
		}
	}
	return first
}

// String returns the site as file:line:column.
func (s site) String() string {
	line, column := s.position()
	return fmt.Sprintf("%s:%d:%d", s.desc.ParentFile().Path(), line, column)
}

// pathOf returns the path of a descriptor in its file.
func pathOf(d protoreflect.Descriptor) protoreflect.SourcePath {
	parent := d.Parent()
	if parent == nil {
		return nil
	}
	_, top := parent.(protoreflect.FileDescriptor)
	return append(pathOf(parent), childNumber(d, top), int32(d.Index()))
}

// childNumber returns the number of the field that holds a descriptor in its parent,
// which is the file if top is set.
func childNumber(d protoreflect.Descriptor, top bool) int32 {
	pick := func(inFile, inParent int32) int32 {
		if top {
			return inFile
		}
		return inParent
	}
	switch d := d.(type) {
	case protoreflect.MessageDescriptor:
		return pick(fileMessages, messageMessages)
	case protoreflect.EnumDescriptor:
		return pick(fileEnums, messageEnums)
	case protoreflect.FieldDescriptor:
		if d.IsExtension() {
			return pick(fileExtensions, messageExtensions)
		}
		return messageFields
	case protoreflect.OneofDescriptor:
		return messageOneofs
	case protoreflect.ServiceDescriptor:
		return fileServices
	case protoreflect.MethodDescriptor:
		return serviceMethods
	default:
		return enumValues
	}
}
