package crud

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
)

// WithoutRevision is for a table that was there before and has no column that counts a
// row's writes. The etag is then a hash of all the row's values, hidden ones included,
// and a write with an etag locks and reads the row first, in a transaction. It changes
// nothing for a model without an etag.
func WithoutRevision() Option {
	return optionFunc(func(s *settings) { s.noRevision = true })
}

// comparesRows reports whether a call's etag can be compared only with the row itself.
func (t *table) comparesRows(etag string) bool { return etag != "" && t.revision < 0 }

// withoutRevision returns the table as one whose etag is made of the other columns,
// before which it is never read: it is the last.
func (t *table) withoutRevision() *table {
	out := new(table)
	*out = *t
	out.columns, out.info.Columns = slices.Clone(t.columns), slices.Clone(t.info.Columns)
	c := &out.columns[t.etag]
	c.Names = []string{}
	c.codec = &rowEtagCodec{computedCodec{nameField: c.codec.(*etagCodec).nameField, compute: rowEtag}}
	out.info.Columns[len(out.info.Columns)-1] = c.ColumnInfo
	out.sql = t.sql.withoutLastColumn()
	out.keyColumns, out.ids, out.width, out.times = nil, nil, 0, 0
	out.index()
	out.late()
	out.keys = out.keyOrder()
	return out
}

// withoutLastColumn returns the statements without the last of their columns. Create,
// which has it in two places, is assembled when it is needed.
func (s SQL) withoutLastColumn() SQL {
	columns := s.Columns[:strings.LastIndexByte(s.Columns, ',')]
	without := func(sql string) string { return strings.Replace(sql, s.Columns, columns, 1) }
	out := SQL{Columns: columns, Select: without(s.Select), Get: without(s.Get), Delete: s.Delete}
	out.Lookups = make(map[string]string, len(s.Lookups))
	for field, sql := range s.Lookups {
		out.Lookups[field] = without(sql)
	}
	return out
}

// rowEtagCodec makes the etag of a message that has all its other fields.
type rowEtagCodec struct{ computedCodec }

// rowEtag hashes a message. One that does not marshal is not sent to anybody either.
func rowEtag(m proto.Message) string {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:etagBytes]) + `"`
}
