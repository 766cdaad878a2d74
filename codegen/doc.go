// Package codegen is the generator: from the descriptors that protoc or buf sends to
// the Go files that it writes.
//
// It works in three stages, a package each. model reads descriptors and options and
// says all that is wrong with them; plan writes SQL; emit writes Go and cannot fail.
package codegen
