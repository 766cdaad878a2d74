package crud

// What most kinds share: values that == compares, and that JSON has as they are.

func same[V comparable](a, b V) bool { return a == b }

func isZero[V comparable](v V) bool {
	var zero V
	return v == zero
}

func keyOfType[V any](v any) (V, bool) {
	out, ok := v.(V)
	return out, ok
}

// asCursor keeps a value in a page token as it is.
func asCursor[V any](v V) any { return v }

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
