package crud

import (
	"encoding/binary"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// decodeNumeric reads what pgx writes for any numeric: the same uint64, or an error.
func TestDecodeNumeric(t *testing.T) {
	t.Parallel()
	types := pgtype.NewMap()
	rapid.Check(t, func(rt *rapid.T) {
		n := pgtype.Numeric{
			Int:   new(big.Int).SetUint64(rapid.Uint64().Draw(rt, "digits")),
			Exp:   rapid.Int32Range(-22, 22).Draw(rt, "exponent"),
			Valid: true,
		}
		if rapid.Bool().Draw(rt, "negative") {
			n.Int.Neg(n.Int)
		}
		src, err := types.Encode(pgtype.NumericOID, pgtype.BinaryFormatCode, n, nil)
		require.NoError(rt, err)
		want, ok := exactUint64(n)
		for _, read := range []func() (uint64, error){
			func() (uint64, error) { return decodeNumeric(src) },
			func() (uint64, error) { return numericToUint64(&n) },
		} {
			got, err := read()
			assert.Equal(rt, ok, err == nil, "%v", err)
			assert.Equal(rt, want, got)
		}
	})
}

func exactUint64(n pgtype.Numeric) (uint64, bool) {
	v := new(big.Rat).SetInt(n.Int)
	power := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n.Exp, -n.Exp))), nil))
	if n.Exp < 0 {
		power.Inv(power)
	}
	if v.Mul(v, power); !v.IsInt() || !v.Num().IsUint64() {
		return 0, false
	}
	return v.Num().Uint64(), true
}

// A numeric that pgx has decoded is no trap: a huge exponent costs nothing.
func TestNumericExponent(t *testing.T) {
	t.Parallel()
	for _, exp := range []int32{1 << 30, -1 << 31, 21, -100_000} {
		_, err := numericToUint64(&pgtype.Numeric{Int: big.NewInt(7), Exp: exp, Valid: true})
		require.Error(t, err)
		v, err := numericToUint64(&pgtype.Numeric{Int: new(big.Int), Exp: exp, Valid: true})
		require.NoError(t, err)
		assert.Zero(t, v)
	}
}

func FuzzDecodeNumeric(f *testing.F) {
	types := pgtype.NewMap()
	for _, text := range []string{"0", "1", "10000", "18446744073709551615", "18446744073709551616", "0.0001", "-1", "NaN"} {
		var n pgtype.Numeric
		require.NoError(f, n.Scan(text))
		src, err := types.Encode(pgtype.NumericOID, pgtype.BinaryFormatCode, n, nil)
		require.NoError(f, err)
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		v, err := decodeNumeric(src)
		if err != nil {
			assert.Zero(t, v)
			return
		}
		// pgx takes digits of 10,000 and more for what they are worth.
		var n pgtype.Numeric
		if types.Scan(pgtype.NumericOID, pgtype.BinaryFormatCode, src, &n) == nil {
			want, err := numericToUint64(&n)
			require.NoError(t, err)
			assert.Equal(t, want, v)
		}
	})
}

func FuzzDecodeArray(f *testing.F) {
	types := pgtype.NewMap()
	for _, seed := range []struct {
		oid uint32
		v   any
	}{
		{pgtype.Int8ArrayOID, []int64{1, -1}},
		{pgtype.TextArrayOID, []string{"", "a", "ä"}},
		{pgtype.TextArrayOID, []*string{nil}},
		{pgtype.ByteaArrayOID, [][]byte{{}, {0}}},
		{pgtype.BoolArrayOID, []bool{}},
		{pgtype.Int4ArrayOID, [][]int32{{1}, {2}}},
	} {
		src, err := types.Encode(seed.oid, pgtype.BinaryFormatCode, seed.v, nil)
		require.NoError(f, err)
		f.Add(seed.oid, src)
	}
	f.Fuzz(func(t *testing.T, oid uint32, src []byte) {
		mem := &memory{rows: 1}
		_, _ = boolKind.list.decode(oid, src, mem)
		_, _ = uint64Kind.list.decode(oid, src, mem)
		_, _ = doubleKind.list.decode(oid, src, mem)
		_, _ = uuidKind.list.decode(oid, src, mem)
		_, _ = bytesKind.list.decode(oid, src, mem)
		_, _ = timestampKind.list.decode(oid, src, mem)
		_, _ = durationKind.list.decode(oid, src, mem)
		fuzzArrayValues(t, types, oid, src, int64Kind, mem)
		if isText(elementOID(oid)) {
			fuzzArrayValues(t, types, oid, src, stringKind, mem)
		}
	})
}

// fuzzArrayValues expects of an array that decodes what pgx makes of it.
func fuzzArrayValues[V comparable](t *testing.T, types *pgtype.Map, oid uint32, src []byte, k *kind[V], mem *memory) {
	if !k.list.reads(oid, pgtype.BinaryFormatCode) {
		return
	}
	got, err := k.list.decode(oid, src, mem)
	if err != nil {
		assert.Nil(t, got)
		return
	}
	var want []V
	if types.Scan(oid, pgtype.BinaryFormatCode, src, &want) == nil {
		assert.ElementsMatch(t, want, got)
	}
}

// A list that decodes is one that its own text gives again.
func FuzzParseJSONList(f *testing.F) {
	f.Add(`[1,2]`)
	f.Add(`[-9223372036854775808]`)
	f.Add(`[null]`)
	f.Add(`["a","\u0000"]`)
	f.Fuzz(func(t *testing.T, text string) {
		fuzzJSON(t, text, int64Kind)
		fuzzJSON(t, text, uint64Kind)
		fuzzJSON(t, text, stringKind)
		fuzzJSON(t, text, boolKind)
		_, _ = bytesKind.list.scan(text, SQLite)
		_, _ = timestampKind.list.scan(text, SQLite)
		_, _ = durationKind.list.scan(text, SQLite)
	})
}

func fuzzJSON[V comparable](t *testing.T, text string, k *kind[V]) {
	vs, err := k.list.scan(text, SQLite)
	if err != nil {
		return
	}
	again := k.list.bind(vs, SQLite).(string)
	assert.True(t, json.Valid([]byte(again)))
	back, err := k.list.scan(again, SQLite)
	require.NoError(t, err)
	assert.Equal(t, vs, back)
}

// A false length does not make decodeArray allocate.
func TestDecodeArrayFalseLength(t *testing.T) {
	t.Parallel()
	src := binary.BigEndian.AppendUint32(nil, 1)
	src = binary.BigEndian.AppendUint32(src, 0)
	src = binary.BigEndian.AppendUint32(src, pgtype.Int8OID)
	src = binary.BigEndian.AppendUint32(src, 1<<31)
	src = binary.BigEndian.AppendUint32(src, 1)
	_, err := int64Kind.list.decode(pgtype.Int8ArrayOID, src, &memory{})
	assert.ErrorIs(t, err, errArray)
}

// The allocations of a value that is decoded. No t.Parallel: they are counted.
func TestDecodeAllocations(t *testing.T) {
	eight := make([]byte, 8)
	four, one, sixteen := eight[:4], eight[:1], make([]byte, 16)
	m := &memory{rows: 1}
	for _, test := range []struct {
		name   string
		decode func() error
		want   float64
	}{
		{"int64", func() error { _, err := int64Kind.decode(pgtype.Int8OID, eight, m); return err }, 0},
		{"int32", func() error { _, err := int32Kind.decode(pgtype.Int4OID, four, m); return err }, 0},
		{"double", func() error { _, err := doubleKind.decode(pgtype.Float8OID, eight, m); return err }, 0},
		{"bool", func() error { _, err := boolKind.decode(pgtype.BoolOID, one, m); return err }, 0},
		{"uint64", func() error { _, err := uint64Kind.decode(pgtype.NumericOID, eight, m); return err }, 0},
		{"uuid", func() error { _, err := uuidKind.decode(pgtype.UUIDOID, sixteen, m); return err }, 1},
		{"bytes", func() error { _, err := bytesKind.decode(pgtype.ByteaOID, eight, m); return err }, 1},
		{"timestamp", func() error { _, err := timestampKind.decode(pgtype.TimestamptzOID, eight, m); return err }, 1},
		{"duration", func() error { _, err := durationKind.decode(pgtype.Int8OID, eight, m); return err }, 1},
		{"string", func() error { _, err := stringKind.decode(pgtype.TextOID, eight, m); return err }, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.NoError(t, test.decode())
			assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = test.decode() }), test.want)
		})
	}
}
