package crudtest

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
)

// nameOf is a key as ResourceInfo has it.
func nameOf[K any](key K) string { return fmt.Sprint(key) }

func segmentsOf(name string) int { return strings.Count(name, "/") + 1 }

func firstSegments(name string, n int) string {
	return strings.Join(strings.Split(name, "/")[:n], "/")
}

// withID returns a resource name with another last segment.
func withID(name, id string) string { return name[:strings.LastIndexByte(name, '/')+1] + id }

func quoted(texts []string) string { return fmt.Sprintf("%q", texts) }

// compareKeys compares two keys as List orders them: column by column, numbers by
// value and texts by their bytes.
func compareKeys[K any](a, b K) int { return compareValues(reflect.ValueOf(a), reflect.ValueOf(b)) }

func compareValues(a, b reflect.Value) int {
	switch {
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.Kind() == reflect.Struct:
		for i := range a.NumField() {
			if c := compareValues(a.Field(i), b.Field(i)); c != 0 {
				return c
			}
		}
		return 0
	}
	return strings.Compare(a.String(), b.String())
}
