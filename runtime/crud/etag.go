package crud

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// Etag is the field that holds a resource's etag (AIP-154), a strong tag of RFC 9110
// with its quotes. It is made of a column that counts the row's writes, named
// revision unless ColumnName says otherwise, and of the key. It comes last among the
// columns, behind the key.
func Etag[M proto.Message](field string, get func(M) string, set func(M, string), opts ...ColumnOption) Column[M] {
	return Column[M]{newColumn(ColumnInfo{
		Field: field, Names: []string{"revision"}, Kind: KindInt64,
		NotNull: true, OutputOnly: true, Revision: true, Unfilterable: true, Unorderable: true,
	}, &etagCodec{nameField: nameField{getter(get), setter(set)}}, opts)}
}

// etagOf returns the tag that a message holds.
func (t *table) etagOf(m proto.Message) string {
	return t.columns[t.etag].codec.(interface{ get(proto.Message) string }).get(m)
}

const (
	firstRevision = 1
	etagBytes     = 16 // the revision and a part of a hash
)

// etagOf returns the tag of a revision. The hash makes tags of two resources differ
// and keeps clients from counting.
func etagOf(key string, revision int64) string {
	raw := rawEtag(key, revision)
	return `"` + base64.RawURLEncoding.EncodeToString(raw[:]) + `"`
}

func rawEtag(key string, revision int64) (raw [etagBytes]byte) {
	binary.BigEndian.PutUint64(raw[:8], uint64(revision))
	hash := sha256.New()
	hash.Write(raw[:8])
	hash.Write([]byte(key))
	copy(raw[8:], hash.Sum(nil))
	return raw
}

// revisionOf returns the revision that a tag stands for. ok is false for what is no
// tag of the key's resource.
func revisionOf(key, etag string) (revision int64, ok bool) {
	text, opened := strings.CutPrefix(etag, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	if !opened || !closed {
		return 0, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != etagBytes {
		return 0, false
	}
	revision = int64(binary.BigEndian.Uint64(raw))
	return revision, rawEtag(key, revision) == [etagBytes]byte(raw)
}

// etagMismatch is a write whose caller has not seen the row's latest state.
func etagMismatch(domain string, res *Resource) *Error {
	return &Error{
		Code: codes.Aborted, Reason: ReasonEtagMismatch, Domain: domain,
		Message:  "the resource has changed since the etag was read",
		Resource: res,
	}
}

// etagCodec keeps a revision in SQL and a tag in the message.
type etagCodec struct {
	nameField
	key func(proto.Message) string
}

func (c *etagCodec) appendArgs(args []any, _ proto.Message, _ Dialect) []any {
	return append(args, int64(firstRevision)) // of an INSERT; an UPDATE counts on
}

func (c *etagCodec) reads(fd *pgconn.FieldDescription) bool {
	return readsInteger(fd.DataTypeOID, fd.Format)
}

func (c *etagCodec) decode(m proto.Message, fds []pgconn.FieldDescription, raw [][]byte, _ *memory) error {
	if raw[0] == nil {
		return errNoRevision
	}
	n, err := decodeInteger(fds[0].DataTypeOID, raw[0])
	if err == nil {
		c.set(m, etagOf(c.key(m), n))
	}
	return err
}

func (c *etagCodec) scan(m proto.Message, values []any, _ Dialect) error {
	n, ok := integerOf(values[0])
	if !ok {
		return errNoRevision
	}
	c.set(m, etagOf(c.key(m), n))
	return nil
}

var errNoRevision = fmt.Errorf("crud: the revision of a row is no number")

func (c *etagCodec) check(proto.Message, *ColumnInfo, Dialect) string { return "" }
func (c *etagCodec) bind(any, Dialect) (any, bool)                    { return nil, false }
func (c *etagCodec) bindAny(any, Dialect) (any, bool)                 { return nil, false }
func (c *etagCodec) cursor(proto.Message) any                         { return nil }
