package crud

import (
	"encoding/hex"

	"github.com/jackc/pgx/v5/pgtype"
)

// uuidKind is a string field that holds a UUID in lower-case canonical form
// (RFC 9562). The empty string is NULL, and NULL is the empty string.
var uuidKind = newUUIDKind()

const (
	uuidText   = 36
	uuidBinary = 16
)

func newUUIDKind() *kind[string] {
	k := &kind[string]{
		id:     KindUUID,
		bind:   bindUUID,
		reads:  readsUUID,
		decode: decodeUUID,
		scan:   scanUUID,
		equal:  same[string],
		zero:   isZero[string],
		check:  checkUUID,
		key: func(v any) (string, bool) {
			s, ok := v.(string)
			return s, ok && isUUID(s)
		},
		cursor: func(v string) any {
			if v == "" {
				return nil
			}
			return v
		},
	}
	k.list = newStringListKind(k)
	return k
}

func bindUUID(v string, _ Dialect) any {
	if v == "" {
		return nil
	}
	return v
}

// readsUUID accepts text too, for tables that keep UUIDs in text columns.
func readsUUID(oid uint32, format int16) bool {
	return isText(oid) || oid == pgtype.UUIDOID && format == pgtype.BinaryFormatCode
}

func decodeUUID(oid uint32, src []byte, mem *memory) (string, error) {
	if isText(oid) {
		return mem.string(src), nil
	}
	if len(src) != uuidBinary {
		return "", errWidth("uuid", src)
	}
	text := formatUUID(src)
	return mem.string(text[:]), nil
}

func scanUUID(v any, _ Dialect) (string, error) {
	switch v := v.(type) {
	case [uuidBinary]byte:
		text := formatUUID(v[:])
		return string(text[:]), nil
	case string:
		return v, nil
	}
	return "", errScan(v, "uuid")
}

// formatUUID writes 16 bytes in canonical form.
func formatUUID(b []byte) (text [uuidText]byte) {
	hex.Encode(text[0:8], b[0:4])
	hex.Encode(text[9:13], b[4:6])
	hex.Encode(text[14:18], b[6:8])
	hex.Encode(text[19:23], b[8:10])
	hex.Encode(text[24:36], b[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return text
}

// isUUID reports whether s is what formatUUID gives for some UUID. Any other
// spelling would come back different from how it was written.
func isUUID(s string) bool {
	if len(s) != uuidText {
		return false
	}
	for i := range uuidText {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

// checkUUID lets the empty string pass where it stands for unset.
func checkUUID(s string, info *ColumnInfo, _ Dialect) string {
	if isUUID(s) || s == "" && !info.Presence && !info.Repeated {
		return ""
	}
	return "must be a lower-case UUID"
}
