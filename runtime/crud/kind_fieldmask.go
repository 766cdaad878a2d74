package crud

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// fieldMaskKind keeps the paths of a mask as a list of strings. A mask that has none is
// not one that is unset.
var fieldMaskKind = newFieldMaskKind()

func newFieldMaskKind() *kind[*fieldmaskpb.FieldMask] {
	list := stringKind.list
	mask := func(paths []string, err error) (*fieldmaskpb.FieldMask, error) {
		if err != nil {
			return nil, err
		}
		return &fieldmaskpb.FieldMask{Paths: paths}, nil
	}
	return &kind[*fieldmaskpb.FieldMask]{
		id:    KindString,
		bind:  func(v *fieldmaskpb.FieldMask, d Dialect) any { return list.bind(v.GetPaths(), d) },
		reads: list.reads,
		decode: func(oid uint32, src []byte, mem *memory) (*fieldmaskpb.FieldMask, error) {
			return mask(list.decode(oid, src, mem))
		},
		scan:  func(v any, d Dialect) (*fieldmaskpb.FieldMask, error) { return mask(list.scan(v, d)) },
		equal: func(a, b *fieldmaskpb.FieldMask) bool { return slices.Equal(a.GetPaths(), b.GetPaths()) },
		zero:  func(v *fieldmaskpb.FieldMask) bool { return v == nil },
		clone: func(v *fieldmaskpb.FieldMask) *fieldmaskpb.FieldMask {
			if v == nil {
				return nil
			}
			return &fieldmaskpb.FieldMask{Paths: slices.Clone(v.GetPaths())}
		},
		check: func(v *fieldmaskpb.FieldMask, _ *ColumnInfo, _ Dialect) string {
			for i, path := range v.GetPaths() {
				if !storable(path) {
					return fmt.Sprintf("path %d %s", i, notStorable)
				}
			}
			return ""
		},
		key: func(any) (*fieldmaskpb.FieldMask, bool) { return nil, false },
	}
}
