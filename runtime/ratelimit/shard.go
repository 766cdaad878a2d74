package ratelimit

import "sync"

// A shard holds some of the budgets of a Memory.
type shard struct {
	mu      sync.Mutex
	entries map[BudgetID]*entry
	// order has the entries too, so that a hand can go round them.
	order []*entry
	hand  int
	bytes int64
	_     [64]byte // keeps the locks of two shards out of one cache line
}

// An entry is a budget that is not full, or was not a moment ago.
type entry struct {
	counter
	id     BudgetID
	at     int // in order
	size   int64
	lapses int64
}

const (
	// entrySize is about what an entry takes beside its counter: itself, its places in
	// the map and in the order.
	entrySize = 128
	// Each budget that is made looks at sweepSome others, so that what has lapsed goes
	// away in time, and at sweepMany where there is no room.
	sweepSome = 4
	sweepMany = 12
)

// room reports whether there is room for a budget more. It makes some of what has
// lapsed.
func (s *shard) room(p *Policy, now, most int64) bool {
	size := entrySize + counterSize(p)
	s.sweep(sweepSome, now)
	if s.bytes+size > most {
		s.sweep(sweepMany, now)
	}
	return s.bytes+size <= most
}

// sweep looks at the next n entries and removes those that have lapsed.
func (s *shard) sweep(n int, now int64) {
	for range min(n, len(s.order)) {
		if s.hand >= len(s.order) {
			s.hand = 0
		}
		if e := s.order[s.hand]; e.lapses <= now {
			s.remove(e)
		} else {
			s.hand++
		}
	}
}

// add makes a budget. Those that are shared are made whether there is room or not; the
// policies, and so they, are few.
func (s *shard) add(id BudgetID, p *Policy, now int64) *entry {
	e := &entry{counter: newCounter(p), id: id, at: len(s.order), size: entrySize + counterSize(p), lapses: now}
	s.entries[id] = e
	s.order = append(s.order, e)
	s.bytes += e.size
	return e
}

func (s *shard) remove(e *entry) {
	last := s.order[len(s.order)-1]
	s.order[e.at], last.at = last, e.at
	s.order[len(s.order)-1] = nil
	s.order = s.order[:len(s.order)-1]
	delete(s.entries, e.id)
	s.bytes -= e.size
}
