package crud

import (
	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// TTL is the field that says how long a resource lives (AIP-214), in a oneof with the
// field expires of type google.protobuf.Timestamp. It has no column: a write that sets
// it stores the time at which the resource expires, which is what answers show.
func TTL[M proto.Message](field string, get func(M) *durationpb.Duration, has func(M) bool, set func(M, *durationpb.Duration), unset func(M), expires string, opts ...ColumnOption) Column[M] {
	return Column[M]{newColumn(ColumnInfo{Field: field, Names: []string{}, Kind: KindDuration, Presence: true, InputOnly: true, Expires: expires},
		&ttlCodec{*newOptionalCodec(durationKind, get, has, set, unset)}, opts)}
}

// A ttlCodec is a field that no row has.
type ttlCodec struct {
	optionalCodec[*durationpb.Duration]
}

func (c *ttlCodec) appendArgs(args []any, _ proto.Message, _ Dialect) []any { return args }
func (c *ttlCodec) reads(*pgconn.FieldDescription) bool                     { return true }

func (c *ttlCodec) decode(proto.Message, []pgconn.FieldDescription, [][]byte, *memory) error {
	return nil
}
func (c *ttlCodec) scan(proto.Message, []any, Dialect) error { return nil }

func (c *ttlCodec) check(m proto.Message, info *ColumnInfo, d Dialect) string {
	if problem := c.optionalCodec.check(m, info, d); problem != "" || !c.isSet(m) {
		return problem
	}
	if ttl := c.get(m); ttl.GetSeconds() < 0 || ttl.GetNanos() < 0 {
		return "must not be negative"
	}
	return ""
}

func (c *ttlCodec) bind(any, Dialect) (any, bool)    { return nil, false }
func (c *ttlCodec) bindAny(any, Dialect) (any, bool) { return nil, false }
func (c *ttlCodec) cursor(proto.Message) any         { return nil }

// expire returns m, or a copy whose time to live has become the time at which it expires.
func (r *repository) expire(m proto.Message) (proto.Message, error) {
	if r.table.ttl < 0 || !r.table.columns[r.table.ttl].codec.has(m) {
		return m, nil
	}
	c := &r.table.columns[r.table.ttl]
	expires, _ := r.table.column(c.Expires)
	at := timestamppb.New(r.now())
	ttl := c.codec.(*ttlCodec).get(m)
	at.Seconds, at.Nanos = at.GetSeconds()+ttl.GetSeconds(), at.GetNanos()+ttl.GetNanos()
	if at.GetNanos() >= 1e9 {
		at.Seconds, at.Nanos = at.GetSeconds()+1, at.GetNanos()-1e9
	}
	if !at.IsValid() {
		return m, invalid(r.domain, invalidField(c.Field, "must end before the year 10000"))
	}
	m = r.table.clone(m)
	return m, expires.codec.scan(m, []any{unixMicros(at)}, SQLite)
}

// expireIn is expire for an UPDATE of a set of columns, in which the time takes the
// place of the time to live.
func (r *repository) expireIn(m proto.Message, set columnSet) (proto.Message, error) {
	if r.table.ttl < 0 || set[r.table.ttl] == 0 {
		return m, nil
	}
	set[r.table.ttl] = 0
	if !r.table.columns[r.table.ttl].codec.has(m) {
		return m, nil
	}
	for i := range r.table.columns {
		if r.table.columns[i].Field == r.table.columns[r.table.ttl].Expires {
			set[i] = 1
		}
	}
	return r.expire(m)
}
