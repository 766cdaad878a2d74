package crud

import "fmt"

// The errors of reading a row never hold the value: they are logged.

func errScan(v any, want string) error { return fmt.Errorf("cannot read %T as %s", v, want) }

func errWidth(name string, src []byte) error {
	return fmt.Errorf("%d bytes are no %s", len(src), name)
}

func errRange(name string) error { return fmt.Errorf("a value that %s cannot hold exactly", name) }

func same[V comparable](a, b V) bool { return a == b }

func isZero[V comparable](v V) bool {
	var zero V
	return v == zero
}

func keyOfType[V any](v any) (V, bool) {
	out, ok := v.(V)
	return out, ok
}

// itself and unchanged are the two ways of an element that is the same in JSON.
func itself[V any](v V) V { return v }

func unchanged[V any](v V) (V, error) { return v, nil }

// bindList binds a slice as it is. Nil would be NULL.
func bindList[V any](vs []V) any {
	if vs == nil {
		return []V{}
	}
	return vs
}

func convertList[To, From wholeNumber](vs []From) []To {
	out := make([]To, len(vs))
	for i, v := range vs {
		out[i] = To(v)
	}
	return out
}
