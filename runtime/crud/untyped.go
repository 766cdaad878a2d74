package crud

import (
	"iter"

	"google.golang.org/protobuf/proto"
)

// Only the faces of this package are generic in the type of a message: Table, Column,
// Repository, the queries and the functions that generated methods call. What is behind
// them takes a proto.Message, so that it is compiled once, and not again for each of the
// hundreds of messages that a program may have.

// as returns a message as what it is; nil as a nil of that type.
func as[M proto.Message](m proto.Message) M {
	if m == nil {
		var none M
		return none
	}
	return m.(M)
}

// typedAll returns messages as what they are; nil for nil.
func typedAll[M proto.Message](ms []proto.Message) []M { return eachOf(ms, as[M]) }

func untyped[M proto.Message](ms []M) []proto.Message {
	return eachOf(ms, func(m M) proto.Message { return m })
}

// getter and setter reach into a message whose type is forgotten.
func getter[M proto.Message, V any](get func(M) V) func(proto.Message) V {
	return func(m proto.Message) V { return get(as[M](m)) }
}

func setter[M proto.Message, V any](set func(M, V)) func(proto.Message, V) {
	return func(m proto.Message, v V) { set(as[M](m), v) }
}

func clearer[M proto.Message](clear func(M)) func(proto.Message) {
	return func(m proto.Message) { clear(as[M](m)) }
}

// typedEach are messages as what they are; nil beside an error is one of that type. The
// code of each message's repository would have it three times if it were inlined.
//
//go:noinline
func typedEach[M proto.Message](all iter.Seq2[proto.Message, error]) iter.Seq2[M, error] {
	return func(yield func(M, error) bool) {
		for m, err := range all {
			if !yield(as[M](m), err) {
				return
			}
		}
	}
}

// typedSend is send for events of any message. It is not inlined, as typedEach is not.
//
//go:noinline
func typedSend[M proto.Message](send func(Event[M]) error) func(Event[proto.Message]) error {
	return func(e Event[proto.Message]) error {
		return send(Event[M]{e.Type, as[M](e.Resource), as[M](e.Previous), e.ResumeToken, e.Time, e.Changed})
	}
}
