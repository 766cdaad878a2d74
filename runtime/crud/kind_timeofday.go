package crud

import (
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
)

// A TimeOfDayMessage is google.type.TimeOfDay, which the runtime knows by its methods.
type TimeOfDayMessage interface {
	proto.Message
	comparable
	GetHours() int32
	GetMinutes() int32
	GetSeconds() int32
	GetNanos() int32
}

const microsPerDay = secondsPerDay * microsPerSecond

// newTimeOfDayKind keeps microseconds, and drops what is finer, as that of Timestamp
// does. In SQLite it is the microseconds since midnight. 24:00:00 is the end of a day.
func newTimeOfDayKind[D interface {
	*T
	TimeOfDayMessage
}, T any]() *kind[D] {
	k := &kind[D]{
		id: KindTimeOfDay,
		bind: func(v D, d Dialect) any {
			if d == SQLite {
				return dayMicros(v)
			}
			return timeText(v)
		},
		reads: func(oid uint32, format int16) bool {
			return oid == pgtype.TimeOID && format == pgtype.BinaryFormatCode
		},
		decode: func(_ uint32, src []byte, _ *memory) (D, error) {
			if len(src) != 8 {
				return nil, errWidth("time", src)
			}
			return timeOfMicros[D, T](int64(binary.BigEndian.Uint64(src)))
		},
		scan:  scanTimeOfDay[D, T],
		equal: func(a, b D) bool { return dayMicros(a) == dayMicros(b) },
		zero:  func(v D) bool { return v == nil },
		clone: cloneNumbers[D, T],
		check: func(v D, _ *ColumnInfo, _ Dialect) string {
			if !wholeTime(v) {
				return "must be a time of day from 00:00:00 to 24:00:00, with seconds up to 59"
			}
			return ""
		},
		key: func(v any) (D, bool) {
			if micros, ok := v.(int64); ok {
				d, err := timeOfMicros[D, T](micros)
				return d, err == nil
			}
			d, ok := v.(D)
			return d, ok && d != nil && wholeTime(d)
		},
		cursor: func(v D) any { return dayMicros(v) },
	}
	k.list = newListKind(k, func(vs []D) any { return texttype.ArrayText(eachOf(vs, timeText[D])) }, dayMicros[D], timeOfMicros[D, T])
	return k
}

func wholeTime[D TimeOfDayMessage](v D) bool {
	within := func(n, most int32) bool { return n >= 0 && n <= most }
	return within(v.GetHours(), 24) && within(v.GetMinutes(), 59) && within(v.GetSeconds(), 59) && within(v.GetNanos(), 999_999_999) &&
		(v.GetHours() < 24 || v.GetMinutes() == 0 && v.GetSeconds() == 0 && v.GetNanos() == 0)
}

func dayMicros[D TimeOfDayMessage](v D) int64 {
	return (int64(v.GetHours())*3600+int64(v.GetMinutes())*60+int64(v.GetSeconds()))*microsPerSecond + int64(v.GetNanos()/nanosPerMicro)
}

func timeText[D TimeOfDayMessage](v D) string {
	return fmt.Sprintf("%02d:%02d:%02d.%06d", v.GetHours(), v.GetMinutes(), v.GetSeconds(), v.GetNanos()/nanosPerMicro)
}

func scanTimeOfDay[D interface {
	*T
	TimeOfDayMessage
}, T any](v any, d Dialect) (D, error) {
	switch v := v.(type) {
	case pgtype.Time:
		return timeOfMicros[D, T](v.Microseconds)
	case int64:
		if d == SQLite {
			return timeOfMicros[D, T](v)
		}
	}
	return nil, errScan(v, "time")
}

func timeOfMicros[D interface {
	*T
	TimeOfDayMessage
}, T any](micros int64) (D, error) {
	if micros < 0 || micros > microsPerDay {
		return nil, errRange("time")
	}
	d := D(new(T))
	seconds := micros / microsPerSecond
	setNumbers(d, int32(seconds/3600), int32(seconds/60%60), int32(seconds%60), int32(micros%microsPerSecond*nanosPerMicro))
	return d, nil
}
