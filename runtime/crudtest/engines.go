package crudtest

import (
	"testing"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// EachEngine runs f as two subtests of t, "postgres" and "sqlite", each with an
// empty database of its own as [Postgres] and [SQLite] give it. The subtests run in
// parallel: they start when the function that calls EachEngine has returned, and
// what it defers has run; use t.Cleanup for what they need.
func EachEngine(t *testing.T, f func(t *testing.T, db crud.DB)) {
	t.Helper()
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f(t, Postgres(t))
	})
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, SQLite(t))
	})
}
