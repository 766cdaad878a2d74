// Package bench holds the generated code against code written by hand: what both
// allocate, what they send to the database, and how long they take. The limiter is held
// against what a limit says, over ten seconds of load.
//
//	go test ./...                                counts, which must not grow
//	go test -run TestAllocations -v .            the table of allocations
//	go test -run TestStatements -v .             the table of statements
//	go test -run '^$' -bench . -benchmem .       times
//
// Counts are exact and checked by every run of the tests. Times are only worth
// comparing within one run, as ratios; no test checks them.
package bench
