package sqlite

import (
	"database/sql"
	"fmt"
	"math"
	"reflect"
	"time"
)

// scan stores v in the variable that dst points at. What it stores shares no
// memory with v.
func scan(v *value, dst any) error {
	switch d := dst.(type) {
	case *string:
		return scanString(v, d)
	case *int64:
		return scanInteger(v, d)
	case *int32:
		return scanInteger(v, d)
	case *int:
		return scanInteger(v, d)
	case *uint64:
		return scanUint64(v, d)
	case *bool:
		return scanBool(v, d)
	case *float64:
		return scanFloat(v, d)
	case *[]byte:
		return scanBytes(v, d)
	case *time.Time:
		return scanTimestamp(v, d)
	case *any:
		*d = v.any()
		return nil
	}
	return scanInterface(v, dst)
}

// scanInterface lets dst scan by itself if it can, and goes by its kind
// otherwise.
func scanInterface(v *value, dst any) error {
	if ok, err := scanPgtype(v, dst); ok {
		return err
	}
	if d, ok := dst.(sql.Scanner); ok {
		return d.Scan(v.any())
	}
	rv := reflect.ValueOf(dst)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		return fmt.Errorf("cannot scan into %T: it is not a pointer to a variable", dst)
	}
	return scanReflect(v, rv.Elem())
}

// scanReflect scans by the kind of dst: into named types, pointers, lists and
// byte arrays.
func scanReflect(v *value, dst reflect.Value) error {
	switch dst.Kind() {
	case reflect.Pointer:
		return scanPointer(v, dst)
	case reflect.Slice:
		return scanSlice(v, dst)
	}
	if v.kind == kindNull {
		return mismatch(v, dst.Type())
	}
	switch dst.Kind() {
	case reflect.String:
		if v.kind == kindText {
			dst.SetString(v.text())
			return nil
		}
	case reflect.Bool:
		var b bool
		if err := scanBool(v, &b); err != nil {
			return err
		}
		dst.SetBool(b)
		return nil
	case reflect.Float32, reflect.Float64:
		return scanReflectFloat(v, dst)
	case reflect.Array:
		return scanArray(v, dst)
	default:
		return scanReflectInteger(v, dst)
	}
	return mismatch(v, dst.Type())
}

func scanReflectInteger(v *value, dst reflect.Value) error {
	n, err := toInteger(v, dst.Type())
	if err != nil {
		return err
	}
	switch dst.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if dst.OverflowInt(n) {
			return outOfRange(n, dst.Type())
		}
		dst.SetInt(n)
	case reflect.Uint64:
		dst.SetUint(loadUint64(n))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		if n < 0 || dst.OverflowUint(uint64(n)) {
			return outOfRange(n, dst.Type())
		}
		dst.SetUint(uint64(n))
	default:
		return mismatch(v, dst.Type())
	}
	return nil
}

func scanReflectFloat(v *value, dst reflect.Value) error {
	var f float64
	if err := scanFloat(v, &f); err != nil {
		return err
	}
	if dst.OverflowFloat(f) {
		return fmt.Errorf("%v is out of the range of %v", f, dst.Type())
	}
	dst.SetFloat(f)
	return nil
}

func scanPointer(v *value, dst reflect.Value) error {
	if v.kind == kindNull {
		dst.SetZero()
		return nil
	}
	elem := reflect.New(dst.Type().Elem())
	if err := scan(v, elem.Interface()); err != nil {
		return err
	}
	dst.Set(elem)
	return nil
}

func scanSlice(v *value, dst reflect.Value) error {
	switch {
	case v.kind == kindNull:
		dst.SetZero()
		return nil
	case dst.Type().Elem().Kind() == reflect.Uint8:
		var b []byte
		if err := scanBytes(v, &b); err != nil {
			return err
		}
		dst.SetBytes(b)
		return nil
	case v.kind == kindText:
		return scanList(v.raw, dst)
	default:
		return mismatch(v, dst.Type())
	}
}

func scanArray(v *value, dst reflect.Value) error {
	if v.kind != kindBlob || dst.Type().Elem().Kind() != reflect.Uint8 {
		return mismatch(v, dst.Type())
	}
	if len(v.raw) != dst.Len() {
		return fmt.Errorf("cannot scan a BLOB of %d bytes into %v", len(v.raw), dst.Type())
	}
	reflect.Copy(dst, reflect.ValueOf(v.raw))
	return nil
}

func scanString(v *value, d *string) error {
	if v.kind != kindText {
		return mismatch(v, reflect.TypeFor[string]())
	}
	*d = v.text()
	return nil
}

func scanBytes(v *value, d *[]byte) error {
	switch v.kind {
	case kindNull:
		*d = nil
	case kindBlob, kindText:
		*d = v.blob()
	default:
		return mismatch(v, reflect.TypeFor[[]byte]())
	}
	return nil
}

func scanInteger[T int | int32 | int64](v *value, d *T) error {
	n, err := toInteger(v, reflect.TypeFor[T]())
	if err != nil {
		return err
	}
	if int64(T(n)) != n {
		return outOfRange(n, reflect.TypeFor[T]())
	}
	*d = T(n)
	return nil
}

func scanUint64(v *value, d *uint64) error {
	if v.kind != kindInteger {
		return mismatch(v, reflect.TypeFor[uint64]())
	}
	*d = loadUint64(v.num)
	return nil
}

// toInteger takes a REAL that is a whole number too: sums and averages are REAL.
func toInteger(v *value, t reflect.Type) (int64, error) {
	switch {
	case v.kind == kindInteger:
		return v.num, nil
	case v.kind == kindReal && t.Kind() != reflect.Uint64:
		if v.real == math.Trunc(v.real) && v.real >= -1<<63 && v.real < 1<<63 {
			return int64(v.real), nil
		}
		return 0, fmt.Errorf("cannot scan the REAL %v into *%v: it is not such an integer", v.real, t)
	}
	return 0, mismatch(v, t)
}

func scanFloat(v *value, d *float64) error {
	switch {
	case v.kind == kindReal:
		*d = v.real
	case v.kind == kindInteger && int64(float64(v.num)) == v.num && v.num != math.MaxInt64:
		*d = float64(v.num)
	case v.kind == kindInteger:
		return fmt.Errorf("cannot scan the INTEGER %d into *float64 exactly", v.num)
	default:
		return mismatch(v, reflect.TypeFor[float64]())
	}
	return nil
}

func scanBool(v *value, d *bool) error {
	if v.kind != kindInteger {
		return mismatch(v, reflect.TypeFor[bool]())
	}
	return integerToBool(v.num, d)
}

func integerToBool(n int64, d *bool) error {
	if n != 0 && n != 1 {
		return fmt.Errorf("cannot scan the INTEGER %d into *bool: it is neither 0 nor 1", n)
	}
	*d = n == 1
	return nil
}

func scanTimestamp(v *value, d *time.Time) error {
	if v.kind != kindInteger {
		return mismatch(v, reflect.TypeFor[time.Time]())
	}
	*d = scanTime(v.num)
	return nil
}

func mismatch(v *value, t reflect.Type) error {
	return fmt.Errorf("cannot scan %v into *%v", v.kind, t)
}

func outOfRange(n int64, t reflect.Type) error {
	return fmt.Errorf("%d is out of the range of %v", n, t)
}
