// Package crud is the runtime of the code that protoc-gen-go-crud generates.
package crud
