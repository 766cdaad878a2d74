package nearest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/nearest"
)

func TestTheNameThatWasMeant(t *testing.T) {
	t.Parallel()
	names := []string{"title", "isbn", "publish_time", "author.given_name", "pages", "page", "SAGA", "q"}
	tests := []struct{ wrong, want string }{
		{"titel", "title"}, // a swap counts once
		{"tile", "title"},
		{"publishTime", "publish_time"},
		{"author.givenname", "author.given_name"},
		{"TITLE", "title"},
		{"saga", "SAGA"},
		{"page", "page"},
		{"pags", "page"}, // as near as pages, and before it
		{"w", ""},        // nothing of it would be left
		{"w2", ""},
		{"q2", "q"},
		{"weight", ""},
		{"", ""},
		{strings.Repeat("title", 13), ""},
	}
	for _, tt := range tests {
		t.Run(tt.wrong, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, nearest.Of(tt.wrong, names))
			turned := slices.Clone(names)
			slices.Reverse(turned)
			assert.Equal(t, tt.want, nearest.Of(tt.wrong, turned), "whatever the order of the names")
		})
	}
}

// Whatever a client sends, what it is told is a name there is, and any one slip in a
// name of some length is mended.
func TestOneSlipIsMended(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z]{4,20}`).Draw(t, "name")
		at := rapid.IntRange(0, len(name)-2).Draw(t, "at")
		slips := []string{
			name[:at] + name[at+1:],
			name[:at] + "_" + name[at:],
			name[:at] + "7" + name[at+1:],
			name[:at] + name[at+1:at+2] + name[at:at+1] + name[at+2:],
			strings.ToUpper(name),
		}
		wrong := rapid.SampledFrom(slips).Draw(t, "wrong")
		assert.Equal(t, name, nearest.Of(wrong, []string{"0123456789012345678901234567890", name}))
	})
}
