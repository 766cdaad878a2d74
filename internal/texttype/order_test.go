package texttype_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
)

// Numerics are ordered as PostgreSQL orders them, and equal whatever their scale.
func TestOrderOfNumerics(t *testing.T) {
	t.Parallel()
	numeric, err := texttype.Parse("numeric(12,2)")
	require.NoError(t, err)
	sorted := []string{"-Infinity", "-10.5", "-10.49", "-9", "-0.001", "0", "0.001", "0.01", "9", "10", "10.05", "10.5", "100", "Infinity", "NaN"}
	shuffled := slices.Clone(sorted)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, numeric.Order())
	assert.Equal(t, sorted, shuffled)
	for _, same := range [][2]string{{"1.50", "1.5"}, {"0", "0.00"}, {"-2.10", "-2.1"}, {"NaN", "NaN"}, {"Infinity", "Infinity"}} {
		assert.Zero(t, numeric.Order()(same[0], same[1]), same)
	}
}

// Of other types only the database knows the order.
func TestNoOrder(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"inet", "citext", "interval", "numrange"} {
		of, err := texttype.Parse(name)
		require.NoError(t, err)
		assert.Nil(t, of.Order(), name)
	}
}
