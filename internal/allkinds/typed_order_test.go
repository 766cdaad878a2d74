package allkinds_test

import (
	"math/big"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/type/decimal"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// storeTypeds stores random messages and returns them by their ids.
func storeTypeds(t *testing.T, typeds allkinds.TypedRepository, n int) map[int64]*allkinds.Typed {
	t.Helper()
	rows := rapid.Custom(func(rt *rapid.T) *allkinds.Typed {
		m := &allkinds.Typed{}
		fillTyped(rt, m, 0)
		m.Serial = ""
		return m
	})
	all := map[int64]*allkinds.Typed{}
	for i := range n {
		m, err := typeds.Create(t.Context(), rows.Example(i))
		require.NoError(t, err)
		all[m.GetId()] = m
	}
	return all
}

// ordered are the fields that rows can be ordered by.
func ordered() []string {
	return typedNames(func(fd protoreflect.FieldDescriptor) bool {
		return !fd.IsList() && !slices.Contains([]string{"document", "facts", "markup", "words", "place", "serial"}, string(fd.Name()))
	})
}

// walkTypeds returns the ids of all rows, page by page.
func walkTypeds(t *testing.T, typeds allkinds.TypedRepository, q crud.Query) []int64 {
	t.Helper()
	var ids []int64
	for {
		page, err := typeds.List(t.Context(), q)
		require.NoError(t, err, q.OrderBy)
		for _, m := range page.Items {
			ids = append(ids, m.GetId())
		}
		if q.PageToken = page.NextPageToken; q.PageToken == "" {
			return ids
		}
	}
}

// Pages have each row once, in the order of one that has all, which is that of the values
// and not that of their texts.
func TestTypedOrders(t *testing.T) {
	t.Parallel()
	typeds := allkinds.NewTypedRepository(typedDB(t, "Asia/Kathmandu"))
	all := storeTypeds(t, typeds, 40)
	fields := ordered()
	for i, field := range fields {
		other := fields[(i+7)%len(fields)]
		for _, order := range []string{field, field + " desc", field + " desc, " + other, field + ", " + other + " desc"} {
			whole := walkTypeds(t, typeds, crud.Query{OrderBy: order, PageSize: 1000})
			require.Len(t, whole, len(all), order)
			assert.Equal(t, whole, walkTypeds(t, typeds, crud.Query{OrderBy: order, PageSize: 3}), order)
			assert.Equal(t, whole, walkTypeds(t, typeds, crud.Query{OrderBy: order, PageSize: 7, ReadMask: &fieldmaskpb.FieldMask{Paths: []string{field, "id"}}}), order)
		}
	}
	for _, field := range []string{"number", "amount"} {
		var numbers []*big.Rat
		for _, id := range walkTypeds(t, typeds, crud.Query{OrderBy: field, PageSize: 3}) {
			if n, ok := numberOf(all[id], field); ok {
				numbers = append(numbers, n)
			}
		}
		assert.True(t, slices.IsSortedFunc(numbers, (*big.Rat).Cmp), field)
		assert.Greater(t, len(numbers), 10)
	}
}

func numberOf(m *allkinds.Typed, field string) (*big.Rat, bool) {
	return new(big.Rat).SetString(textOf(m, field))
}

// textOf returns the text of a field, "" for one that is not set.
func textOf(m *allkinds.Typed, field string) string {
	r := m.ProtoReflect()
	fd := r.Descriptor().Fields().ByName(protoreflect.Name(field))
	switch {
	case !r.Has(fd):
		return ""
	case fd.Message() != nil:
		return r.Get(fd).Message().Get(fd.Message().Fields().ByNumber(1)).String()
	}
	return r.Get(fd).String()
}

// Of each value, every row that has one is below, at or above it, as the order has it, and
// one that has none differs from it.
func TestTypedFilters(t *testing.T) {
	t.Parallel()
	typeds := allkinds.NewTypedRepository(typedDB(t, "UTC"))
	all := storeTypeds(t, typeds, 40)
	ids := func(filter string) []int64 { return walkTypeds(t, typeds, crud.Query{Filter: filter, PageSize: 1000}) }
	for _, field := range ordered() {
		if outside[field] {
			continue
		}
		order := walkTypeds(t, typeds, crud.Query{OrderBy: field, PageSize: 1000})
		unset := 0
		values := map[string]bool{}
		for _, m := range all {
			if text := textOf(m, field); text != "" {
				values[text] = true
			} else {
				unset++
			}
		}
		require.NotEmpty(t, values, field)
		assert.Len(t, ids(field+":*"), len(all)-unset, field)
		for text := range values {
			literal := " " + strconv.Quote(text)
			below, at, above := ids(field+" <"+literal), ids(field+" ="+literal), ids(field+" >"+literal)
			assert.Equal(t, len(all)-unset, len(below)+len(at)+len(above), "%s %s", field, text)
			assert.Len(t, ids("NOT "+field+" <"+literal), len(all)-len(below), "%s %s", field, text)
			assert.Len(t, ids(field+" !="+literal), len(all)-len(at), "%s %s", field, text)
			assert.ElementsMatch(t, below, order[:len(below)], "%s %s", field, text)
			page, err := typeds.List(t.Context(), crud.Query{Equal: []crud.Equality{equalTo(field, text)}, PageSize: 1000})
			require.NoError(t, err)
			assert.Len(t, page.Items, len(at), "%s %s", field, text)
		}
	}
	for _, m := range all {
		for field, values := range map[string][]string{"rates": m.GetRates(), "hosts": m.GetHosts(), "bookings": m.GetBookings(), "emails": m.GetEmails()} {
			for _, v := range values {
				got := ids(field + ":" + strconv.Quote(v))
				assert.Contains(t, got, m.GetId(), field)
				assert.NotContains(t, ids("NOT "+field+":"+strconv.Quote(v)), m.GetId(), field)
			}
		}
	}
}

// outside are the fields that are no texts, or of which the empty text is one.
var outside = map[string]bool{"wide": true, "wider": true, "local": true, "email": true, "title": true}

// equalTo is the condition of a list's typed filter.
func equalTo(field, text string) crud.Equality {
	fd := (&allkinds.Typed{}).ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(field))
	if fd.Message() != nil && fd.Message().FullName() == "google.type.Decimal" {
		return crud.EqualAny(field, []*decimal.Decimal{{Value: text}})
	}
	return crud.EqualAny(field, []string{text})
}

// A citext is compared without regard to case, and matched so.
func TestCitext(t *testing.T) {
	t.Parallel()
	typeds := allkinds.NewTypedRepository(typedDB(t, "UTC"))
	m, err := typeds.Create(t.Context(), &allkinds.Typed{Email: "Ann@X", Emails: []string{"Ann@X"}})
	require.NoError(t, err)
	assert.Equal(t, "Ann@X", m.GetEmail())
	for _, filter := range []string{`email = "ann@x"`, `email = "aNN*"`, `email:"NN@"`, `emails:"ann@x"`, "nn@"} {
		page, err := typeds.List(t.Context(), crud.Query{Filter: filter})
		require.NoError(t, err, filter)
		assert.Len(t, page.Items, 1, filter)
	}
}

// A key of a type is found by its one spelling; no row has another.
func TestTypedKeys(t *testing.T) {
	t.Parallel()
	hosts := allkinds.NewHostRepository(typedDB(t, "UTC"))
	var keys []allkinds.HostKey
	for _, address := range []string{"192.0.2.1", "10.0.0.0/8", "2001:db8::1"} {
		m, err := hosts.Create(t.Context(), &allkinds.Host{Address: address, Day: "2012-04-21", Note: address})
		require.NoError(t, err)
		key := allkinds.HostKey{Address: m.GetAddress(), Day: m.GetDay()}
		keys = append(keys, key)
		got, err := hosts.Get(t.Context(), key)
		require.NoError(t, err)
		assert.Equal(t, address, got.GetNote())
	}
	batch, err := hosts.BatchGet(t.Context(), keys)
	require.NoError(t, err)
	assert.Len(t, batch, 3)
	page, err := hosts.List(t.Context(), crud.Query{PageSize: 2})
	require.NoError(t, err)
	next, err := hosts.List(t.Context(), crud.Query{PageSize: 2, PageToken: page.NextPageToken})
	require.NoError(t, err)
	assert.Len(t, next.Items, 1)
	assert.Equal(t, "2001:db8::1", next.Items[0].GetAddress(), "PostgreSQL's order")
	for _, key := range []allkinds.HostKey{{Address: "192.0.2.1/32", Day: "2012-04-21"}, {Address: "x", Day: "2012-04-21"}, {Address: "192.0.2.1", Day: "2012-4-21"}} {
		_, err := hosts.Get(t.Context(), key)
		assert.Equal(t, codes.NotFound, status.Code(err), key)
		_, err = hosts.Delete(t.Context(), key)
		assert.Equal(t, codes.NotFound, status.Code(err), key)
	}
	_, err = hosts.Create(t.Context(), &allkinds.Host{Address: "192.0.2.1/32", Day: "2012-04-21"})
	assert.Equal(t, []string{"address"}, fields(err))
	_, err = hosts.Create(t.Context(), &allkinds.Host{Day: "2012-04-21"})
	assert.Equal(t, []string{"address"}, fields(err))
	_, err = hosts.BatchDelete(t.Context(), keys)
	require.NoError(t, err)
}
