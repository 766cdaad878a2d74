package allkinds_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func eachParcels(t *testing.T, f func(t *testing.T, s crud.Store[*allkinds.Parcel, int64])) {
	t.Helper()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, allkinds.ParcelTable))
		require.NoError(t, crud.CheckTables(t.Context(), db, allkinds.ParcelTable))
		f(t, allkinds.NewParcelRepository(db))
	})
}

// fillParcel sets some fields of a parcel and of its places.
func fillParcel(t *rapid.T, m *allkinds.Parcel) {
	fill(t, m.ProtoReflect(), 0, "id", "update_time")
	for _, p := range []*allkinds.Place{m.GetSender(), m.GetReceiver()} {
		if p == nil {
			continue
		}
		p.Key = ""
		if p.Zip != nil {
			p.Key, p.Zip = "0a000000-0000-4000-8000-000000000001", proto.String("12 345")
		}
	}
}

// A message in columns of its fields comes back from each call: unset and empty ones are
// two things.
func TestEmbeddedRoundTrip(t *testing.T) {
	t.Parallel()
	eachParcels(t, func(t *testing.T, s crud.Store[*allkinds.Parcel, int64]) {
		for _, m := range []*allkinds.Parcel{{}, {Sender: &allkinds.Place{}}, {Sender: &allkinds.Place{Spot: &allkinds.Spot{}}}} {
			stored, err := s.Create(t.Context(), m)
			require.NoError(t, err)
			m.Id, m.UpdateTime = stored.GetId(), stored.GetUpdateTime()
			equal(t, m, stored)
		}
		rapid.Check(t, func(rt *rapid.T) {
			m := &allkinds.Parcel{}
			fillParcel(rt, m)
			stored, err := s.Create(t.Context(), m)
			require.NoError(rt, err)
			m.Id, m.UpdateTime = stored.GetId(), stored.GetUpdateTime()
			same(rt, m, stored)
			got, err := s.Get(t.Context(), m.GetId())
			require.NoError(rt, err)
			same(rt, m, got)
			again := proto.Clone(m).(*allkinds.Parcel)
			again.Id, again.UpdateTime = 0, nil
			batch, err := s.BatchCreate(t.Context(), []*allkinds.Parcel{again, again})
			require.NoError(rt, err)
			for _, b := range batch {
				b.Id, b.UpdateTime = m.GetId(), m.GetUpdateTime()
				same(rt, m, b)
			}
		})
	})
}

// A random mask has the effect that AIP-161 says, whether a message is JSON or columns.
func TestEmbeddedMasks(t *testing.T) {
	t.Parallel()
	eachParcels(t, func(t *testing.T, s crud.Store[*allkinds.Parcel, int64]) {
		rapid.Check(t, func(rt *rapid.T) {
			old, input := &allkinds.Parcel{}, &allkinds.Parcel{}
			fillParcel(rt, old)
			fillParcel(rt, input)
			want, ok := updateByRandomMask(t, rt, s, old, input, func(m *allkinds.Parcel) []*date.Date {
				return []*date.Date{m.GetSender().GetUntil(), m.GetReceiver().GetUntil()}
			})
			if !ok {
				return
			}
			read, err := s.Get(t.Context(), want.GetId(), crud.ReadMask(&fieldmaskpb.FieldMask{Paths: []string{"sender.city", "receiver.spot", "title"}}))
			require.NoError(rt, err)
			same(rt, masked(want), read)
		})
	})
}

// masked is what a read mask of sender.city, receiver.spot and title leaves.
func masked(m *allkinds.Parcel) *allkinds.Parcel {
	out := &allkinds.Parcel{Title: m.GetTitle()}
	if city := m.GetSender().GetCity(); city != "" {
		out.Sender = &allkinds.Place{City: city}
	}
	if spot := m.GetReceiver().GetSpot(); spot != nil {
		out.Receiver = &allkinds.Place{Spot: spot}
	}
	return out
}

func randomPlace(r *rand.Rand) *allkinds.Place {
	p := &allkinds.Place{
		City: randomText(r), Floor: int32(r.IntN(3)), Color: allkinds.Color(r.IntN(3)),
		Zip:    maybe(r, func() *string { return proto.String(randomText(r)) }),
		Since:  maybe(r, func() *timestamppb.Timestamp { return randomTime(r) }),
		Spot:   maybe(r, func() *allkinds.Spot { return &allkinds.Spot{Latitude: float64(r.IntN(3))} }),
		Guard:  maybe(r, func() *allkinds.Person { return randomPerson(r) }),
		Rank:   maybe(r, func() *wrapperspb.Int64Value { return wrapperspb.Int64(int64(r.IntN(3))) }),
		Labels: map[string]string{"k": randomText(r)},
	}
	for range r.IntN(3) {
		p.Lines = append(p.Lines, randomText(r))
	}
	switch r.IntN(3) {
	case 1:
		p.Contact = &allkinds.Place_Email{Email: randomText(r)}
	case 2:
		p.Contact = &allkinds.Place_Phone{Phone: 7}
	}
	return p
}

var placeQuestions = []question{
	{[]string{"sender"}, anyOf, []string{"*"}},
	{[]string{"sender"}, []string{"=", "!="}, []string{"null"}},
	{[]string{"sender", "city"}, append(order, ":"), []string{"=Ann", "=", "=a"}},
	{[]string{"sender", "city"}, anyOf, []string{"*"}},
	{[]string{"sender", "zip"}, order, []string{"=a", "="}},
	{[]string{"sender", "zip"}, []string{"=", "!="}, []string{"null"}},
	{[]string{"sender", "zip"}, anyOf, []string{"*"}},
	{[]string{"sender", "floor"}, order, []string{"0", "1", "-3000000000"}},
	{[]string{"sender", "color"}, equality, []string{"COLOR_UNSPECIFIED", "COLOR_RED"}},
	{[]string{"sender", "lines"}, anyOf, []string{"=a", "*"}},
	{[]string{"sender", "since"}, order, []string{"2012-04-21T11:30:00Z"}},
	{[]string{"sender", "spot"}, anyOf, []string{"*"}},
	{[]string{"sender", "spot"}, []string{"=", "!="}, []string{"null"}},
	{[]string{"sender", "spot", "latitude"}, order, []string{"0", "1.5"}},
	{[]string{"sender", "spot", "longitude"}, order, []string{"0"}},
	{[]string{"sender", "rank"}, []string{"=", "!="}, []string{"null"}},
	{[]string{"sender", "guard", "given_name"}, order, []string{"=Ann", "="}},
	{[]string{"sender", "guard", "age"}, order, []string{"7"}},
	{[]string{"sender", "labels", "k"}, order, []string{"=a"}},
	{[]string{"sender", "email"}, order, []string{"=a", "="}},
	{[]string{"sender", "phone"}, order, []string{"7"}},
	{[]string{"receiver", "city"}, order, []string{"=a", "="}},
	{[]string{"owner", "given_name"}, order, []string{"=Ann"}},
}

// A filter and its negation are true of the messages of which AIP-160 says it, and neither
// is of one where a message on the way is unset.
func TestEmbeddedFilters(t *testing.T) {
	t.Parallel()
	eachParcels(t, func(t *testing.T, s crud.Store[*allkinds.Parcel, int64]) {
		r := rand.New(rand.NewPCG(5, 6))
		all := map[int64]*allkinds.Parcel{}
		for range 80 {
			m, err := s.Create(t.Context(), &allkinds.Parcel{
				Sender:   maybe(r, func() *allkinds.Place { return randomPlace(r) }),
				Receiver: maybe(r, func() *allkinds.Place { return &allkinds.Place{City: randomText(r)} }),
				Owner:    maybe(r, func() *allkinds.Person { return randomPerson(r) }),
			})
			require.NoError(t, err)
			all[m.GetId()] = m
		}
		ids := func(filter string) map[int64]bool {
			page, err := s.List(t.Context(), crud.Query{Filter: filter, PageSize: 1000})
			require.NoError(t, err, filter)
			found := map[int64]bool{}
			for _, m := range page.Items {
				found[m.GetId()] = true
			}
			return found
		}
		seen := map[truth]int{}
		for _, q := range placeQuestions {
			for _, op := range q.ops {
				for _, literal := range q.literals {
					l := leaf{q.path, op, literal}
					is, isNot := ids(l.String()), ids("NOT ("+l.String()+")")
					for id, m := range all {
						want, got := l.of(m.ProtoReflect()), truth(0)
						if is[id] {
							got++
						}
						if isNot[id] {
							got--
						}
						seen[want]++
						if !assert.Equal(t, want, got, "%s of %v", l, m) {
							return
						}
					}
				}
			}
		}
		for _, of := range []truth{1, 0, -1} {
			assert.Greater(t, seen[of], 300, "messages of which a filter is %d", of)
		}
		for filter, want := range map[string]string{
			`sender.cty = "x"`:     `unknown field "sender.cty"; did you mean "sender.city"?`,
			`sender = "x"`:         "sender is a message; ask for one of its fields",
			`sender.city.x = "x"`:  `"sender.city" has no fields of its own`,
			`sender.secret = "x"`:  `unknown field "sender.secret"`,
			`sender.photo = "AA="`: `filters cannot ask for the field "sender.photo"`,
			`sender.spot > 1`:      "sender.spot is a message",
		} {
			_, err := s.List(t.Context(), crud.Query{Filter: filter})
			assert.Contains(t, violation(err), want, filter)
		}
	})
}

// Rows are ordered by the fields of a message, those without one behind the others.
func TestEmbeddedOrders(t *testing.T) {
	t.Parallel()
	eachParcels(t, func(t *testing.T, s crud.Store[*allkinds.Parcel, int64]) {
		r := rand.New(rand.NewPCG(7, 8))
		for range 30 {
			_, err := s.Create(t.Context(), &allkinds.Parcel{Sender: maybe(r, func() *allkinds.Place { return randomPlace(r) })})
			require.NoError(t, err)
		}
		walk := func(order string, size int32) (ids []int64, cities []string) {
			q := crud.Query{OrderBy: order, PageSize: size}
			for {
				page, err := s.List(t.Context(), q)
				require.NoError(t, err, order)
				for _, m := range page.Items {
					ids = append(ids, m.GetId())
					if m.GetSender() != nil {
						cities = append(cities, m.GetSender().GetCity())
					}
				}
				if q.PageToken = page.NextPageToken; q.PageToken == "" {
					return ids, cities
				}
			}
		}
		for _, order := range []string{"sender.city", "sender.city desc", "sender.zip, sender.floor desc", "sender.spot.latitude desc, sender.city", "sender.since", "sender.rank desc", "sender.color, id desc", "sender.until, sender.floor"} {
			whole, _ := walk(order, 1000)
			pages, cities := walk(order, 3)
			assert.Equal(t, whole, pages, order)
			if order == "sender.city" {
				assert.True(t, slices.IsSorted(cities))
			}
		}
		for order, want := range map[string]string{"sender": "rows cannot be ordered by the field", "sender.lines": "rows cannot be ordered by the field", "sender.cty": "unknown field"} {
			_, err := s.List(t.Context(), crud.Query{OrderBy: order})
			assert.Contains(t, violation(err), want)
		}
	})
}

// Behaviors hold inside, as they do in JSON; and what a field cannot hold is refused by its
// path.
func TestEmbeddedBehaviors(t *testing.T) {
	t.Parallel()
	eachParcels(t, func(t *testing.T, s crud.Store[*allkinds.Parcel, int64]) {
		create := func(p *allkinds.Place) (*allkinds.Parcel, error) {
			return crud.Create(t.Context(), allkinds.ParcelTable, s, &allkinds.Parcel{Sender: p})
		}
		_, err := create(&allkinds.Place{})
		assert.Equal(t, []string{"parcel.sender.city"}, fields(err))
		m, err := create(&allkinds.Place{City: "Oslo", Etag: "mine", Secret: "s", Origin: "o"})
		require.NoError(t, err)
		assert.Empty(t, m.GetSender().GetEtag(), "OUTPUT_ONLY")
		assert.Empty(t, m.GetSender().GetSecret(), "INPUT_ONLY")
		update := func(p *allkinds.Place, paths ...string) (*allkinds.Parcel, error) {
			return crud.Update(t.Context(), allkinds.ParcelTable, s, &allkinds.Parcel{Id: m.GetId(), Sender: p}, &fieldmaskpb.FieldMask{Paths: paths})
		}
		got, err := update(&allkinds.Place{City: "Bergen"}, "sender.city")
		require.NoError(t, err)
		assert.Equal(t, "o", got.GetSender().GetOrigin())
		_, err = update(&allkinds.Place{City: "Bergen", Origin: "other"}, "sender")
		assert.Equal(t, []string{"parcel.sender.origin"}, fields(err))
		_, err = update(&allkinds.Place{}, "sender.city")
		assert.Equal(t, []string{"parcel.sender.city"}, fields(err))

		for path, p := range map[string]*allkinds.Place{
			"sender.zip": {Zip: proto.String("ten characters")}, "sender.city": {City: "\x00"}, "sender.key": {Key: "x"},
			"sender.until": {Until: &date.Date{Year: 2024}}, "sender.guard.family_name": {Guard: &allkinds.Person{FamilyName: "\xff"}},
			"sender.color": {Color: 77}, "sender.guard.height": {Guard: &allkinds.Person{Height: math.Copysign(0, -1)}},
		} {
			_, err := s.Create(t.Context(), &allkinds.Parcel{Sender: p})
			assert.Equal(t, []string{path}, fields(err), path)
		}
	})
}
