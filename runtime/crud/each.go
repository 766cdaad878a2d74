package crud

// Each returns what f makes of each element, in their order.
func Each[E, V any](elements []E, f func(E) V) []V {
	values := make([]V, len(elements))
	for i, e := range elements {
		values[i] = f(e)
	}
	return values
}
