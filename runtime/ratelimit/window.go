package ratelimit

import "time"

// A counter is the state of one budget. Times are nanoseconds of the store's clock;
// they do not go back.
type counter interface {
	// quota returns what is left at a time, of a call that has not been charged.
	quota(p *Policy, now int64) Quota
	// add charges a call, for which there must be room.
	add(p *Policy, now int64)
	// lapse returns when the budget is full again if there are no more calls.
	lapse(p *Policy) int64
}

func newCounter(p *Policy) counter {
	switch {
	case p.Algorithm == TokenBucket:
		return &tokenBucket{}
	case p.MaxCalls <= Exact:
		return &callLog{}
	default:
		return &callSlots{width: slotWidth(p.Period)}
	}
}

// counterSize returns the most memory that a counter can take, in bytes.
func counterSize(p *Policy) int64 {
	switch {
	case p.Algorithm == TokenBucket:
		return 8
	case p.MaxCalls <= Exact:
		return 48 + 8*p.MaxCalls
	default:
		return 32 + 8*(Slots+1)
	}
}

// A callLog keeps the time of each call of the last period, in a ring. It is exact.
type callLog struct {
	times       []int64
	first, size int
}

// live returns how many calls count at a time. A call counts for one period,
// exclusive of its end.
func (l *callLog) live(p *Policy, now int64) int {
	for l.size > 0 && l.times[l.first]+int64(p.Period) <= now {
		l.first = (l.first + 1) % len(l.times)
		l.size--
	}
	return l.size
}

func (l *callLog) quota(p *Policy, now int64) Quota {
	n := l.live(p, now)
	q := Quota{Remaining: p.MaxCalls - int64(n), Refused: int64(n) >= p.MaxCalls}
	if n > 0 {
		q.Reset = time.Duration(l.times[l.first] + int64(p.Period) - now)
	}
	return q
}

func (l *callLog) add(p *Policy, now int64) {
	if l.size == len(l.times) {
		l.grow(int(p.MaxCalls))
	}
	l.times[(l.first+l.size)%len(l.times)] = now
	l.size++
}

// grow doubles the ring, up to the most calls that it has to hold.
func (l *callLog) grow(most int) {
	times := make([]int64, min(max(2*len(l.times), 2), most))
	n := copy(times, l.times[l.first:])
	copy(times[n:], l.times[:l.first])
	l.times, l.first = times, 0
}

func (l *callLog) lapse(p *Policy) int64 {
	if l.size == 0 {
		return 0
	}
	return l.newest() + int64(p.Period)
}

func (l *callLog) newest() int64 { return l.times[(l.first+l.size-1)%len(l.times)] }

// callSlots counts the calls of each 1/128 of a period. A call counts until the whole
// of its slot is older than a period, so that no window has more than MaxCalls; it
// counts less than 1/128 of a period too long.
type callSlots struct {
	width  int64
	newest int64 // index of the newest slot that was used, since the clock's zero
	total  int64
	counts [Slots + 1]int64 // by the index modulo their number
}

// slotWidth is a part of a period, rounded up: 128 of them are no less than it.
func slotWidth(period time.Duration) int64 { return (int64(period) + Slots - 1) / Slots }

// move drops the slots that do not count any more. The newest slot and the 128 before
// it do.
func (s *callSlots) move(now int64) {
	at := now / s.width
	if at-s.newest > Slots {
		s.counts, s.total, s.newest = [Slots + 1]int64{}, 0, at
		return
	}
	for s.newest < at {
		s.newest++
		slot := &s.counts[s.newest%(Slots+1)]
		s.total -= *slot
		*slot = 0
	}
}

func (s *callSlots) quota(p *Policy, now int64) Quota {
	s.move(now)
	q := Quota{Remaining: p.MaxCalls - s.total, Refused: s.total >= p.MaxCalls}
	if s.total > 0 {
		q.Reset = time.Duration((s.oldest()+Slots+1)*s.width - now)
	}
	return q
}

// oldest returns the index of the oldest slot that has calls.
func (s *callSlots) oldest() int64 {
	i := max(s.newest-Slots, 0)
	for s.counts[i%(Slots+1)] == 0 {
		i++
	}
	return i
}

func (s *callSlots) add(_ *Policy, now int64) {
	s.move(now)
	s.counts[s.newest%(Slots+1)]++
	s.total++
}

func (s *callSlots) lapse(*Policy) int64 { return (s.newest + Slots + 1) * s.width }

// A tokenBucket is the generic cell rate algorithm: the time at which the bucket is
// full again says all.
type tokenBucket struct{ full int64 }

// tokenTime is the time in which a token comes, rounded up.
func tokenTime(period time.Duration, calls int64) int64 {
	return (int64(period)-1)/calls + 1
}

func (b *tokenBucket) quota(p *Policy, now int64) Quota {
	each := tokenTime(p.Period, p.MaxCalls)
	missing := max(b.full-now, 0)
	taken := (missing + each - 1) / each
	q := Quota{Remaining: p.Burst - taken, Refused: taken >= p.Burst}
	if taken > 0 {
		q.Reset = time.Duration(missing - (taken-1)*each)
	}
	return q
}

func (b *tokenBucket) add(p *Policy, now int64) {
	b.full = max(b.full, now) + tokenTime(p.Period, p.MaxCalls)
}

func (b *tokenBucket) lapse(*Policy) int64 { return b.full }
