package crud

import (
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// NoKey is the key of a model that has none: nothing tells its rows apart. Their [Store]
// lists, streams and creates them; a method that asks for a key answers UNIMPLEMENTED
// and does nothing, since no row or every row could be meant.
//
// Lists are in the order of the query and then of all columns. Rows that are equal in all
// of them are interchangeable: the pages of a table at rest have each as often as the
// table does. A page costs a scan of what the filter leaves, and reads all columns
// whatever its mask. Its token holds the values of the last row, or, where these are more
// than 4 KiB, how many rows came before, which writes meanwhile shift.
type NoKey struct{}

// String returns the empty text: no row has a name.
func (NoKey) String() string { return "" }

// Keyless reports whether nothing tells the rows of the table apart.
func (i *TableInfo) Keyless() bool { return len(i.Key) == 0 }

func (t *table) keyless() bool { return len(t.keyColumns) == 0 }

// withoutKey makes the funcs of keys those of NoKey, which has no values.
func (t *table) withoutKey() {
	t.key = func(proto.Message) any { return NoKey{} }
	t.setKey = func(proto.Message, any) {}
	t.keyValues = func(any) []any { return nil }
}

// keyed is the error of a method that asks for a key of a table that has none. No
// statement may be sent then: without the condition of a key it would be about all rows.
func (c *core) keyed(method string) error {
	if !c.table.keyless() {
		return nil
	}
	return &Error{
		Code: codes.Unimplemented, Reason: ReasonUnimplemented, Domain: c.domain,
		Message:  fmt.Sprintf("%s asks for one row, and %s has no key that tells rows apart", method, c.table.info.Message),
		Metadata: map[string]string{"method": method},
	}
}
