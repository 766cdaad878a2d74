package crud

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	microsPerSecond = 1_000_000
	nanosPerMicro   = 1_000

	// pgEpoch is 2000-01-01, where PostgreSQL counts from, in seconds since 1970.
	pgEpoch = 946_684_800

	// The first and last second of a Timestamp: 0001-01-01 and 9999-12-31.
	minSecond = -62_135_596_800
	maxSecond = 253_402_300_799
)

// timestampKind keeps microseconds, which both engines can, and drops what is finer.
// It never rounds: the last instant of a day stays in that day.
var timestampKind = newTimestampKind()

func newTimestampKind() *kind[*timestamppb.Timestamp] {
	k := &kind[*timestamppb.Timestamp]{
		id:     KindTimestamp,
		bind:   bindTimestamp,
		reads:  readsTimestamp,
		decode: decodeTimestamp,
		scan:   scanTimestamp,
		equal:  sameMicrosecond,
		zero:   func(v *timestamppb.Timestamp) bool { return v == nil },
		clone:  cloneTimestamp,
		check:  checkTimestamp,
		key:    keyTimestamp,
		cursor: func(v *timestamppb.Timestamp) any { return unixMicros(v) },
	}
	k.list = newListKind(k, bindTimestamps, unixMicros, timestampOfMicros)
	return k
}

// keyTimestamp takes a page token's microseconds too.
func keyTimestamp(v any) (*timestamppb.Timestamp, bool) {
	if micros, ok := v.(int64); ok {
		ts, err := timestampOfMicros(micros)
		return ts, err == nil
	}
	ts, ok := v.(*timestamppb.Timestamp)
	return ts, ok && ts.IsValid()
}

func bindTimestamp(v *timestamppb.Timestamp, d Dialect) any {
	if d == SQLite {
		return unixMicros(v)
	}
	return truncatedTime(v)
}

func bindTimestamps(vs []*timestamppb.Timestamp) any {
	out := make([]time.Time, len(vs))
	for i, v := range vs {
		out[i] = truncatedTime(v)
	}
	return out
}

func truncatedTime(v *timestamppb.Timestamp) time.Time {
	nanos := v.GetNanos() / nanosPerMicro * nanosPerMicro
	return time.Unix(v.GetSeconds(), int64(nanos)).UTC()
}

func unixMicros(v *timestamppb.Timestamp) int64 {
	return v.GetSeconds()*microsPerSecond + int64(v.GetNanos()/nanosPerMicro)
}

func readsTimestamp(oid uint32, format int16) bool {
	return (oid == pgtype.TimestamptzOID || oid == pgtype.TimestampOID) && format == pgtype.BinaryFormatCode
}

// decodeTimestamp reads microseconds since 2000. The greatest and least numbers are
// the infinities, which lie outside the range too.
func decodeTimestamp(_ uint32, src []byte, mem *memory) (*timestamppb.Timestamp, error) {
	if len(src) != 8 {
		return nil, errWidth("timestamp", src)
	}
	micros := int64(binary.BigEndian.Uint64(src))
	if micros == math.MaxInt64 || micros == math.MinInt64 {
		return nil, errRange("timestamp")
	}
	seconds, rest := splitMicros(micros)
	return newTimestamp(mem, seconds+pgEpoch, rest)
}

func scanTimestamp(v any, d Dialect) (*timestamppb.Timestamp, error) {
	switch v := v.(type) {
	case time.Time:
		return newTimestamp(nil, v.Unix(), int64(v.Nanosecond()/nanosPerMicro))
	case int64:
		if d == SQLite {
			return timestampOfMicros(v)
		}
	case pgtype.InfinityModifier:
		return nil, errRange("timestamp")
	}
	return nil, errScan(v, "timestamp")
}

func timestampOfMicros(micros int64) (*timestamppb.Timestamp, error) {
	seconds, rest := splitMicros(micros)
	return newTimestamp(nil, seconds, rest)
}

// splitMicros rounds down, so that the rest is never negative.
func splitMicros(micros int64) (seconds, rest int64) {
	seconds, rest = micros/microsPerSecond, micros%microsPerSecond
	if rest < 0 {
		return seconds - 1, rest + microsPerSecond
	}
	return seconds, rest
}

func newTimestamp(mem *memory, seconds, micros int64) (*timestamppb.Timestamp, error) {
	if seconds < minSecond || seconds > maxSecond {
		return nil, errRange("timestamp")
	}
	t := mem.timestamp()
	t.Seconds, t.Nanos = seconds, int32(micros*nanosPerMicro)
	return t, nil
}

// sameMicrosecond compares what would be stored.
func sameMicrosecond(a, b *timestamppb.Timestamp) bool {
	return a.GetSeconds() == b.GetSeconds() && a.GetNanos()/nanosPerMicro == b.GetNanos()/nanosPerMicro
}

func cloneTimestamp(v *timestamppb.Timestamp) *timestamppb.Timestamp {
	if v == nil {
		return nil
	}
	return &timestamppb.Timestamp{Seconds: v.GetSeconds(), Nanos: v.GetNanos()}
}

func checkTimestamp(v *timestamppb.Timestamp, _ *ColumnInfo, _ Dialect) string {
	if !v.IsValid() {
		return "must be a valid timestamp in the years 1 to 9999"
	}
	return ""
}
