package allkinds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/internal/citext"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// typedDB is a database with the extension that typeds need. It is in a schema of its
// own, since the schemas of other tests come and go; zone is that of the session.
func typedDB(t *testing.T, zone string, mode ...pgx.QueryExecMode) *pgxpool.Pool {
	t.Helper()
	db := crudtest.Postgres(t, crudtest.WithConfig(func(c *pgxpool.Config) {
		c.ConnConfig.RuntimeParams["search_path"] += ", public"
		c.ConnConfig.RuntimeParams["timezone"] = zone
		for _, m := range mode {
			c.ConnConfig.DefaultQueryExecMode = m
		}
	}))
	require.NoError(t, citext.Create(t.Context(), db))
	require.NoError(t, crud.CreateTables(t.Context(), db, allkinds.TypedTable, allkinds.HostTable))
	return db
}

// typedValues are values of the string fields of Typed, as they come back.
var typedValues = map[string]*rapid.Generator[string]{
	"title":  rapid.SampledFrom([]string{"", "a", "ä\U0001F600", "twenty characters ok"}),
	"email":  rapid.SampledFrom([]string{"", "a@x", "A@x", "ä@y", "100%"}),
	"number": rapid.SampledFrom([]string{"0", "-1.50", "123456789012345678901234567890.000000000000000001", "0.00"}),
	"amount": rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%d.%02d", rapid.Int64Range(-9_999_999_999, 9_999_999_999).Draw(t, "whole"), rapid.IntRange(0, 99).Draw(t, "cents"))
	}),
	"share":    rapid.SampledFrom([]string{"0.00000", "0.12345", "-0.99999"}),
	"discount": rapid.SampledFrom([]string{"0", "9999", "-9999"}),
	"rates":    rapid.SampledFrom([]string{"0.000", "999.999", "-1.500"}),
	"address":  rapid.SampledFrom([]string{"192.0.2.1", "10.0.0.0/8", "10.1.2.3/8", "2001:db8::1", "::ffff:1.2.3.4", "::102:304", "::", "0.0.0.0/0"}),
	"network":  rapid.SampledFrom([]string{"10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32", "0.0.0.0/0"}),
	"device":   rapid.SampledFrom([]string{"00:00:00:00:00:00", "08:00:2b:01:02:03"}),
	"port":     rapid.SampledFrom([]string{"08:00:2b:01:02:03:04:05"}),
	"hosts":    rapid.SampledFrom([]string{"192.0.2.1", "10.0.0.0/8", "::1"}),
	"code":     rapid.SampledFrom([]string{"a", "abc", "äöü", " x"}),
	"mask":     rapid.StringMatching(`[01]{4}`),
	"bits":     rapid.StringMatching(`[01]{1,8}`),
	"day":      rapid.SampledFrom([]string{"0001-01-01", "2024-02-29", "9999-12-31"}),
	"hour":     rapid.SampledFrom([]string{"00:00:00", "11:30:00.5", "23:59:59.999999", "24:00:00"}),
	"moment":   rapid.SampledFrom([]string{"0001-01-01T00:00:00", "2012-04-21T11:30:00.000001", "9999-12-31T23:59:59.999999"}),
	"instant":  rapid.SampledFrom([]string{"0001-01-02T00:00:00Z", "1883-11-18T12:00:00Z", "2012-04-21T11:30:00.5Z", "9999-12-30T23:59:59.999999Z"}),
	"period":   rapid.SampledFrom([]string{"PT0S", "P1Y2M3DT4H5M6.5S", "P-1Y-2M", "PT-0.000001S", "P1M-1D", "P1DT-1S", "PT-1H-2M-3.5S", "P400DT25H"}),
	"seats":    rapid.SampledFrom([]string{"empty", "[1,6)", "(,)", "[-2147483648,2147483647)"}),
	"pages":    rapid.SampledFrom([]string{"empty", "(,6)", "[-9223372036854775808,)"}),
	"prices":   rapid.SampledFrom([]string{"empty", "[1.50,2.5]", "(1,2)", "[1,)"}),
	"days":     rapid.SampledFrom([]string{"empty", "[2012-04-21,2012-05-01)", "(,2012-05-01)"}),
	"shift":    rapid.SampledFrom([]string{"empty", "[2012-04-21T11:30:00,2012-04-21T11:30:00.5]", "(,2012-04-21T11:30:00]"}),
	"booking":  rapid.SampledFrom([]string{"empty", "[2012-04-21T11:30:00Z,2012-04-21T11:30:00.5Z)", "(2012-04-21T11:30:00Z,)"}),
	"bookings": rapid.SampledFrom([]string{"empty", "[2012-04-21T11:30:00Z,2012-04-21T11:30:00.5Z)"}),
	"document": rapid.SampledFrom([]string{`{"b":1,  "a":[]}`, `"\u0000"`, "null"}),
	"facts":    rapid.SampledFrom([]string{`{"a": 1, "bb": [1.50, "x"]}`, "null", `"ü"`}),
	"markup":   rapid.SampledFrom([]string{"<a>b</a>", "text"}),
	"words":    rapid.SampledFrom([]string{"'a':1 'b':2A", "'it''s'"}),
	"place":    rapid.SampledFrom([]string{"(1,2)", "(-0.5,1e+20)"}),
	"emails":   rapid.SampledFrom([]string{"", "a@x", `A"\,{}`, "NULL"}),
	"left":     rapid.SampledFrom([]string{"0.0", "-9999.9"}),
	"right":    rapid.SampledFrom([]string{"::1", "192.0.2.1"}),
	"shares":   rapid.SampledFrom([]string{"1", "2.50"}),
	"owner":    rapid.SampledFrom([]string{"0a000000-0000-4000-8000-000000000001"}),
	"level":    rapid.SampledFrom([]string{"0.0", "99.9"}),
}

// fillTyped sets some fields of a message to values of their types. serial is unique.
func fillTyped(t *rapid.T, m *allkinds.Typed, serial int) {
	r := m.ProtoReflect()
	fields := r.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		values := typedValues[string(fd.Name())]
		switch {
		case fd.Name() == "id" || rapid.IntRange(0, 3).Draw(t, "leave") == 0:
		case fd.Name() == "serial":
			m.Serial = fmt.Sprint(serial)
		case values == nil:
			fillField(t, r, fd, 0)
		case fd.IsList():
			list := r.Mutable(fd).List()
			for range rapid.IntRange(0, 3).Draw(t, "n") {
				list.Append(typedValue(fd, values.Draw(t, string(fd.Name()))))
			}
		default:
			r.Set(fd, typedValue(fd, values.Draw(t, string(fd.Name()))))
		}
	}
	if m.Level == "" {
		m.Level = "1.5" // the column's default
	}
}

func typedValue(fd protoreflect.FieldDescriptor, text string) protoreflect.Value {
	if fd.Message() != nil {
		return protoreflect.ValueOfMessage(wrapperspb.String(text).ProtoReflect())
	}
	return protoreflect.ValueOfString(text)
}

// typedNames are the names of the fields, those that begin with a prefix.
func typedNames(in func(fd protoreflect.FieldDescriptor) bool) []string {
	var names []string
	fields := (&allkinds.Typed{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		if fd := fields.Get(i); in(fd) && !strings.HasPrefix(string(fd.Name()), "id") {
			names = append(names, string(fd.Name()))
		}
	}
	return names
}
