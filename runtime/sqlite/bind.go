package sqlite

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

// argumentError is an argument that could not be bound. The statement was not
// run, so a transaction goes on.
type argumentError struct{ err error }

func (e *argumentError) Error() string { return "sqlite: " + e.err.Error() }

func (e *argumentError) Unwrap() error { return e.err }

func newArgumentError(position int, err error) error {
	return &argumentError{fmt.Errorf("argument $%d: %w", position, err)}
}

// toValue converts an argument. A string's or a []byte's bytes are borrowed.
func toValue(arg any) (value, error) {
	switch x := arg.(type) {
	case nil:
		return nullValue(), nil
	case string:
		return textValue(bytesOf(x))
	case int64:
		return integerValue(x), nil
	case int32:
		return integerValue(int64(x)), nil
	case int:
		return integerValue(int64(x)), nil
	case uint64:
		return integerValue(storeUint64(x)), nil
	case bool:
		return boolValue(x), nil
	case float64:
		return realValue(x)
	case []byte:
		return bytesValue(x), nil
	case time.Time:
		return timeValue(x)
	case json.RawMessage:
		return jsonValue(x)
	}
	return valuerValue(arg)
}

// valuerValue asks arg for its value if it is one of the interfaces that know,
// and goes by its kind otherwise.
func valuerValue(arg any) (value, error) {
	if rv := reflect.ValueOf(arg); rv.Kind() == reflect.Pointer && rv.IsNil() {
		return nullValue(), nil
	}
	switch x := arg.(type) {
	case pgtype.Uint64Valuer:
		v, err := x.Uint64Value()
		return orNull(v.Valid, integerValue(storeUint64(v.Uint64)), err)
	case pgtype.TimestamptzValuer:
		return timestamptzValue(x)
	case driver.Valuer:
		return driverValue(x)
	}
	if v, ok, err := pgtypeValue(arg); ok || err != nil {
		return v, err
	}
	return reflectValue(reflect.ValueOf(arg))
}

// pgtypeValue handles types that implement pgtype's valuers and not
// driver.Valuer.
func pgtypeValue(arg any) (value, bool, error) {
	var (
		v   value
		err error
	)
	switch x := arg.(type) {
	case pgtype.Int64Valuer:
		n, e := x.Int64Value()
		v, err = orNull(n.Valid, integerValue(n.Int64), e)
	case pgtype.Float64Valuer:
		f, e := x.Float64Value()
		if e != nil || !f.Valid {
			return nullValue(), true, e
		}
		v, err = realValue(f.Float64)
	case pgtype.TextValuer:
		s, e := x.TextValue()
		if e != nil || !s.Valid {
			return nullValue(), true, e
		}
		v, err = textValue(bytesOf(s.String))
	case pgtype.BoolValuer:
		b, e := x.BoolValue()
		v, err = orNull(b.Valid, boolValue(b.Bool), e)
	case pgtype.BytesValuer:
		b, e := x.BytesValue()
		v, err = bytesValue(b), e
	case pgtype.UUIDValuer:
		u, e := x.UUIDValue()
		v, err = orNull(u.Valid, value{kind: kindText, raw: bytesOf(u.String())}, e)
	default:
		return value{}, false, nil
	}
	return v, true, err
}

func orNull(valid bool, v value, err error) (value, error) {
	if err != nil || !valid {
		return nullValue(), err
	}
	return v, nil
}

func timestamptzValue(x pgtype.TimestamptzValuer) (value, error) {
	ts, err := x.TimestamptzValue()
	switch {
	case err != nil || !ts.Valid:
		return nullValue(), err
	case ts.InfinityModifier != pgtype.Finite:
		return value{}, errors.New("an infinite timestamp cannot be stored")
	}
	return timeValue(ts.Time)
}

// driverValue converts what a driver.Valuer returns, which must not be one again.
func driverValue(x driver.Valuer) (value, error) {
	got, err := x.Value()
	if err != nil {
		return value{}, err
	}
	if _, again := got.(driver.Valuer); again {
		return value{}, fmt.Errorf("the Value of %T is a driver.Valuer again", x)
	}
	return toValue(got)
}

// reflectValue converts by kind, for named types, pointers and slices.
func reflectValue(rv reflect.Value) (value, error) {
	switch rv.Kind() {
	case reflect.Pointer:
		if rv.IsNil() {
			return nullValue(), nil
		}
		return toValue(rv.Elem().Interface())
	case reflect.String:
		return textValue([]byte(rv.String()))
	case reflect.Bool:
		return boolValue(rv.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integerValue(rv.Int()), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return integerValue(int64(rv.Uint())), nil
	case reflect.Uint64:
		return integerValue(storeUint64(rv.Uint())), nil
	case reflect.Uint:
		return uintValue(rv.Uint())
	case reflect.Float32, reflect.Float64:
		return realValue(rv.Float())
	case reflect.Slice:
		return sliceValue(rv)
	case reflect.Array:
		if rv.Type().Elem().Kind() == reflect.Uint8 {
			return byteArrayValue(rv), nil
		}
	}
	return value{}, unsupported(rv.Type())
}

func unsupported(t reflect.Type) error {
	return fmt.Errorf("cannot store a value of the Go type %v", t)
}

func sliceValue(rv reflect.Value) (value, error) {
	if rv.Type().Elem().Kind() == reflect.Uint8 {
		return bytesValue(rv.Bytes()), nil
	}
	if rv.IsNil() {
		return nullValue(), nil
	}
	list, err := appendList(nil, rv)
	if err != nil {
		return value{}, err
	}
	return value{kind: kindText, raw: list}, nil
}

func byteArrayValue(rv reflect.Value) value {
	b := make([]byte, rv.Len())
	reflect.Copy(reflect.ValueOf(b), rv)
	return blobValue(b)
}

func bytesValue(b []byte) value {
	if b == nil {
		return nullValue()
	}
	return blobValue(b)
}

func boolValue(b bool) value {
	if b {
		return integerValue(1)
	}
	return integerValue(0)
}

// uintValue keeps a uint as the number it is: only uint64 is the order-preserving
// type.
func uintValue(n uint64) (value, error) {
	if n > math.MaxInt64 {
		return value{}, newError(stateOutOfRange, "the uint %d is greater than the greatest INTEGER; use uint64", n)
	}
	return integerValue(int64(n)), nil
}

func realValue(f float64) (value, error) {
	if math.IsNaN(f) {
		return value{}, newError(stateOutOfRange, "NaN cannot be stored")
	}
	return value{kind: kindReal, real: f}, nil
}

// textValue refuses what PostgreSQL refuses, with its SQLSTATE.
func textValue(b []byte) (value, error) {
	if err := checkText(b); err != nil {
		return value{}, err
	}
	return value{kind: kindText, raw: b}, nil
}

func checkText(b []byte) error {
	if bytes.IndexByte(b, 0) >= 0 {
		return newError(stateBadCharacter, "a text cannot hold the character NUL")
	}
	if !utf8.Valid(b) {
		return newError(stateBadCharacter, "a text must be valid UTF-8")
	}
	return nil
}

func jsonValue(b json.RawMessage) (value, error) {
	if b == nil {
		return nullValue(), nil
	}
	return textValue(b)
}

// The times whose microseconds since 1970 an INTEGER holds.
var (
	minTime = time.UnixMicro(math.MinInt64)
	maxTime = time.UnixMicro(math.MaxInt64)
)

func timeValue(t time.Time) (value, error) {
	if t.Before(minTime) || t.Truncate(time.Microsecond).After(maxTime) {
		return value{}, newError(stateOutOfRange, "the time is out of range: its year is %d", t.Year())
	}
	return integerValue(t.UnixMicro()), nil
}
