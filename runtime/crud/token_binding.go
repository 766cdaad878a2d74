package crud

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// binding is what a page token of this listing is good for: the method, who asks,
// the scope, and every argument that selects rows. It is made of normalised values,
// never of request bytes, so that an unknown field of a newer client changes
// nothing. The page size may change from page to page. The token that is opened and
// the one that is sealed have the same.
func (l *listing[M, K]) binding(ctx context.Context) ([]byte, error) {
	if l.bound != nil {
		return l.bound, nil
	}
	principal, _ := identity.FromContext(ctx)
	b := make([]byte, 0, usualBinding)
	b = appendParts(b, l.table.info.Message, l.name, l.query.Method, principal.ID, l.query.Parent)
	b = appendParts(b, l.filter.SQL)
	b = append(b, flag(l.query.ShowDeleted))
	for i := range l.order {
		b = append(b, flag(l.order[i].desc), byte(l.order[i].column.Kind))
		b = appendParts(b, l.order[i].name)
	}
	for _, e := range l.equal {
		b = appendParts(b, e.column.Field, flagText(e.any), fmt.Sprintf("%T %#v", e.arg, e.arg))
	}
	for _, a := range l.filter.Args {
		b = appendParts(b, fmt.Sprintf("%T %#v", a, a))
	}
	for _, v := range l.scope {
		b = appendParts(b, fmt.Sprintf("%T %v", v, v))
	}
	for _, e := range l.extra {
		sql, args, err := e.ToSql()
		if err != nil {
			return nil, internal(l.domain, err)
		}
		b = appendParts(b, sql)
		for _, a := range args {
			b = appendParts(b, fmt.Sprintf("%T %#v", a, a))
		}
	}
	sum := sha256.Sum256(b)
	l.bound = sum[:]
	return l.bound, nil
}

func flagText(b bool) string {
	if b {
		return "any"
	}
	return "one"
}

// usualBinding is the length up to which a binding is put together without an
// allocation.
const usualBinding = 512

// appendParts appends texts with their lengths, so that no two lists of texts are one.
func appendParts(b []byte, parts ...string) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(parts)))
	for _, p := range parts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}
