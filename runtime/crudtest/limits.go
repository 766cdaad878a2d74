package crudtest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
)

// Limits is a ratelimit.Store that a test tells what to say, and asks what it was asked.
// The zero Limits admits every call. It is safe for concurrent use.
//
//	limits := &crudtest.Limits{}
//	server := crudtest.ServeConfig(t, server.Config{Services: services, LimitStore: limits})
//	limits.Refuse("library.v1.LibraryService/CreateLoan", time.Minute)
type Limits struct {
	mu      sync.Mutex
	refused map[string]time.Duration // by policy
	err     error
	taken   [][]ratelimit.Charge
}

var _ ratelimit.Store = (*Limits)(nil)

// Take notes the charges of a call, and answers as it was told to.
func (l *Limits) Take(_ context.Context, charges []ratelimit.Charge, quotas []ratelimit.Quota) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken = append(l.taken, slices.Clone(charges))
	if l.err != nil {
		return l.err
	}
	for i, c := range charges {
		wait, refused := l.refused[c.Policy.Name]
		quotas[i] = ratelimit.Quota{Refused: refused, Remaining: c.Policy.Capacity(), Reset: wait}
		if refused {
			quotas[i].Remaining = 0
		}
	}
	return nil
}

// Refuse has the calls refused that are charged to a policy, with a time to wait. A
// policy has the name of its service or its method, library.v1.LibraryService/ListBooks,
// and of its group; Charges tell it.
func (l *Limits) Refuse(policy string, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused == nil {
		l.refused = map[string]time.Duration{}
	}
	l.refused[policy] = wait
}

// Admit has the calls of a policy admitted again.
func (l *Limits) Admit(policy string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.refused, policy)
}

// Fail has the store fail with an error, until it is told to fail with nil.
func (l *Limits) Fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

// Charges returns what each call was charged to, refused ones included, oldest first.
// Charges of the same BudgetID share a budget.
func (l *Limits) Charges() [][]ratelimit.Charge {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.taken)
}
