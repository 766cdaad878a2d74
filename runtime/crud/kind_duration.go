package crud

import "google.golang.org/protobuf/types/known/durationpb"

// maxDurationSeconds is the range of a Duration, about 10,000 years either way.
const maxDurationSeconds = 315_576_000_000

// durationKind keeps microseconds and drops what is finer, toward zero. It does not
// go through time.Duration, which ends at 292 years.
var durationKind = newDurationKind()

func newDurationKind() *kind[*durationpb.Duration] {
	k := &kind[*durationpb.Duration]{
		id:    KindDuration,
		bind:  func(v *durationpb.Duration, _ Dialect) any { return durationMicros(v) },
		reads: readsInteger,
		decode: func(oid uint32, src []byte, _ *memory) (*durationpb.Duration, error) {
			micros, err := decodeInteger(oid, src)
			if err != nil {
				return nil, err
			}
			return durationOfMicros(micros)
		},
		scan: func(v any, _ Dialect) (*durationpb.Duration, error) {
			micros, ok := integerOf(v)
			if !ok {
				return nil, errScan(v, "duration")
			}
			return durationOfMicros(micros)
		},
		equal:  func(a, b *durationpb.Duration) bool { return durationMicros(a) == durationMicros(b) },
		zero:   func(v *durationpb.Duration) bool { return v == nil },
		clone:  cloneDuration,
		check:  checkDuration,
		key:    keyDuration,
		cursor: func(v *durationpb.Duration) any { return durationMicros(v) },
	}
	k.list = newListKind(k, bindDurations, durationMicros, durationOfMicros)
	return k
}

// keyDuration takes a page token's microseconds too.
func keyDuration(v any) (*durationpb.Duration, bool) {
	if micros, ok := v.(int64); ok {
		d, err := durationOfMicros(micros)
		return d, err == nil
	}
	d, ok := v.(*durationpb.Duration)
	return d, ok && d.IsValid()
}

func bindDurations(vs []*durationpb.Duration) any {
	out := make([]int64, len(vs))
	for i, v := range vs {
		out[i] = durationMicros(v)
	}
	return out
}

// durationMicros truncates toward zero: seconds and nanos have the same sign.
func durationMicros(v *durationpb.Duration) int64 {
	return v.GetSeconds()*microsPerSecond + int64(v.GetNanos()/nanosPerMicro)
}

func durationOfMicros(micros int64) (*durationpb.Duration, error) {
	seconds, rest := micros/microsPerSecond, micros%microsPerSecond
	v := &durationpb.Duration{Seconds: seconds, Nanos: int32(rest * nanosPerMicro)}
	if seconds > maxDurationSeconds || seconds < -maxDurationSeconds {
		return nil, errRange("duration")
	}
	return v, nil
}

func cloneDuration(v *durationpb.Duration) *durationpb.Duration {
	if v == nil {
		return nil
	}
	return &durationpb.Duration{Seconds: v.GetSeconds(), Nanos: v.GetNanos()}
}

func checkDuration(v *durationpb.Duration, _ *ColumnInfo, _ Dialect) string {
	if !v.IsValid() {
		return "must be a valid duration of at most 10,000 years"
	}
	return ""
}
