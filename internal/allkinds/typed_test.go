package allkinds_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// What is stored in types of PostgreSQL's comes back, from each call, whatever the zone of
// the session is.
func TestTypedRoundTrip(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"UTC", "Asia/Kathmandu", "America/St_Johns"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			db := typedDB(t, zone)
			typeds := allkinds.NewTypedRepository(db)
			serial := 0
			rapid.Check(t, func(rt *rapid.T) {
				m := &allkinds.Typed{}
				serial++
				fillTyped(rt, m, serial)
				stored, err := typeds.Create(t.Context(), m)
				require.NoError(rt, err)
				m.Id = stored.GetId()
				same(rt, m, stored)
				got, err := typeds.Get(t.Context(), m.GetId())
				require.NoError(rt, err)
				same(rt, m, got)

				serial++
				fillTyped(rt, m, serial)
				updated, err := typeds.Update(t.Context(), m, &fieldmaskpb.FieldMask{Paths: []string{"*"}})
				require.NoError(rt, err)
				same(rt, m, updated)
				if m.GetSerial() != "" {
					found, err := typeds.GetBySerial(t.Context(), m.GetSerial())
					require.NoError(rt, err)
					same(rt, m, found)
				}

				again := proto.Clone(m).(*allkinds.Typed)
				again.Id, again.Serial = 0, ""
				batch, err := typeds.BatchCreate(t.Context(), []*allkinds.Typed{again, again})
				require.NoError(rt, err)
				for _, b := range batch {
					b.Id = 0
					same(rt, again, b)
				}
			})
		})
	}
}

// Each mode of pgx gives the same answers.
func TestTypedExecModes(t *testing.T) {
	t.Parallel()
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			db := typedDB(t, "America/St_Johns", mode)
			typeds := allkinds.NewTypedRepository(db)
			for _, m := range storeTypeds(t, typeds, 20) {
				got, err := typeds.Get(t.Context(), m.GetId())
				require.NoError(t, err)
				assert.Empty(t, cmp.Diff(m, got, protocmp.Transform()))
				stored, err := typeds.Update(t.Context(), m, &fieldmaskpb.FieldMask{Paths: []string{"*"}})
				require.NoError(t, err)
				assert.Empty(t, cmp.Diff(m, stored, protocmp.Transform()))
			}
			for _, q := range []crud.Query{
				{Filter: `amount > 1 address != "::1" rates:1.5 emails:"a@x"`, OrderBy: "amount desc, address", PageSize: 2},
				{Equal: []crud.Equality{equalTo("address", "192.0.2.1"), crud.Equal("amount", "1", true)}},
			} {
				_, err := typeds.List(t.Context(), q)
				require.NoError(t, err)
			}
			walkTypeds(t, typeds, crud.Query{OrderBy: "amount desc, booking", PageSize: 3})
			hosts := allkinds.NewHostRepository(db)
			host, err := hosts.Create(t.Context(), &allkinds.Host{Address: "::1", Day: "2012-04-21"})
			require.NoError(t, err)
			_, err = hosts.BatchGet(t.Context(), []allkinds.HostKey{{Address: host.GetAddress(), Day: host.GetDay()}})
			require.NoError(t, err)
		})
	}
}

// A number is taken in any spelling and comes back in that of its column.
func TestNumberSpellings(t *testing.T) {
	t.Parallel()
	typeds := allkinds.NewTypedRepository(typedDB(t, "UTC"))
	for given, want := range map[string]string{"1e3": "1000.00", "+.5": "0.50", "7": "7.00", "-0": "0.00", "1.230000": "1.23"} {
		m, err := typeds.Create(t.Context(), &allkinds.Typed{Amount: given, Rates: []string{given}})
		if !assert.Equal(t, given == "1e3", err != nil, given) { // too large for rates
			continue
		}
		if err != nil {
			assert.Contains(t, violation(err), "must be a decimal number with at most 3 digits before and 3 behind the point")
			continue
		}
		assert.Equal(t, want, m.GetAmount())
		page, err := typeds.List(t.Context(), crud.Query{Filter: "rates:" + given + " amount = " + given})
		require.NoError(t, err)
		require.NotEmpty(t, page.Items)
		assert.Equal(t, want, page.Items[0].GetAmount())
	}
}

// A value that its type does not have is refused by its field, before anything is sent;
// one of which only the database knows, by what the database says.
func TestWrongTypedValues(t *testing.T) {
	t.Parallel()
	db := typedDB(t, "UTC")
	typeds := allkinds.NewTypedRepository(db)
	stored, err := typeds.Create(t.Context(), &allkinds.Typed{})
	require.NoError(t, err)
	wrong := map[string]string{
		"title": "one more than twenty characters", "number": "x", "amount": "0.001", "share": "1", "discount": "1.5", "rates": "", "address": "1.2.3",
		"network": "10.0.0.1/8", "device": "x", "port": "x", "hosts": "x", "code": "abcd", "mask": "1", "bits": "2", "day": "2023-02-29",
		"hour": "25:00:00", "moment": "x", "instant": "2012-04-21T11:30:00+02:00", "period": "1 day", "seats": "[1,5]", "pages": "x",
		"prices": "[2,1]", "days": "x", "shift": "x", "booking": "[a,b]", "bookings": "x", "document": "{", "facts": `"\u0000"`,
		"markup": "<a>", "words": "'x", "place": "x", "emails": "\x00", "left": "10000", "right": "x", "shares": "x", "owner": "x", "serial": "x", "level": "x", "email": "\xff",
	}
	for _, name := range typedNames(func(fd protoreflect.FieldDescriptor) bool {
		return fd.Kind() == protoreflect.StringKind || fd.Message() != nil && fd.Message().FullName() == "google.protobuf.StringValue"
	}) {
		text, ok := wrong[name]
		require.True(t, ok, name)
		m := &allkinds.Typed{Id: stored.GetId()}
		fd := m.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(name))
		if fd.IsList() {
			m.ProtoReflect().Mutable(fd).List().Append(typedValue(fd, text))
		} else {
			m.ProtoReflect().Set(fd, typedValue(fd, text))
		}
		_, err := typeds.Update(t.Context(), m, &fieldmaskpb.FieldMask{Paths: []string{name}})
		assert.Equal(t, []string{name}, fields(err), "%s: %v", name, err)
		m.Id = 0
		_, err = typeds.Create(t.Context(), m)
		assert.Equal(t, []string{name}, fields(err), "%s: %v", name, err)
		_, err = typeds.BatchCreate(t.Context(), []*allkinds.Typed{{}, m})
		assert.Equal(t, codes.InvalidArgument, status.Code(err), name)
		assert.Equal(t, []string{"[1]." + name}, fields(err), name)
	}
	_, err = typeds.GetBySerial(t.Context(), "x")
	assert.Equal(t, codes.NotFound, status.Code(err))
}

// A literal that the type does not have is refused, and so is a question about a type
// whose values are not compared.
func TestWrongTypedFilters(t *testing.T) {
	t.Parallel()
	typeds := allkinds.NewTypedRepository(typedDB(t, "UTC"))
	for filter, want := range map[string]string{
		"amount > x":         "amount takes a decimal number",
		`address = "1.2.3"`:  "address takes an IP address",
		"rates:x":            "rates takes a decimal number",
		"facts:*":            `unknown field "facts"`,
		"booking = '[1,2)'":  "booking takes a range of times",
		`share = ""`:         "share takes a decimal number",
		`amount > ""`:        "amount has no order with the empty text",
		`address:"10.*"`:     "address takes an IP address",
		`day < "2023-02-29"`: "day takes a date",
	} {
		_, err := typeds.List(t.Context(), crud.Query{Filter: filter})
		assert.Contains(t, violation(err), want, filter)
	}
	_, err := typeds.List(t.Context(), crud.Query{OrderBy: "rates"})
	assert.Contains(t, violation(err), "rows cannot be ordered by")
	_, err = typeds.List(t.Context(), crud.Query{OrderBy: "facts"})
	assert.Contains(t, violation(err), `unknown field "facts"`)
	for _, e := range []crud.Equality{crud.Equal("address", "1.2.3", true), crud.EqualAny("amount", []string{"1", "x"}), crud.Equal("owner", "x", true)} {
		_, err := typeds.List(t.Context(), crud.Query{Equal: []crud.Equality{e}})
		assert.Equal(t, []string{e.Field}, fields(err))
	}
}

// SQLite has none of the types, and says so when the repository is made.
func TestTypedRefused(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLite(t)
	assert.PanicsWithValue(t, "crud: allkinds.Typed.email is kept in citext, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON",
		func() { allkinds.NewTypedRepository(db) })
	err := crud.CreateTables(t.Context(), db, allkinds.TypedTable)
	assert.ErrorContains(t, err, "allkinds.Typed.amount is kept in numeric(12,2)")
}
