package ratelimit

import (
	"context"
	"math/bits"
	"sync/atomic"
	"time"
)

// A MemoryOption configures a Memory.
type MemoryOption func(*Memory)

// WithMaxBytes bounds the memory of the budgets, about. Default: 128 MiB, which is a
// million budgets of limits of a few calls and a hundred thousand of limits of a
// hundred.
func WithMaxBytes(n int64) MemoryOption {
	return func(m *Memory) { m.perShard = max(n/shardCount, 1) }
}

// WithClock replaces the clock, in tests for example. It is called from several
// goroutines at once. A clock that goes back stands still meanwhile.
func WithClock(now func() time.Time) MemoryOption {
	return func(m *Memory) {
		zero := now()
		var latest atomic.Int64
		m.now = func() int64 {
			for {
				at, last := int64(now().Sub(zero)), latest.Load()
				if at <= last || latest.CompareAndSwap(last, at) {
					return max(at, last)
				}
			}
		}
	}
}

const (
	defaultMaxBytes = 128 << 20
	// shardCount is 64, so that a set of shards is a uint64.
	shardCount = 64
)

// Memory is a Store in the process. Its memory is bounded: when it is full, only
// budgets that have lapsed, and are full again, make room; callers that find none
// share one budget per policy until there is some. So nobody gets a new budget by
// making others.
type Memory struct {
	shards   [shardCount]shard
	perShard int64 // bytes
	now      func() int64
}

// NewMemory returns an empty store.
func NewMemory(opts ...MemoryOption) *Memory {
	start := time.Now()
	m := &Memory{
		perShard: defaultMaxBytes / shardCount,
		now:      func() int64 { return int64(time.Since(start)) },
	}
	for i := range m.shards {
		m.shards[i].entries = map[BudgetID]*entry{}
	}
	for _, opt := range opts {
		opt(m)
	}
	return m
}

// usual is the number of charges up to which a call needs no memory of its own.
const usual = 8

// Take charges a call. It never fails.
func (m *Memory) Take(_ context.Context, charges []Charge, quotas []Quota) error {
	var idArray [usual]BudgetID
	var entryArray [usual]*entry
	ids := idArray[:0]
	for _, c := range charges {
		ids = append(ids, c.Budget)
	}
	entries, locked, now := m.find(charges, ids, entryArray[:0])
	defer m.unlock(locked)

	admitted := true
	for i, e := range entries {
		p := charges[i].Policy
		quotas[i] = Quota{Remaining: p.Capacity()}
		if e != nil {
			quotas[i] = e.quota(p, now)
		}
		admitted = admitted && !quotas[i].Refused
	}
	if !admitted {
		return nil
	}
	for i, e := range entries {
		p := charges[i].Policy
		if e == nil {
			e = m.shardOf(ids[i]).add(ids[i], p, now)
		}
		e.add(p, now)
		e.lapses = e.lapse(p)
		quotas[i] = e.quota(p, now)
		quotas[i].Refused = false // by this call's own charge
	}
	return nil
}

// find returns the budgets, nil for those that are to be made, with their shards
// locked, and the time. ids become those of the shared budgets where there is no room
// for one more.
func (m *Memory) find(charges []Charge, ids []BudgetID, entries []*entry) (_ []*entry, locked uint64, now int64) {
	for {
		locked = m.lock(ids)
		now = m.now() // under the lock, so that a budget's times are in order
		full := false
		for i, id := range ids {
			s := m.shardOf(id)
			if s.entries[id] == nil && id == charges[i].Budget && !s.room(charges[i].Policy, now, m.perShard) {
				ids[i], full = sharedBudget(charges[i].Policy), true
			}
		}
		if !full {
			for _, id := range ids {
				entries = append(entries, m.shardOf(id).entries[id])
			}
			return entries, locked, now
		}
		m.unlock(locked)
	}
}

// sharedBudget is that of the callers for which there is no room.
func sharedBudget(p *Policy) BudgetID {
	return policyPrefix(p).text("shared").id()
}

func (m *Memory) shardOf(id BudgetID) *shard { return &m.shards[id[0]%shardCount] }

// lock locks the shards of the budgets, in their order, so that no two calls wait for
// each other.
func (m *Memory) lock(ids []BudgetID) (locked uint64) {
	for _, id := range ids {
		locked |= 1 << (id[0] % shardCount)
	}
	for rest := locked; rest != 0; rest &= rest - 1 {
		m.shards[bits.TrailingZeros64(rest)].mu.Lock()
	}
	return locked
}

func (m *Memory) unlock(locked uint64) {
	for rest := locked; rest != 0; rest &= rest - 1 {
		m.shards[bits.TrailingZeros64(rest)].mu.Unlock()
	}
}
