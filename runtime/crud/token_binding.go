package crud

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"

	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// binding is what a page token of this listing is good for: the method, who asks,
// the scope, and every argument that selects rows. It is made of normalised values,
// never of request bytes, so that an unknown field of a newer client changes
// nothing. The page size may change from page to page.
func (l *listing[M, K]) binding(ctx context.Context) ([]byte, error) {
	h := sha256.New()
	principal, _ := identity.FromContext(ctx)
	writeParts(h, l.table.info.Message, l.name, l.query.Method, principal.ID, l.query.Parent)
	writeParts(h, l.table.info.Key...)
	for _, v := range l.scope {
		writeParts(h, fmt.Sprintf("%T %v", v, v))
	}
	for _, e := range l.extra {
		sql, args, err := e.ToSql()
		if err != nil {
			return nil, internal(l.domain, err)
		}
		writeParts(h, sql)
		for _, a := range args {
			writeParts(h, fmt.Sprintf("%T %v", a, a))
		}
	}
	return h.Sum(nil), nil
}

// writeParts hashes texts with their lengths, so that no two lists of texts are one.
func writeParts(h hash.Hash, parts ...string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(parts)))
	h.Write(n[:])
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		io.WriteString(h, p)
	}
}
