// Package golden holds the golden cases of the generator: a folder each, with protos of
// one idea and what the plugin makes of them beside protoc-gen-go and
// protoc-gen-go-grpc. They are ordinary packages, so that whatever builds this module
// compiles them, and the tests here run them on both engines.
//
// The cases are made anew by go test ./codegen -update.
package golden
