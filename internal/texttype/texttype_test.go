package texttype_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"numeric":                   "numeric",
		"NUMERIC( 12 , 2 )":         "numeric(12,2)",
		"decimal(5)":                "numeric(5)",
		"character varying(20)":     "varchar(20)",
		"char":                      "bpchar(1)",
		"character(3)":              "bpchar(3)",
		"bpchar":                    "bpchar",
		"bit":                       "bit(1)",
		"bit varying(9)":            "varbit(9)",
		"timestamp with  time zone": "timestamptz",
		"int8":                      "bigint",
		"double precision":          "double precision",
		"ltree":                     "ltree",
		`shop."Price Tag"`:          `shop."Price Tag"`,
		"geometry(4326)":            "geometry(4326)",
	} {
		got, err := texttype.Parse(text)
		if assert.NoError(t, err, text) {
			assert.Equal(t, want, got.SQL, text)
		}
	}
	for text, want := range map[string]string{
		"":              "is no type of a column",
		"text; DROP":    "is no type of a column",
		"text[]":        "is no type of a column",
		"numerc(12,2)":  "did you mean numeric?",
		"numeric(2,5)":  "needs a precision",
		"numeric(0)":    "needs a precision",
		"varchar(0)":    "needs a length",
		"varchar(1, 2)": "has too many numbers",
		"inet(4)":       "has too many numbers",
	} {
		_, err := texttype.Parse(text)
		assert.ErrorContains(t, err, want, text)
	}
}

// A value is written as it is read, or refused; a number may be spelled in other ways.
func TestWrite(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ good, bad string }{
		"numeric":       {"0 1 -1 1.50 0.001 123456789012345678901234567890.5", "x 1,5 1e9999 . 1.2.3 NaN Infinity 0x1 -- 1e"},
		"numeric(4,2)":  {"0.00 1.50 -99.99", "100 0.001 1e2"},
		"bpchar(3)":     {"a abc äöü", "abcd"},
		"bit(3)":        {"000 101", "01 0101 abc"},
		"varbit(3)":     {"0 101", "0101 2"},
		"inet":          {"192.0.2.1 10.0.0.0/8 10.1.2.3/8 2001:db8::1 ::ffff:1.2.3.4 2001:db8::/32", "1.2.3 2001:DB8::1 192.0.2.1/32 ::1/128 fe80::1%eth0 01.2.3.4 1.2.3.4/33"},
		"cidr":          {"10.0.0.0/8 192.0.2.1/32 2001:db8::/32", "10.0.0.1/8 192.0.2.1"},
		"macaddr":       {"08:00:2b:01:02:03", "08:00:2B:01:02:03 08-00-2b-01-02-03 08:00:2b:01:02:03:04:05"},
		"macaddr8":      {"08:00:2b:01:02:03:04:05", "08:00:2b:01:02:03"},
		"date":          {"2012-04-21 0001-01-01 9999-12-31 2024-02-29", "2023-02-29 0000-01-01 2012-4-1 infinity"},
		"time":          {"00:00:00 11:30:00.5 23:59:59.999999 24:00:00", "11:30 11:30:00.50 24:00:01 11:30:60 11:30:00.1234567"},
		"timestamp":     {"2012-04-21T11:30:00 2012-04-21T11:30:00.000001", "2012-04-21T11:30:00Z 2012-04-21"},
		"timestamptz":   {"2012-04-21T11:30:00Z 2012-04-21T11:30:00.5Z", "2012-04-21T11:30:00 2012-04-21T11:30:00+01:00 2012-04-21T11:30:00.50Z"},
		"interval":      {"PT0S P1Y2M3DT4H5M6.5S P-1Y-2M PT-0.000001S P400D PT25H", "P P1DT P13M PT90M PT3600S P1W 1 P1.5D"},
		"int4range":     {"empty (,6) (,) [1,6) [1,)", "[,6) [1,5] (0,6) [6,1) [a,b) [1,2147483647] 1,2"},
		"int8range":     {"empty [-9223372036854775808,9223372036854775807)", "[1,5] [1,9223372036854775807]"},
		"numrange":      {"empty [1.5,2.5] (1.5,2.5) [1,) (,1]", "[1.5,1.5) [2,1] [a,]"},
		"daterange":     {"empty [2012-04-21,2012-05-01)", "[2012-04-21,2012-05-01] [2012-04-21"},
		"tsrange":       {"empty [2012-04-21T11:30:00,2012-04-21T11:30:00.5]", "[2012-04-21T11:30:00Z,)"},
		"tstzrange":     {"empty [2012-04-21T11:30:00Z,2012-04-21T11:30:00.5Z)", "[2012-04-21T11:30:00,)"},
		"json":          {`{"a":1} "\u0000" null`, `{a:1} '' {`},
		"jsonb":         {`{"a":1} "\ud83d\ude00" "\\u0000"`, `"\u0000" "\ud83d" "\ude00" "\ud83dx"`},
		"shop.currency": {"EUR", ""},
	}
	for name, test := range tests {
		typ, err := texttype.Parse(name)
		require.NoError(t, err, name)
		for good := range strings.FieldsSeq(test.good) {
			stored, ok := typ.Write(good)
			assert.True(t, ok, "%s %q", name, good)
			assert.Equal(t, good, stored, name)
			assert.Equal(t, good, typ.Read(good), name)
		}
		for bad := range strings.FieldsSeq(test.bad) {
			_, ok := typ.Write(bad)
			assert.False(t, ok, "%s %q", name, bad)
		}
		if !typ.Textual() {
			_, ok := typ.Write("")
			assert.False(t, ok, name)
		}
	}
}

// What PostgreSQL writes is read as it is spelled here.
func TestRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ typ, text, want string }{
		{"numeric", "NaN", "NaN"},
		{"inet", "192.0.2.1/32", "192.0.2.1"},
		{"inet", "::102:304/128", "::102:304"},
		{"timestamp", "2012-04-21 11:30:00.5", "2012-04-21T11:30:00.5"},
		{"timestamp", "infinity", "infinity"},
		{"timestamptz", "2012-04-21 13:30:00+02", "2012-04-21T11:30:00Z"},
		{"timestamptz", "2012-04-21 17:00:00+05:30", "2012-04-21T11:30:00Z"},
		{"interval", "1 year 2 mons -3 days +04:05:06.5", "P1Y2M-3DT4H5M6.5S"},
		{"interval", "-00:00:00.000001", "PT-0.000001S"},
		{"interval", "00:00:00", "PT0S"},
		{"interval", "1 mon", "P1M"},
		{"tsrange", `["2012-04-21 11:30:00","2012-04-21 12:00:00")`, "[2012-04-21T11:30:00,2012-04-21T12:00:00)"},
		{"tstzrange", `["2012-04-21 11:30:00+00",)`, "[2012-04-21T11:30:00Z,)"},
		{"daterange", "[2012-04-21,infinity)", "[2012-04-21,infinity)"},
	} {
		typ, err := texttype.Parse(test.typ)
		require.NoError(t, err)
		assert.Equal(t, test.want, typ.Read(test.text), "%s %s", test.typ, test.text)
	}
}

// A number has one canonical spelling per type, whatever its own is.
func TestDecimals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ typ, text, want string }{
		{"numeric", "1e3", "1000"},
		{"numeric", "1.50e1", "15.0"},
		{"numeric", "-.5", "-0.5"},
		{"numeric", "5.", "5"},
		{"numeric", "+007", "7"},
		{"numeric", "-0.00", "0.00"},
		{"numeric", "25e-4", "0.0025"},
		{"numeric(6,2)", "1.5", "1.50"},
		{"numeric(6,2)", "1.5000", "1.50"},
		{"numeric(6,2)", "1e3", "1000.00"},
		{"numeric(6)", "15e-1", ""},
		{"numeric(2,2)", "0.25", "0.25"},
		{"numeric(2,2)", "1", ""},
	} {
		typ, err := texttype.Parse(test.typ)
		require.NoError(t, err)
		got, ok := typ.Write(test.text)
		assert.Equal(t, test.want != "", ok, "%s %s", test.typ, test.text)
		if ok {
			assert.Equal(t, test.want, got, "%s %s", test.typ, test.text)
		}
	}
	typ, err := texttype.Parse("numeric(6,2)")
	require.NoError(t, err)
	got, ok := typ.Operand("1.555")
	assert.True(t, ok)
	assert.Equal(t, "1.555", got, "a number between two of the type")
}

func TestArrayText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "{}", texttype.ArrayText(nil))
	assert.Equal(t, `{"a","","NULL","\"\\","ä,{}"}`, texttype.ArrayText([]string{"a", "", "NULL", `"\`, "ä,{}"}))
}
