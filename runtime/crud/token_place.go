package crud

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// A tokenPlace is what a page token says: the values of the order in the last row,
// nil for NULL, the total size if it was counted, and when it was issued if tokens
// have a lifetime.
type tokenPlace struct {
	values  []any
	total   int64
	counted bool
	issued  int64 // seconds since 1970, 0 for unknown

	// same is how many rows with these values were passed, and sent how many rows in all;
	// both are 0 where rows have keys.
	same, sent int64
}

// The parts of a token, as protobuf field numbers. They outlive a deployment, so a
// number never changes its meaning.
const (
	tokenInt64  protowire.Number = 1
	tokenInt32  protowire.Number = 2
	tokenUint64 protowire.Number = 3
	tokenUint32 protowire.Number = 4
	tokenString protowire.Number = 5
	tokenBool   protowire.Number = 6
	tokenDouble protowire.Number = 7
	tokenFloat  protowire.Number = 8
	tokenNull   protowire.Number = 9
	tokenTotal  protowire.Number = 10
	tokenIssued protowire.Number = 11
	tokenSame   protowire.Number = 12
	tokenSent   protowire.Number = 13
	tokenBytes  protowire.Number = 14
)

func (p tokenPlace) marshal() (b []byte, err error) {
	if p.counted {
		b = appendTokenVarint(b, tokenTotal, uint64(p.total))
	}
	if p.issued != 0 {
		b = appendTokenVarint(b, tokenIssued, uint64(p.issued))
	}
	if p.same != 0 {
		b = appendTokenVarint(b, tokenSame, uint64(p.same))
	}
	if p.sent != 0 {
		b = appendTokenVarint(b, tokenSent, uint64(p.sent))
	}
	for _, v := range p.values {
		if b, err = appendTokenValue(b, v); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func appendTokenValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return appendTokenVarint(b, tokenNull, 0), nil
	case int64:
		return appendTokenVarint(b, tokenInt64, uint64(v)), nil
	case int32:
		return appendTokenVarint(b, tokenInt32, uint64(v)), nil
	case uint64:
		return appendTokenVarint(b, tokenUint64, v), nil
	case uint32:
		return appendTokenVarint(b, tokenUint32, uint64(v)), nil
	case bool:
		return appendTokenVarint(b, tokenBool, protowire.EncodeBool(v)), nil
	case float64:
		return appendTokenVarint(b, tokenDouble, math.Float64bits(v)), nil
	case float32:
		return appendTokenVarint(b, tokenFloat, uint64(math.Float32bits(v))), nil
	case string:
		return protowire.AppendString(protowire.AppendTag(b, tokenString, protowire.BytesType), v), nil
	case []byte:
		return protowire.AppendBytes(protowire.AppendTag(b, tokenBytes, protowire.BytesType), v), nil
	}
	return nil, fmt.Errorf("crud: a page token cannot hold a %T", v)
}

func appendTokenVarint(b []byte, n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), v)
}

func unmarshalTokenPlace(b []byte) (p tokenPlace, ok bool) {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return p, false
		}
		b = b[n:]
		switch typ {
		case protowire.BytesType:
			var text []byte
			text, n = protowire.ConsumeBytes(b)
			ok = num == tokenString || num == tokenBytes
			if num == tokenBytes {
				p.values = append(p.values, copyBytes(text))
			} else {
				p.values = append(p.values, string(text))
			}
		case protowire.VarintType:
			var x uint64
			x, n = protowire.ConsumeVarint(b)
			ok = p.setNumber(num, x)
		default:
			return p, false
		}
		if n < 0 || !ok {
			return p, false
		}
		b = b[n:]
	}
	return p, true
}

// setNumber takes a number with the Go type it was sealed with.
func (p *tokenPlace) setNumber(num protowire.Number, x uint64) bool {
	var v any
	switch num {
	case tokenInt64:
		v = int64(x)
	case tokenInt32:
		v = int32(x)
	case tokenUint64:
		v = x
	case tokenUint32:
		v = uint32(x)
	case tokenBool:
		v = protowire.DecodeBool(x)
	case tokenDouble:
		v = math.Float64frombits(x)
	case tokenFloat:
		v = math.Float32frombits(uint32(x))
	case tokenNull:
	case tokenTotal:
		p.total, p.counted = int64(x), true
		return true
	case tokenIssued:
		p.issued = int64(x)
		return true
	case tokenSame:
		p.same = int64(x)
		return true
	case tokenSent:
		p.sent = int64(x)
		return true
	default:
		return false
	}
	p.values = append(p.values, v)
	return true
}
