package crud

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"reflect"

	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// binding is what a page token of this listing is good for: the method, who asks,
// the scope, and every argument that selects rows. It is made of normalised values,
// never of request bytes, so that an unknown field of a newer client changes
// nothing. The page size may change from page to page. The token that is opened and
// the one that is sealed have the same.
func (l *listing) binding(ctx context.Context) ([]byte, error) {
	if l.bound != nil {
		return l.bound, nil
	}
	principal, _ := identity.FromContext(ctx)
	b := make([]byte, 0, usualBinding)
	b = appendParts(b, l.table.info.Message, l.name, l.query.Method, principal.ID, l.query.Parent)
	b = appendParts(b, l.filter.SQL)
	b = append(b, flag(l.query.ShowDeleted))
	for i := range l.asked {
		b = append(b, flag(l.asked[i].desc), byte(l.asked[i].column.Kind))
		b = appendParts(b, l.asked[i].name)
	}
	for _, e := range l.equal {
		b = appendParts(b, e.column.Field, flagText(e.any), boundText(e.arg))
	}
	for _, a := range l.filter.Args {
		b = appendParts(b, boundText(a))
	}
	for _, v := range l.scope {
		b = appendParts(b, boundText(v))
	}
	for _, e := range l.extra {
		sql, args, err := e.ToSql()
		if err != nil {
			return nil, internal(l.domain, err)
		}
		b = appendParts(b, sql)
		for _, a := range args {
			b = appendParts(b, boundText(a))
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

// boundText tells bound values apart. A pointer stands for what it points at, which
// is what is bound: its address is another in the call for the next page.
func boundText(v any) string {
	text := fmt.Sprintf("%T", v)
	for p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && !p.IsNil(); p = p.Elem() {
		v = p.Elem().Interface()
	}
	return fmt.Sprintf("%s %#v", text, v)
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
