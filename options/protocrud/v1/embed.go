// Package protocrudv1 holds the options that mark messages as tables and services
// as served from them. The options are proto extensions; options.proto documents
// each.
//
// options.pb.go is generated from options.proto. The source travels with it, so
// that a tool can hand it to protoc and buf.
package protocrudv1

import _ "embed"

const (
	// Path is the path under which other files import the options.
	Path = "protocrud/v1/options.proto"

	// ExtensionNumber is the field number of every extension that the options
	// declare, whatever it extends. It is from the range for use within
	// organisations (50000 to 99999, descriptor.proto).
	ExtensionNumber = 78140
)

//go:embed options.proto
var source string

// Source returns the text of the file at Path. It declares what this package
// links.
func Source() string { return source }
