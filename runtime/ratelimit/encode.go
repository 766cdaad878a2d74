package ratelimit

import (
	"crypto/sha256"
	"encoding/binary"
)

// A BudgetID names a budget: that of a policy and of the values of its keys. It is the
// first half of a SHA-256, so that nobody can choose values that share a budget with
// somebody else's, and it holds no value in the clear.
type BudgetID [16]byte

// An encoder joins values so that no two lists of them are the same bytes: each has a
// tag, and what varies in length has its length before it.
type encoder []byte

// The tags of values.
const (
	tagMissing byte = iota
	tagNumber
	tagText
	tagList
)

func (e encoder) missing() encoder { return append(e, tagMissing) }

func (e encoder) number(n uint64) encoder {
	return binary.AppendUvarint(append(e, tagNumber), n)
}

func (e encoder) text(s string) encoder {
	e = binary.AppendUvarint(append(e, tagText), uint64(len(s)))
	return append(e, s...)
}

func (e encoder) list(values []string) encoder {
	e = binary.AppendUvarint(append(e, tagList), uint64(len(values)))
	for _, v := range values {
		e = e.text(v)
	}
	return e
}

func (e encoder) value(v Value) encoder {
	switch v.kind {
	case numberValue:
		return e.number(v.number)
	case textValue:
		return e.text(v.text)
	default:
		return e.missing()
	}
}

func (e encoder) id() BudgetID {
	sum := sha256.Sum256(e)
	return BudgetID(sum[:len(BudgetID{})])
}
