package crud

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
)

// A DateMessage is google.type.Date. The runtime knows it by its methods, and so does not
// bring its Go package into programs that have no dates.
type DateMessage interface {
	proto.Message
	comparable
	GetYear() int32
	GetMonth() int32
	GetDay() int32
}

const (
	secondsPerDay = 86_400
	// pgEpochDays is 2000-01-01, where PostgreSQL counts from, in days since 1970.
	pgEpochDays = pgEpoch / secondsPerDay
)

// newDateKind keeps whole dates, of the years 1 to 9999. In SQLite they are days since
// 1970.
func newDateKind[D interface {
	*T
	DateMessage
}, T any]() *kind[D] {
	k := &kind[D]{
		id: KindDate,
		bind: func(v D, d Dialect) any {
			if d == SQLite {
				return daysOf(v)
			}
			return dateText(v)
		},
		reads: func(oid uint32, format int16) bool {
			return oid == pgtype.DateOID && format == pgtype.BinaryFormatCode
		},
		decode: decodeDate[D, T],
		scan:   scanDate[D, T],
		equal: func(a, b D) bool {
			return a.GetYear() == b.GetYear() && a.GetMonth() == b.GetMonth() && a.GetDay() == b.GetDay()
		},
		zero:  func(v D) bool { return v == nil },
		clone: cloneNumbers[D, T],
		check: func(v D, _ *ColumnInfo, _ Dialect) string {
			if !wholeDate(v) {
				return "must be a whole date in the years 1 to 9999"
			}
			return ""
		},
		key: func(v any) (D, bool) {
			if days, ok := v.(int64); ok {
				d, err := dateOfDays[D, T](days)
				return d, err == nil
			}
			d, ok := v.(D)
			return d, ok && d != nil && wholeDate(d)
		},
		cursor: func(v D) any { return daysOf(v) },
	}
	k.list = newListKind(k, func(vs []D) any { return texttype.ArrayText(eachOf(vs, dateText[D])) }, daysOf[D], dateOfDays[D, T])
	return k
}

func wholeDate[D DateMessage](v D) bool {
	t := timeOfDate(v)
	return v.GetYear() >= 1 && v.GetYear() <= 9999 && t.Month() == time.Month(v.GetMonth()) && t.Day() == int(v.GetDay())
}

func timeOfDate[D DateMessage](v D) time.Time {
	return time.Date(int(v.GetYear()), time.Month(v.GetMonth()), int(v.GetDay()), 0, 0, 0, 0, time.UTC)
}

func daysOf[D DateMessage](v D) int64 {
	seconds := timeOfDate(v).Unix()
	if seconds < 0 {
		seconds -= secondsPerDay - 1 // rounds down
	}
	return seconds / secondsPerDay
}

func dateText[D DateMessage](v D) string {
	return fmt.Sprintf("%04d-%02d-%02d", v.GetYear(), v.GetMonth(), v.GetDay())
}

// decodeDate reads days since 2000. The greatest and least numbers are the infinities.
func decodeDate[D interface {
	*T
	DateMessage
}, T any](_ uint32, src []byte, _ *memory) (D, error) {
	if len(src) != 4 {
		return nil, errWidth("date", src)
	}
	days := int32(binary.BigEndian.Uint32(src))
	if days == math.MaxInt32 || days == math.MinInt32 {
		return nil, errRange("date")
	}
	return dateOfDays[D, T](int64(days) + pgEpochDays)
}

func scanDate[D interface {
	*T
	DateMessage
}, T any](v any, d Dialect) (D, error) {
	switch v := v.(type) {
	case time.Time:
		return newDate[D, T](v)
	case int64:
		if d == SQLite {
			return dateOfDays[D, T](v)
		}
	case pgtype.InfinityModifier:
		return nil, errRange("date")
	}
	return nil, errScan(v, "date")
}

func dateOfDays[D interface {
	*T
	DateMessage
}, T any](days int64) (D, error) {
	if days > maxSecond/secondsPerDay || days < minSecond/secondsPerDay {
		return nil, errRange("date")
	}
	return newDate[D, T](time.Unix(days*secondsPerDay, 0).UTC())
}

func newDate[D interface {
	*T
	DateMessage
}, T any](t time.Time) (D, error) {
	if t.Year() < 1 || t.Year() > 9999 {
		return nil, errRange("date")
	}
	d := D(new(T))
	setNumbers(d, int32(t.Year()), int32(t.Month()), int32(t.Day()))
	return d, nil
}

// setNumbers sets the fields 1, 2 and so on of a message, which are int32.
func setNumbers(m proto.Message, values ...int32) {
	r := m.ProtoReflect()
	for i, v := range values {
		r.Set(r.Descriptor().Fields().ByNumber(protoreflect.FieldNumber(i+1)), protoreflect.ValueOfInt32(v))
	}
}

// cloneNumbers copies a message of numbers.
func cloneNumbers[D interface {
	*T
	proto.Message
	comparable
}, T any](v D) D {
	if v == nil {
		return nil
	}
	out := D(new(T))
	v.ProtoReflect().Range(func(fd protoreflect.FieldDescriptor, n protoreflect.Value) bool {
		out.ProtoReflect().Set(fd, n)
		return true
	})
	return out
}
