package filter_test

import (
	"math"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/genproto/googleapis/type/timeofday"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// recordKinds are all kinds, with the values that the engine can hold.
func recordKinds(d crud.Dialect) []recordKind {
	kinds := append(numberKinds(), textKinds()...)
	kinds = append(kinds, timeKinds()...)
	return append(kinds, floatKinds(d)...)
}

func numberKinds() []recordKind {
	return []recordKind{
		newRecordKind(filter.Bool, "bool", crud.Bool[*record], crud.OptionalBool[*record], crud.Bools[*record],
			[]bool{true, false}, "true", "false"),
		newRecordKind(filter.Int32, "int32", crud.Int32[*record], crud.OptionalInt32[*record], crud.Int32s[*record],
			[]int32{math.MinInt32, -1, 0, 1, 10, math.MaxInt32},
			"-1", "0", "1", "1e1", "2147483647", "-2147483648", "3000000000", "-3000000000"),
		newRecordKind(filter.Int64, "int64", crud.Int64[*record], crud.OptionalInt64[*record], crud.Int64s[*record],
			[]int64{math.MinInt64, -1, 0, 1 << 53, 1<<53 + 1, math.MaxInt64},
			"-1", "0", "9007199254740993", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-1e30"),
		newRecordKind(filter.Uint32, "uint32", crud.Uint32[*record], crud.OptionalUint32[*record], crud.Uint32s[*record],
			[]uint32{0, 1, 1 << 31, math.MaxUint32}, "0", "1", "2147483648", "4294967295", "4294967296", "-1"),
		newRecordKind(filter.Uint64, "uint64", crud.Uint64[*record], crud.OptionalUint64[*record], crud.Uint64s[*record],
			[]uint64{0, 1, math.MaxInt64, 1 << 63, 1e19, math.MaxUint64},
			"0", "1", "9223372036854775807", "9223372036854775808", "1e19", "18446744073709551615", "18446744073709551616", "-1"),
		newRecordKind(filter.Enum, "enum", crud.Enum[*record, genre], crud.OptionalEnum[*record, genre], crud.Enums[*record, genre],
			[]genre{0, 1, 2, 42}, "GENRE_UNSPECIFIED", "FICTION", "POETRY"),
	}
}

func textKinds() []recordKind {
	return []recordKind{
		newRecordKind(filter.String, "string", crud.String[*record], crud.OptionalString[*record], crud.Strings[*record],
			[]string{"", "a", "A", "ab", "aab", "a*b", "50%", "50x", "a_b", `a\b`, "[a]", "a?b", "é", "\u00c9", "😀", "null", "it's", "a\nb", `"`},
			`""`, "a", `"A"`, `"a*"`, "*b", `"*a*"`, `"a\*b"`, `"50%*"`, "50%", "a_*", "a_b", `'*\\*'`, `"[a*"`, `"*?*"`, `"*"`,
			`"**"`, `"a*b*b"`, "é*", "É", `"😀"`, `"null"`, `"it's"`, `'\"'`, `"]*"`, `"a`+"\n"+`*"`),
		newRecordKind(filter.UUID, "uuid", crud.UUID[*record], crud.OptionalUUID[*record], crud.UUIDs[*record],
			[]string{"00000000-0000-0000-0000-000000000000", "0a000000-0000-4000-8000-000000000001", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
			"00000000-0000-0000-0000-000000000000", `"0a000000-0000-4000-8000-000000000001"`, "ffffffff-ffff-ffff-ffff-ffffffffffff"),
		newRecordKind(filter.Bytes, "bytes", crud.Bytes[*record], crud.OptionalBytes[*record], crud.BytesList[*record],
			[][]byte{{}, {0}, {0xff, 0xfe}, []byte("a")}, `""`, `"AA=="`, "__4", "YQ"),
	}
}

func timeKinds() []recordKind {
	at := func(seconds int64, nanos int32) *timestamppb.Timestamp {
		return &timestamppb.Timestamp{Seconds: seconds, Nanos: nanos}
	}
	long := func(seconds int64, nanos int32) *durationpb.Duration {
		return &durationpb.Duration{Seconds: seconds, Nanos: nanos}
	}
	day := func(year, month, day int32) *date.Date { return &date.Date{Year: year, Month: month, Day: day} }
	return []recordKind{
		newRecordKind(filter.Timestamp, "timestamp", crud.Timestamp[*record], nil, crud.Timestamps[*record],
			[]*timestamppb.Timestamp{at(-62135596800, 0), at(-1, 999999000), at(0, 0), at(0, 1000), at(1334997000, 0), at(253402300799, 999999000)},
			"1970-01-01T00:00:00Z", `"1970-01-01T00:00:00.000001Z"`, "1970-01-01T00:00:00.0000005Z", "1969-12-31T23:59:59.9999995Z",
			"2012-04-21T11:30:00+03:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"),
		newRecordKind(filter.Duration, "duration", crud.Duration[*record], nil, crud.Durations[*record],
			[]*durationpb.Duration{long(-315576000000, 0), long(-1, -200000000), long(0, 0), long(0, 1000), long(0, -1000), long(20, 0), long(315576000000, 0)},
			"20s", "-1.2s", "0s", "0.000001s", "-0.000001s", "0.0000005s", "-0.0000005s", "315576000000s", "-315576000000s"),
		newRecordKind(filter.Date, "date", crud.Date[*record, *date.Date], nil, crud.Dates[*record, *date.Date],
			[]*date.Date{day(1, 1, 1), day(1969, 12, 31), day(1970, 1, 1), day(2012, 2, 29), day(9999, 12, 31)},
			"0001-01-01", "1969-12-31", `"1970-01-01"`, "2012-02-29", "2012-03-01", "9999-12-31"),
		newRecordKind(filter.TimeOfDay, "clock", crud.TimeOfDay[*record, *timeofday.TimeOfDay], nil, crud.TimesOfDay[*record, *timeofday.TimeOfDay],
			[]*timeofday.TimeOfDay{{}, {Nanos: 1000}, {Hours: 11, Minutes: 30}, {Hours: 23, Minutes: 59, Seconds: 59, Nanos: 999999000}, {Hours: 24}},
			"00:00:00", "00:00:00.000001", "00:00:00.0000005", `"11:30:00"`, "23:59:59.999999", "23:59:59.9999999", "24:00:00"),
	}
}

// floatKinds hold what SQLite does not: NaN, and infinities in lists.
func floatKinds(d crud.Dialect) []recordKind {
	floats, doubles := []float32{-math.MaxFloat32, -1, 0, 0.1, 1.5, math.MaxFloat32}, []float64{-math.MaxFloat64, -1, 0, 0.1, 1.5, 1e21, math.MaxFloat64}
	if d == crud.Postgres {
		floats = append(floats, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)))
		doubles = append(doubles, math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1))
	}
	literals := []string{"-1", "0", "-0", ".1", "1.5", "15e-1", "1e21", "1e400", "-1e400", "1e-400"}
	return []recordKind{
		newRecordKind(filter.Float, "float", crud.Float[*record], crud.OptionalFloat[*record], crud.Floats[*record],
			floats, append(literals, "1e39", "-1e39", "3.4028234663852886e38")...),
		newRecordKind(filter.Double, "double", crud.Double[*record], crud.OptionalDouble[*record], crud.Doubles[*record],
			doubles, append(literals, "1.7976931348623157e308")...),
	}
}
