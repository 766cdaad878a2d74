package crud

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// The batch methods of a [Store] write all of their elements or none (AIP-231,
// AIP-233, AIP-234, AIP-235), and answer in the order in which they were asked. A
// violation of an element has the element's place in front of its path, as in
// [3].title; the server's functions make requests[3].book.title of it. Another error
// of one element has its place in ErrorInfo's metadata, under "index".

// A Change is one element of a BatchUpdate: what Update is given for one resource.
type Change[M proto.Message] struct {
	Message M
	// Mask names the fields to write, as Update's.
	Mask *fieldmaskpb.FieldMask
	// Options are those of this element, added to the call's own: IfEtag, Unchanged,
	// AllowMissing. ValidateOnly and RequestID belong to the call.
	Options []WriteOption
}

func untypedChange[M proto.Message](c Change[M]) Change[proto.Message] {
	return Change[proto.Message]{c.Message, c.Mask, c.Options}
}

// batchSize returns what is wrong with the number of elements in the list of that
// name.
func (t *table) batchSize(list string, n int) []Violation {
	switch most := int(t.info.MaxBatchSize); {
	case n == 0:
		return []Violation{missingField(list)}
	case n > most:
		return []Violation{invalidField(list, fmt.Sprintf("has %d elements, more than %d", n, most))}
	}
	return nil
}

// checkBatch refuses a list that is empty or too long.
func (c *core) checkBatch(list string, n int) error {
	if violations := c.table.batchSize(list, n); len(violations) > 0 {
		return invalid(c.domain, violations...)
	}
	return nil
}

// distinct returns the keys without repetition, in the order of their first places.
func distinct[K comparable](keys []K) []K {
	seen := make(map[K]struct{}, len(keys))
	unique := make([]K, 0, len(keys))
	for _, key := range keys {
		if _, again := seen[key]; !again {
			seen[key] = struct{}{}
			unique = append(unique, key)
		}
	}
	return unique
}
