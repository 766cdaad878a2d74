package crud

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
)

// JoinKey returns the text of a composite key: its values joined with /. A / or %
// in a string is percent-encoded, so that SplitKey gives the values back.
func JoinKey(values ...any) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = keyEscaper.Replace(keyText(v))
	}
	return strings.Join(parts, "/")
}

var (
	keyEscaper   = strings.NewReplacer("%", "%25", "/", "%2F")
	keyUnescaper = strings.NewReplacer("%25", "%", "%2F", "/")
)

// SplitKey reads the values of JoinKey's text into dst: one *string, *int32,
// *int64, *uint32 or *uint64 each. Its error is ErrNoSuchKey when the number of
// values is right but one is not written as JoinKey writes it.
func SplitKey(text string, dst ...any) error {
	parts := strings.Split(text, "/")
	if len(parts) != len(dst) {
		return fmt.Errorf("must have %d values joined with /", len(dst))
	}
	for i, part := range parts {
		value := keyUnescaper.Replace(part)
		if keyEscaper.Replace(value) != part { // two texts never mean one key
			return ErrNoSuchKey
		}
		if err := parseKeyValue(value, dst[i]); err != nil {
			return err
		}
	}
	return nil
}

// keyText returns a key value as it stands in names.
func keyText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case int32:
		return strconv.FormatInt(int64(v), 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case uint32:
		return strconv.FormatUint(uint64(v), 10)
	}
	return fmt.Sprint(v)
}

// parseKeyValue reads one value. A number must be written as keyText writes it:
// two names never mean one row.
func parseKeyValue(text string, dst any) error {
	switch dst := dst.(type) {
	case *string:
		*dst = text
		return nil
	case *int64:
		v, err := strconv.ParseInt(text, 10, 64)
		*dst = v
		return canonical(text, v, err)
	case *int32:
		v, err := strconv.ParseInt(text, 10, 32)
		*dst = int32(v)
		return canonical(text, v, err)
	case *uint64:
		v, err := strconv.ParseUint(text, 10, 64)
		*dst = v
		return canonical(text, v, err)
	case *uint32:
		v, err := strconv.ParseUint(text, 10, 32)
		*dst = uint32(v)
		return canonical(text, v, err)
	}
	return fmt.Errorf("crud: %T cannot hold a key value", dst)
}

func canonical(text string, v any, err error) error {
	if err != nil || keyText(v) != text {
		return ErrNoSuchKey
	}
	return nil
}

// zeroKeyValue reports whether a key value counts as not given.
func zeroKeyValue(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case int64:
		return v == 0
	case int32:
		return v == 0
	case uint64:
		return v == 0
	case uint32:
		return v == 0
	}
	return false
}

// KeyOf returns the key of a message. Its error is that of a resource name which does
// not parse, or [ErrNoSuchKey].
func (t *table) keyOf(m proto.Message) (any, error) {
	if t.parseName != nil {
		if name := t.nameOf(m); name != "" || t.key == nil {
			return t.parseName(name)
		}
	}
	return t.key(m), nil
}

// values returns the values of a key, in key column order.
func (t *table) values(key any) []any {
	if t.keyValues == nil {
		return []any{key}
	}
	return t.keyValues(key)
}

// keyArgs returns the values of a key as they are bound. ok is false when one
// cannot be a value of its column, so that no row has the key.
func (t *table) keyArgs(key any, d Dialect) (args []any, ok bool) {
	args = t.values(key)
	for i, v := range args {
		if args[i], ok = t.keyColumns[i].codec.bind(v, d); !ok {
			return nil, false
		}
	}
	return args, true
}

// keyName returns the text of a key: the resource name, or the values joined with /.
func (t *table) keyName(key any) string {
	if s, ok := any(key).(fmt.Stringer); ok {
		return s.String()
	}
	return keyText(any(key))
}

// keyNameOf returns the text of a row's key.
func (t *table) keyNameOf(m proto.Message) string {
	key, err := t.keyOf(m)
	if err != nil {
		return "" // no key that is stored fails to parse
	}
	return t.keyName(key)
}

// nameOf returns the resource name that a message holds, "" in the plain style.
func (t *table) nameOf(m proto.Message) string {
	if t.name == nil {
		return ""
	}
	return t.name(m)
}

// keyFromText returns a name's variable as a value of its key column. ok is false
// when the text cannot be one.
func keyFromText(k Kind, text string) (v any, ok bool) {
	var err error
	switch k {
	case KindInt64:
		var n int64
		err = parseKeyValue(text, &n)
		v = n
	case KindInt32:
		var n int32
		err = parseKeyValue(text, &n)
		v = n
	case KindUint64:
		var n uint64
		err = parseKeyValue(text, &n)
		v = n
	case KindUint32:
		var n uint32
		err = parseKeyValue(text, &n)
		v = n
	default:
		v = text
	}
	return v, err == nil
}

// anyKeys are keys without their type, and keysAs are such keys with it.
func anyKeys[K any](keys []K) []any {
	all := make([]any, len(keys))
	for i, key := range keys {
		all[i] = key
	}
	return all
}

func keysAs[K any](keys []any) []K {
	all := make([]K, len(keys))
	for i, key := range keys {
		all[i] = key.(K)
	}
	return all
}
