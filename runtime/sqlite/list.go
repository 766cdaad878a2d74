package sqlite

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Lists are kept as JSON arrays. An element is written as SQLite would store it
// by itself, so that json_each gives values that compare equal to a column's.

// appendList writes the slice rv as a JSON array.
func appendList(dst []byte, rv reflect.Value) ([]byte, error) {
	dst = append(dst, '[')
	for i := range rv.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendElement(dst, rv.Index(i)); err != nil {
			return nil, fmt.Errorf("element %d of %v: %w", i, rv.Type(), err)
		}
	}
	return append(dst, ']'), nil
}

func appendElement(dst []byte, elem reflect.Value) ([]byte, error) {
	v, err := elementValue(elem)
	if err != nil {
		return nil, err
	}
	switch v.kind {
	case kindInteger:
		if elem.Kind() == reflect.Bool {
			return strconv.AppendBool(dst, v.num != 0), nil
		}
		return strconv.AppendInt(dst, v.num, 10), nil
	case kindReal:
		return appendReal(dst, v.real), nil
	case kindText:
		return appendString(dst, v.text())
	case kindBlob:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, v.raw)
		return append(dst, '"'), nil
	default:
		return append(dst, "null"...), nil
	}
}

// elementValue is toValue without lists in lists.
func elementValue(elem reflect.Value) (value, error) {
	if k := elem.Kind(); k == reflect.Slice && elem.Type().Elem().Kind() != reflect.Uint8 {
		return value{}, unsupported(elem.Type())
	}
	return toValue(elem.Interface())
}

// appendReal always writes a fraction or an exponent, so that JSON readers take
// the number for a REAL; infinity is a number beyond the greatest.
func appendReal(dst []byte, f float64) []byte {
	switch {
	case math.IsInf(f, 1):
		return append(dst, "9e999"...)
	case math.IsInf(f, -1):
		return append(dst, "-9e999"...)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'g', -1, 64)
	if !bytes.ContainsAny(dst[start:], ".e") {
		dst = append(dst, ".0"...)
	}
	return dst
}

func appendString(dst []byte, s string) ([]byte, error) {
	quoted, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return append(dst, quoted...), nil
}

// scanList reads a JSON array into the slice that dst is.
func scanList(list []byte, dst reflect.Value) error {
	dec := json.NewDecoder(bytes.NewReader(list))
	dec.UseNumber()
	if tok, err := dec.Token(); err != nil || tok != json.Delim('[') {
		return fmt.Errorf("cannot scan TEXT that is not a JSON array into *%v", dst.Type())
	}
	out := reflect.MakeSlice(dst.Type(), 0, 0)
	for dec.More() {
		elem := reflect.New(dst.Type().Elem())
		if err := scanElement(dec, elem); err != nil {
			return fmt.Errorf("element %d: %w", out.Len(), err)
		}
		out = reflect.Append(out, elem.Elem())
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("cannot scan TEXT that is not a JSON array into *%v", dst.Type())
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON array")
	}
	dst.Set(out)
	return nil
}

// scanElement scans the next element as if it came from a column of its own.
func scanElement(dec *json.Decoder, dst reflect.Value) error {
	var elem any
	if err := dec.Decode(&elem); err != nil {
		return err
	}
	v, err := jsonElement(elem, isBytes(dst.Type().Elem()))
	if err != nil {
		return err
	}
	return scan(&v, dst.Interface())
}

func isBytes(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

func jsonElement(elem any, blob bool) (value, error) {
	switch x := elem.(type) {
	case nil:
		return nullValue(), nil
	case bool:
		return boolValue(x), nil
	case json.Number:
		return numberValue(string(x))
	case string:
		if !blob {
			return value{kind: kindText, raw: []byte(x)}, nil
		}
		b, err := base64.StdEncoding.DecodeString(x)
		return blobValue(b), err
	default:
		return value{}, errors.New("a JSON array or object within a JSON array")
	}
}

func numberValue(s string) (value, error) {
	if !strings.ContainsAny(s, ".eE") {
		n, err := strconv.ParseInt(s, 10, 64)
		return integerValue(n), err
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return value{}, err
	}
	return value{kind: kindReal, real: f}, nil
}

// scanTime and the other times of this package are in UTC.
func scanTime(micros int64) time.Time { return time.UnixMicro(micros).UTC() }
