package crud

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// requestLifetime is how long a request id is remembered.
const requestLifetime = 24 * time.Hour

const (
	requestInsert = `INSERT INTO crud_requests (principal, request_id, method, request_hash, expire_time)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (principal, request_id) DO UPDATE
SET method = excluded.method, request_hash = excluded.request_hash, expire_time = excluded.expire_time, response = NULL
WHERE crud_requests.expire_time <= $6`
	requestSelect = `SELECT crud_requests.request_hash, crud_requests.response FROM crud_requests
WHERE crud_requests.principal = $1 AND crud_requests.request_id = $2`
	requestUpdate = `UPDATE crud_requests SET response = $3
WHERE crud_requests.principal = $1 AND crud_requests.request_id = $2`
	requestPurge = `DELETE FROM crud_requests WHERE crud_requests.expire_time <= $1`
)

// RequestTable is the table crud_requests, which [RequestID] needs. Give it to
// CreateTables beside the models' own.
var RequestTable AnyTable = Described(&TableInfo{
	Message: "crud.RequestID", Name: "crud_requests",
	Columns: []ColumnInfo{
		{Field: "principal", Names: []string{"principal"}, Kind: KindString, NotNull: true, PrimaryKey: true},
		{Field: "request_id", Names: []string{"request_id"}, Kind: KindString, NotNull: true, PrimaryKey: true},
		{Field: "method", Names: []string{"method"}, Kind: KindString, NotNull: true},
		{Field: "request_hash", Names: []string{"request_hash"}, Kind: KindBytes, NotNull: true},
		{Field: "response", Names: []string{"response"}, Kind: KindBytes},
		{Field: "expire_time", Names: []string{"expire_time"}, Kind: KindTimestamp, NotNull: true},
	},
	Key:     []string{"principal", "request_id"},
	Indexes: []Index{{Name: "crud_requests_expire_time_idx", Columns: []string{"expire_time"}}},
})

// A requestID says which call a write belongs to.
type requestID struct {
	method, id string
	request    proto.Message
}

// check returns what is wrong with the id.
func (r *requestID) check() []Violation {
	id, err := uuid.Parse(r.id)
	if err != nil || id == uuid.Nil || len(r.id) != uuidText {
		return []Violation{{"request_id", "must be a UUID, and not the zero one", ReasonInvalidField}}
	}
	return nil
}

// hash tells one call from another, in 32 bytes: the method and what the request says beside the
// id, which can be spelled in two ways.
func (r *requestID) hash() ([]byte, error) {
	if r.request == nil {
		sum := sha256.Sum256([]byte(r.method))
		return sum[:], nil
	}
	given := r.request.ProtoReflect()
	rest := given.New()
	rest.SetUnknown(given.GetUnknown())
	given.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if field.Name() != "request_id" {
			rest.Set(field, v)
		}
		return true
	})
	b, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend([]byte(r.method+"\n"), rest.Interface())
	sum := sha256.Sum256(b)
	return sum[:], err
}

// kept is how the result of a write is stored with its request id.
type kept[R any] struct {
	encode func(R) ([]byte, error)
	decode func([]byte) (R, error)
	// seen is NOT_FOUND where the caller does not see the rows of a result.
	seen func(context.Context, *Tx, R) error
}

// once runs a write unless its request id has been seen, and then returns what was
// answered. The INSERT waits for a call with the same id that has not ended. To a caller
// under another predicate than the first one's, what was answered may be rows that they
// do not see: those are looked for.
func once[R any](ctx context.Context, r *repository, tx *Tx, req *requestID, k kept[R], write func(tx *Tx) (R, error)) (result R, err error) {
	hash, err := req.hash()
	if err != nil {
		return result, internal(r.domain, err)
	}
	requester, err := r.requester(ctx)
	if err != nil {
		return result, err
	}
	view, err := r.viewHash(ctx)
	if err != nil {
		return result, err
	}
	key, now := []any{requester, req.id}, r.now()
	tag, err := tx.Exec(ctx, requestInsert, append(key, req.method, append(hash, view...),
		bindTime(now.Add(requestLifetime), r.dialect), bindTime(now, r.dialect))...)
	if err != nil {
		return result, classify(ctx, r.domain, err)
	}
	if tag.RowsAffected() == 0 {
		response, sameView, err := r.replay(ctx, tx, key, hash, view)
		if err != nil {
			return result, err
		}
		if result, err = k.decode(response); err == nil && !sameView {
			err = k.seen(ctx, tx, result)
		}
		return result, err
	}
	if result, err = write(tx); err != nil {
		return result, err
	}
	response, err := k.encode(result)
	if err != nil {
		return result, internal(r.domain, err)
	}
	if _, err := tx.Exec(ctx, requestUpdate, append(key, response)...); err != nil {
		return result, classify(ctx, r.domain, err)
	}
	return result, nil
}

// requester tells callers apart, so that none is given another's answer: by who they
// are and by the scope of their rows.
func (r *repository) requester(ctx context.Context) (string, error) {
	principal, _ := identity.FromContext(ctx)
	scope, err := r.scope.values(ctx)
	if err != nil || len(scope) == 0 {
		return principal.ID, err
	}
	return JoinKey(append([]any{principal.ID}, scope...)...), nil
}

// viewHash tells the rows that a call sees from those of another by its predicates,
// beside the scope's columns. It is empty where there are none.
func (r *repository) viewHash(ctx context.Context) ([]byte, error) {
	where, args, err := r.scope.where(ctx, 1)
	if err != nil || where == "" {
		return nil, err
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%q", where)
	for _, arg := range args {
		v, err := scopeValue(arg)
		if err != nil {
			return nil, internal(r.domain, fmt.Errorf("crud: an argument of crud.Where: %w", err))
		}
		fmt.Fprintf(hash, " %#v", v) // with quotes, so that no two lists are one text
	}
	return hash.Sum(nil), nil
}

// replay returns the response to the call that had the id first, and whether that one
// saw the same rows.
func (r *repository) replay(ctx context.Context, tx *Tx, key []any, hash, view []byte) (response []byte, sameView bool, err error) {
	var first []byte
	if err := tx.QueryRow(ctx, requestSelect, key...).Scan(&first, &response); err != nil {
		if errors.Is(err, pgx.ErrNoRows) { // purged since
			err = errors.New("crud: a request id went away while it was looked at")
		}
		return nil, false, classify(ctx, r.domain, err)
	}
	firstView, ok := bytes.CutPrefix(first, hash)
	if !ok {
		return nil, false, &Error{
			Code: codes.InvalidArgument, Reason: ReasonRequestIDReused, Domain: r.domain,
			Message:    "request_id: was used for another request",
			Metadata:   map[string]string{"field": "request_id"},
			Violations: []Violation{{"request_id", "was used for another request", ReasonRequestIDReused}},
		}
	}
	return response, bytes.Equal(firstView, view), nil
}

// seesAll is NOT_FOUND of the messages whose rows the caller does not see.
func (r *repository) seesAll(ctx context.Context, tx *Tx, ms ...proto.Message) error {
	if r.table.keyless() && len(ms) > 0 { // whose rows cannot be looked for
		return r.missing("")
	}
	var keys []any
	for _, m := range ms {
		if r.table.isNil(m) {
			continue // the row is gone, and the answer says no more
		}
		key, err := r.table.keyOf(m)
		if err != nil {
			return internal(r.domain, fmt.Errorf("crud: a stored response: %w", err))
		}
		keys = append(keys, key)
	}
	found, err := r.readKeys(ctx, tx, keys, r.keySet(), "")
	if err != nil {
		return err
	}
	return r.allFound(keys, found)
}

// keptMessage keeps a message, or nothing for a result without one.
func (r *repository) keptMessage() kept[proto.Message] {
	return kept[proto.Message]{
		encode: r.encode,
		decode: func(response []byte) (m proto.Message, err error) {
			if len(response) == 0 {
				return m, nil
			}
			return r.decode(response)
		},
		seen: func(ctx context.Context, tx *Tx, m proto.Message) error { return r.seesAll(ctx, tx, m) },
	}
}

// keptMessages keeps several messages, each behind its length.
func (r *repository) keptMessages() kept[[]proto.Message] {
	return kept[[]proto.Message]{
		encode: func(ms []proto.Message) ([]byte, error) {
			response := []byte{}
			for _, m := range ms {
				b, err := r.encode(m)
				if err != nil {
					return nil, err
				}
				response = protowire.AppendBytes(response, b)
			}
			return response, nil
		},
		decode: func(response []byte) (ms []proto.Message, err error) {
			for len(response) > 0 {
				b, n := protowire.ConsumeBytes(response)
				if n < 0 {
					return nil, internal(r.domain, fmt.Errorf("crud: a stored response: %w", protowire.ParseError(n)))
				}
				m, err := r.decode(b)
				if err != nil {
					return nil, err
				}
				ms, response = append(ms, m), response[n:]
			}
			return ms, nil
		},
		seen: func(ctx context.Context, tx *Tx, ms []proto.Message) error { return r.seesAll(ctx, tx, ms...) },
	}
}

// encode returns what is kept of a message: what the caller may see.
func (r *repository) encode(m proto.Message) ([]byte, error) {
	if r.table.isNil(m) {
		return []byte{}, nil
	}
	b, err := proto.Marshal(r.table.visible(m))
	if b == nil {
		b = []byte{}
	}
	return b, err
}

func (r *repository) decode(response []byte) (m proto.Message, err error) {
	m = r.table.New()
	if err := proto.Unmarshal(response, m); err != nil {
		return m, internal(r.domain, fmt.Errorf("crud: a stored response: %w", err))
	}
	return m, nil
}

// PurgeRequests removes the request ids whose time is over, and returns how many.
// Call it from time to time; an id whose time is over counts as new in any case.
func PurgeRequests(ctx context.Context, db DB) (int64, error) {
	tag, err := db.Exec(ctx, requestPurge, bindTime(time.Now().UTC(), DialectOf(db)))
	if err != nil {
		return 0, classify(ctx, "", err)
	}
	return tag.RowsAffected(), nil
}
