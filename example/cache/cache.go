// Package cache keeps loans that were read in memory: a store above a store.
package cache

import (
	"context"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// Loans is a LoanStore that remembers what Get returned until the loan is written.
// Everything else is the store's below. The repository's scope is part of the keys,
// so that no branch is given another's loan.
//
// It knows of the writes that go through it and of no others: those of another
// process, of a transaction and of custom queries. It never forgets a loan that is
// only read; bound it before you give it more loans than fit in memory. It is safe
// for concurrent use.
type Loans struct {
	libraryv1.LoanStore
	scopeKey func(context.Context) (string, error)

	mu      sync.Mutex
	loans   map[place]*libraryv1.Loan
	writing int // writes that run now
	written int // writes that have ended
}

// A place is where a loan is remembered.
type place struct{ scope, id string }

var _ libraryv1.LoanStore = (*Loans)(nil)

// NewLoans returns a cache above a repository.
func NewLoans(below libraryv1.LoanRepository) *Loans {
	return &Loans{LoanStore: below, scopeKey: below.ScopeKey, loans: map[place]*libraryv1.Loan{}}
}

// Get returns the loan with the id. What is asked with options, which can be for a part
// of it, is neither remembered nor answered from memory. Errors: NOT_FOUND, and those
// of the scope.
func (c *Loans) Get(ctx context.Context, id string, opts ...crud.GetOption) (*libraryv1.Loan, error) {
	if len(opts) > 0 {
		return c.LoanStore.Get(ctx, id, opts...)
	}
	scope, err := c.scopeKey(ctx)
	if err != nil {
		return nil, err
	}
	at := place{scope, id}
	c.mu.Lock()
	known, written := c.loans[at], c.written
	quiet := c.writing == 0
	c.mu.Unlock()
	if known != nil {
		return proto.CloneOf(known), nil
	}
	loan, err := c.LoanStore.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// What a write overtook may be old already.
	if quiet && c.writing == 0 && c.written == written {
		c.loans[at] = proto.CloneOf(loan)
	}
	return loan, nil
}

// Update writes the loan below and forgets it.
func (c *Loans) Update(ctx context.Context, loan *libraryv1.Loan, mask *fieldmaskpb.FieldMask, opts ...crud.WriteOption) (*libraryv1.Loan, error) {
	done, err := c.begin(ctx, loan.GetId())
	if err != nil {
		return nil, err
	}
	defer done()
	return c.LoanStore.Update(ctx, loan, mask, opts...)
}

// Delete removes the loan below and forgets it.
func (c *Loans) Delete(ctx context.Context, id string, opts ...crud.WriteOption) (*libraryv1.Loan, error) {
	done, err := c.begin(ctx, id)
	if err != nil {
		return nil, err
	}
	defer done()
	return c.LoanStore.Delete(ctx, id, opts...)
}

// BatchUpdate writes the loans below and forgets them.
func (c *Loans) BatchUpdate(ctx context.Context, changes []crud.Change[*libraryv1.Loan], opts ...crud.WriteOption) ([]*libraryv1.Loan, error) {
	ids := make([]string, len(changes))
	for i, change := range changes {
		ids[i] = change.Message.GetId()
	}
	done, err := c.begin(ctx, ids...)
	if err != nil {
		return nil, err
	}
	defer done()
	return c.LoanStore.BatchUpdate(ctx, changes, opts...)
}

// BatchDelete removes the loans below and forgets them.
func (c *Loans) BatchDelete(ctx context.Context, ids []string, opts ...crud.WriteOption) ([]*libraryv1.Loan, error) {
	done, err := c.begin(ctx, ids...)
	if err != nil {
		return nil, err
	}
	defer done()
	return c.LoanStore.BatchDelete(ctx, ids, opts...)
}

// begin notes that loans are being written. Call done when they are.
func (c *Loans) begin(ctx context.Context, ids ...string) (done func(), err error) {
	scope, err := c.scopeKey(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.writing--
		c.written++
		for _, id := range ids {
			delete(c.loans, place{scope, id})
		}
	}, nil
}
