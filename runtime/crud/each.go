package crud

// Each returns what f makes of each element, in their order.
func Each[E, V any](elements []E, f func(E) V) []V {
	values := make([]V, len(elements))
	for i, e := range elements {
		values[i] = f(e)
	}
	return values
}

// eachOf is Each, and nil for nil.
func eachOf[E, V any](elements []E, f func(E) V) []V {
	if elements == nil {
		return nil
	}
	return Each(elements, f)
}
