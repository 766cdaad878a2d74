package allkinds_test

import (
	"math/rand/v2"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
)

func randomText(r *rand.Rand) string {
	return []string{"", "a", "b", "Ann", "Oslo", `ä"\`, "1", "a@b"}[r.IntN(8)]
}

func maybe[T any](r *rand.Rand, f func() *T) *T {
	if r.IntN(3) == 0 {
		return nil
	}
	return f()
}

func randomAddress(r *rand.Rand) *allkinds.Address {
	return &allkinds.Address{City: randomText(r), Zip: maybe(r, func() *string { return proto.String(randomText(r)) })}
}

func randomPerson(r *rand.Rand) *allkinds.Person {
	p := &allkinds.Person{
		GivenName: randomText(r), Color: allkinds.Color(r.IntN(3)), Active: r.IntN(2) == 0,
		Age:       maybe(r, func() *int32 { return proto.Int32([]int32{0, 7, -1}[r.IntN(3)]) }),
		Score:     []int64{0, 1<<63 - 1, -1 << 63, 12, 100}[r.IntN(5)],
		Total:     []uint64{0, 1<<64 - 1, 9, 10}[r.IntN(4)],
		Height:    []float64{0, 0.1, -1e308, 1e308, 1.5}[r.IntN(5)],
		Weight:    []float32{0, 0.1, 16777216, 1e-45}[r.IntN(4)],
		Photo:     [][]byte{nil, {0, 1}, {255}}[r.IntN(3)],
		BirthTime: maybe(r, func() *timestamppb.Timestamp { return randomTime(r) }),
		Patience: maybe(r, func() *durationpb.Duration {
			return []*durationpb.Duration{{}, {Seconds: 1, Nanos: 5e8}, {Nanos: -5e8}, {Seconds: -3, Nanos: -25e7}, {Seconds: 315576000000}}[r.IntN(5)]
		}),
		Address: maybe(r, func() *allkinds.Address { return randomAddress(r) }),
	}
	for range r.IntN(3) {
		p.Tags = append(p.Tags, randomText(r))
	}
	if r.IntN(2) == 0 {
		p.Counts = map[string]int64{"k": int64(r.IntN(2)), randomText(r): 5}
	}
	if r.IntN(2) == 0 {
		p.Contact = &allkinds.Person_Email{Email: randomText(r)}
	}
	return p
}

func randomTime(r *rand.Rand) *timestamppb.Timestamp {
	base := time.Date(2012, 4, 21, 11, 30, 0, 0, time.UTC)
	return timestamppb.New(base.Add([]time.Duration{0, time.Second / 2, time.Microsecond, -time.Hour, 500 * time.Nanosecond}[r.IntN(5)]))
}

func randomTree(r *rand.Rand, depth int) *allkinds.Tree {
	t := &allkinds.Tree{Name: randomText(r)}
	if depth < 3 {
		t.Next = maybe(r, func() *allkinds.Tree { return randomTree(r, depth+1) })
		for range r.IntN(3) {
			t.Children = append(t.Children, randomTree(r, depth+1))
		}
	}
	return t
}

func randomDocument(r *rand.Rand) *allkinds.Document {
	m := &allkinds.Document{
		Author: maybe(r, func() *allkinds.Person { return randomPerson(r) }),
		Tree:   maybe(r, func() *allkinds.Tree { return randomTree(r, 0) }),
	}
	for range r.IntN(3) {
		m.Editors = append(m.Editors, randomPerson(r))
		m.Words = append(m.Words, randomText(r))
	}
	keys := []string{"smith", `a "b`, "$.x"}
	for _, k := range keys[:r.IntN(4)] {
		if m.Reviews == nil {
			m.Reviews, m.Labels, m.Stamps = map[string]*allkinds.Review{}, map[string]string{}, map[string]*timestamppb.Timestamp{}
		}
		m.Reviews[k] = &allkinds.Review{Stars: int32(r.IntN(5)), Reviewer: maybe(r, func() *allkinds.Person { return randomPerson(r) })}
		m.Labels[k], m.Stamps[k] = randomText(r), randomTime(r)
	}
	if r.IntN(2) == 0 {
		m.Weights = map[int64]float64{7: float64(r.IntN(3)) / 2, -1 << 63: 1}
		m.Flags = map[bool]allkinds.Color{r.IntN(2) == 0: allkinds.Color(r.IntN(2))}
		m.Counters = map[uint64]uint64{1<<64 - 1: []uint64{1, 2, 1<<64 - 1}[r.IntN(3)]}
		m.Form = &allkinds.Document_Shop{Shop: randomAddress(r)}
	}
	return m
}
