package crud

import (
	"encoding/binary"
	"math/big"
	"math/bits"

	"github.com/jackc/pgx/v5/pgtype"
)

// PostgreSQL sends a numeric in base 10,000: the number of digits, the weight of
// the first one, a sign, the decimal places to show, and the digits, of 16 bits
// each.
const (
	numericHeader   = 8
	numericBase     = 10_000
	numericPositive = 0x0000
)

// decodeNumeric reads a numeric that is a uint64.
func decodeNumeric(src []byte) (uint64, error) {
	if len(src) < numericHeader {
		return 0, errWidth("numeric", src)
	}
	count := int(binary.BigEndian.Uint16(src))
	weight := int(int16(binary.BigEndian.Uint16(src[2:])))
	sign := binary.BigEndian.Uint16(src[4:])
	digits := src[numericHeader:]
	if len(digits) != 2*count {
		return 0, errWidth("numeric", src)
	}
	if sign != numericPositive {
		return 0, errRange("uint64")
	}
	return numericDigits(digits, count, weight)
}

// numericDigits adds up the digits of a number whose first digit counts
// 10,000^weight. Trailing zero digits are not sent.
func numericDigits(digits []byte, count, weight int) (uint64, error) {
	var v uint64
	for i := range max(count, weight+1) {
		var digit uint64
		if i < count {
			digit = uint64(binary.BigEndian.Uint16(digits[2*i:]))
		}
		if digit >= numericBase || (i > weight && digit != 0) {
			return 0, errRange("uint64")
		}
		if i > weight {
			continue
		}
		high, low := bits.Mul64(v, numericBase)
		sum, carry := bits.Add64(low, digit, 0)
		if high != 0 || carry != 0 {
			return 0, errRange("uint64")
		}
		v = sum
	}
	return v, nil
}

// maxDecimals is the number of decimal digits of the greatest uint64.
const maxDecimals = 20

// numericToUint64 is decodeNumeric for what pgx has decoded itself.
func numericToUint64(n *pgtype.Numeric) (uint64, error) {
	if !n.Valid || n.NaN || n.InfinityModifier != pgtype.Finite || n.Int == nil || n.Int.Sign() < 0 {
		return 0, errRange("uint64")
	}
	v := n.Int
	if v.Sign() == 0 {
		return 0, nil
	}
	switch {
	case n.Exp > maxDecimals:
		return 0, errRange("uint64")
	case n.Exp > 0:
		v = new(big.Int).Mul(v, pow10(n.Exp))
	case -int64(n.Exp) > int64(v.BitLen()): // 10^-Exp is greater than v
		return 0, errRange("uint64")
	case n.Exp < 0:
		quotient, rest := new(big.Int).QuoRem(v, pow10(-n.Exp), new(big.Int))
		if rest.Sign() != 0 {
			return 0, errRange("uint64")
		}
		v = quotient
	}
	if !v.IsUint64() {
		return 0, errRange("uint64")
	}
	return v.Uint64(), nil
}

func pow10(n int32) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
