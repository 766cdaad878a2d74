package ratelimit

import (
	"context"
	"time"
)

// A Store keeps budgets.
//
// Implementations are safe for concurrent use by many calls.
type Store interface {
	// Take charges a call to all of the budgets, once each, or to none of them if one
	// has no room. It sets quotas[i] to what is left of charges[i]; the call is
	// admitted if none of them is Refused.
	//
	// The slices have the same length, at least 1, and are the caller's again when
	// Take returns. No two charges have the same budget. A budget that the store does
	// not know is full.
	//
	// An error means that it is not known whether the call was charged. Take returns
	// when ctx ends, with an error.
	Take(ctx context.Context, charges []Charge, quotas []Quota) error
}

// A Charge is a call to one budget.
type Charge struct {
	Budget BudgetID
	// Policy says how the calls of the budget are counted. Budgets of different
	// policies have different ids.
	Policy *Policy
}

// A Policy says how the calls of its budgets are counted.
type Policy struct {
	// Service is the full name of the service, and Name that of the policy, which
	// begins with it: library.v1.LibraryService/ListBooks.
	Service, Name string
	// MaxCalls, Period and Algorithm are the limit's. Burst is 0 but for TokenBucket,
	// where it is at least 1.
	MaxCalls  int64
	Period    time.Duration
	Algorithm Algorithm
	Burst     int64
}

// Capacity returns the calls that a full budget admits at once.
func (p *Policy) Capacity() int64 {
	if p.Algorithm == TokenBucket {
		return p.Burst
	}
	return p.MaxCalls
}

// Exact is the largest MaxCalls for which stores keep the time of each call.
const Exact = 128

// Slots is the number of parts of a period in which stores count the calls of larger
// limits.
const Slots = 128

// A Quota is what is left of a budget.
type Quota struct {
	// Refused says that the budget has no room for the call.
	Refused bool
	// Remaining are the calls that the budget admits now, after this one.
	Remaining int64
	// Reset is the time until it admits more; 0 if it is full. Of a budget that is
	// Refused it is the time to wait.
	Reset time.Duration
}
