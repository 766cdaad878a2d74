package main

import (
	"fmt"
	"time"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate"
	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/history"
)

// earlier reads the migrations that the plan starts from; nil if it is the database.
func (o migrateOptions) earlier() (*history.History, error) {
	if o.from == "" {
		return nil, nil
	}
	h, err := history.Read(o.from, o.format)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return h, nil
}

// after returns the time of the first version that is free: behind what was written and
// behind what was read.
func (o migrateOptions) after() (time.Time, error) {
	at, err := migrate.After(o.out, time.Now())
	if err == nil && o.from != "" {
		at, err = migrate.After(o.from, at)
	}
	return at, err
}

// ordered is an error if a new file would not run behind the earlier ones.
func (o migrateOptions) ordered(earlier *history.History, files []migrate.File) error {
	if earlier == nil || len(files) == 0 {
		return nil
	}
	if behind := earlier.Behind(files[0].Name); behind != "" {
		return fmt.Errorf("migrate: %s would run before %s: number the migrations by times, as in its name", files[0].Name, behind)
	}
	return nil
}
