package ratelimit

import "strings"

// A Key is what tells callers apart. Peer, Principal, Metadata, Request and Func make
// one.
type Key struct {
	source source
	name   string
	get    []Getter
}

type source uint8

const (
	unset source = iota
	peerSource
	principalSource
	metadataSource
	requestSource
	funcSource
)

// Peer is the caller's address, without its port. It is that of the connection, unless
// TrustedProxies says whose word is taken for another.
func Peer() Key { return Key{source: peerSource} }

// Principal is who was authenticated, as runtime/identity has it. An anonymous call has
// no value.
func Principal() Key { return Key{source: principalSource} }

// Metadata are the values of a metadata key, all of them in their order. The name is
// not case-sensitive.
func Metadata(name string) Key {
	return Key{source: metadataSource, name: strings.ToLower(name)}
}

// Request is a field of the request. path names it in messages; the getters read it,
// one for each type of request that the limit sees. A request that none of them knows
// has no value.
func Request(path string, get ...Getter) Key {
	return Key{source: requestSource, name: path, get: get}
}

// Func is the result of a function that the option WithFunc registers.
func Func(name string) Key { return Key{source: funcSource, name: name} }

// String returns the key as protos write it: peer, metadata:authorization,
// request:book.author_id.
func (k Key) String() string {
	switch k.source {
	case peerSource:
		return "peer"
	case principalSource:
		return "principal"
	case metadataSource:
		return "metadata:" + k.name
	case requestSource:
		return "request:" + k.name
	case funcSource:
		return "func:" + k.name
	default:
		return ""
	}
}

func keyNames(keys []Key) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.String()
	}
	return strings.Join(names, ",")
}

// A Getter reads a field of a request. ok is false for a request of another type.
// From makes one.
type Getter func(request any) (v Value, ok bool)

// From returns the getter of a type of request.
func From[R any](get func(R) Value) Getter {
	return func(request any) (Value, bool) {
		r, ok := request.(R)
		if !ok {
			return Value{}, false
		}
		return get(r), true
	}
}

// A Value is the value of a field. The zero Value is a missing one.
type Value struct {
	kind   valueKind
	number uint64
	text   string
}

type valueKind uint8

const (
	missing valueKind = iota
	numberValue
	textValue
)

// Int returns the value of a signed integer or of an enum.
func Int[T ~int32 | ~int64](v T) Value { return Value{kind: numberValue, number: uint64(v)} }

// Uint returns the value of an unsigned integer.
func Uint[T ~uint32 | ~uint64](v T) Value { return Value{kind: numberValue, number: uint64(v)} }

// Bool returns the value of a bool.
func Bool(v bool) Value {
	if v {
		return Value{kind: numberValue, number: 1}
	}
	return Value{kind: numberValue}
}

// Text returns the value of a string or of bytes.
func Text[T ~string | ~[]byte](v T) Value { return Value{kind: textValue, text: string(v)} }

// If returns the value of a field that has presence: v, or a missing value if it is
// not set.
func If(set bool, v Value) Value {
	if !set {
		return Value{}
	}
	return v
}
