package crud

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// The functions in this file are the generated methods: each has its RPC's meaning
// and takes what the request holds. They apply what the proto says of its fields
// (AIP-203), which a store does not, and they return errors that a client may see:
// anything else is logged and answered with INTERNAL.

// Get returns the resource with the key (AIP-131). Errors: INVALID_ARGUMENT,
// NOT_FOUND.
func Get[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], key K, opts ...GetOption) (m M, err error) {
	if s == nil {
		return m, t.table.noStore()
	}
	presence := getSettingsOf(opts).keyPresence
	if violations := t.table.keyGiven(key, presence); len(violations) > 0 {
		return m, invalid(t.table.domain(), violations...)
	}
	if err := t.table.permitKeys(ctx, presence, key); err != nil {
		return m, err
	}
	m, err = s.Get(ctx, key, opts...)
	return answer(ctx, &t.table, s, m, err, "")
}

// GetNamed returns the resource with the name (AIP-131). Errors: INVALID_ARGUMENT,
// NOT_FOUND.
func GetNamed[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], name string, opts ...GetOption) (m M, err error) {
	if s == nil {
		return m, t.table.noStore()
	}
	key, wrong := t.table.keyNamed("name", name)
	if wrong != nil && wrong.Code == codes.InvalidArgument {
		return m, wrong
	}
	if err := t.table.permitNames(ctx, name); err != nil {
		return m, err
	}
	if wrong != nil {
		if violations := t.table.checkRead(opts); len(violations) > 0 {
			wrong = invalid(t.table.domain(), violations...)
		}
		return m, t.table.refuse(ctx, s, wrong)
	}
	m, err = s.Get(ctx, key.(K), opts...)
	return answer(ctx, &t.table, s, m, err, "")
}

// List returns one page (AIP-132, AIP-158). Errors: INVALID_ARGUMENT; NOT_FOUND
// where the parent is checked and does not exist.
func List[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], q Query) (*Page[M], error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	if err := t.table.permitParents(ctx, q.Parent); err != nil {
		return nil, err
	}
	page, err := s.List(ctx, q)
	if err != nil {
		return nil, t.table.safe(ctx, t.table.unscoped(ctx, s, err), "")
	}
	showAll(&t.table, page.Items)
	return page, nil
}

// Update writes the fields that the mask names (AIP-134). Fields that are output
// only are ignored; a change of an immutable one is refused. Errors:
// INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION.
func Update[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], m M, mask *fieldmaskpb.FieldMask, opts ...WriteOption) (stored M, err error) {
	switch {
	case s == nil:
		return stored, t.table.noStore()
	case t.table.isNil(m):
		return stored, invalid(t.table.domain(), missingField(t.table.info.Singular))
	}
	noKey := t.table.keyOfInput(m)
	if noKey != nil && noKey.Code == codes.InvalidArgument {
		return stored, noKey.prefixed(t.table.info.Singular)
	}
	if err := t.table.permitMessages(ctx, m); err != nil {
		return stored, err
	}
	settings := writeSettingsOf(opts)
	in, violations := t.table.masked(m, mask)
	options := settings.check()
	violations = below(t.table.info.Singular, t.table.complete(violations, m, &in.target, len(options) > 0))
	if noKey != nil && settings.allowMissing {
		violations = append(violations, invalidField(joined(t.table.info.Singular, t.table.nameField), impossibleID))
	}
	if violations = append(violations, options...); len(violations) > 0 {
		return stored, t.table.refuse(ctx, s, invalid(t.table.domain(), violations...))
	}
	if noKey != nil {
		return stored, t.table.refuse(ctx, s, noKey)
	}
	opts = t.table.updateOptions(in, &settings, opts)
	stored, err = s.Update(ctx, as[M](in.m), in.paths, opts...)
	return answer(ctx, &t.table, s, stored, err, t.table.info.Singular)
}

// updateOptions adds to a call's options what the resource and the proto ask for.
func (t *table) updateOptions(in maskedInput, s *writeSettings, opts []WriteOption) []WriteOption {
	opts = opts[:len(opts):len(opts)]
	if len(in.fixed) > 0 {
		opts = append(opts, Unchanged(in.fixed...))
	}
	if set := in.atLeast(); len(set) > 0 {
		opts = append(opts, set)
	}
	if t.etag >= 0 {
		if etag := t.etagOf(in.m); etag != "" {
			opts = append(opts, IfEtag(etag))
		}
	}
	if len(in.related) > 0 {
		opts = append(opts, fromClient)
	}
	switch {
	case s.allowMissing:
		opts = append(opts, creating(t.upsertInput))
	case t.info.Singleton:
		opts = append(opts, creatingFirst(t.upsertInput))
	}
	return opts
}

// Delete removes the resource with the key (AIP-135). Errors: INVALID_ARGUMENT,
// NOT_FOUND, FAILED_PRECONDITION.
func Delete[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], key K, opts ...WriteOption) (*emptypb.Empty, error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	if _, err := byKey(ctx, t, s, key, opts, Store[M, K].Delete); err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, nil
}

// DeleteNamed removes the resource with the name (AIP-135). Errors:
// INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION.
func DeleteNamed[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], name string, opts ...WriteOption) (*emptypb.Empty, error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	if _, err := byName(ctx, t, s, name, opts, Store[M, K].Delete); err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, nil
}

func (t *table) domain() string { return domainOf(t.info.Message) }

// noStore is an RPC whose store was left nil.
func (t *table) noStore() *Error {
	return &Error{
		Code: codes.Unimplemented, Reason: ReasonUnimplemented, Domain: t.domain(),
		Message:  "the server has no store for " + t.info.Message,
		Metadata: map[string]string{"message": t.info.Message},
	}
}

// keyGiven returns the key fields that a request left out, and those that no key
// can be.
func (t *table) keyGiven(key any, presence []bool) []Violation {
	var violations []Violation
	for i, v := range t.values(key) {
		missing := zeroKeyValue(v)
		if presence != nil {
			missing = !presence[i]
		}
		switch text, isText := v.(string); {
		case missing:
			violations = append(violations, missingField(t.keyColumns[i].Field))
		case isText && !storable(text):
			violations = append(violations, invalidField(t.keyColumns[i].Field, notStorable))
		}
	}
	return violations
}

// keyNamed returns the key that a name stands for. The error is NOT_FOUND for a name
// that is well-formed and can be no key: nothing has it, which is not said before what
// is wrong with the rest of the request.
func (t *table) keyNamed(field, name string) (any, *Error) {
	key, err := t.parseName(name)
	if err != nil {
		return key, keyError(&t.info, field, name, err)
	}
	return key, nil
}

// checkRead returns what is wrong with the options of a Get, which a store looks at
// where it is asked.
func (t *table) checkRead(opts []GetOption) []Violation {
	s := getSettingsOf(opts)
	_, violations := t.readMask(s.fields, nil)
	return append(violations, checkView(s.view)...)
}

// keyOfInput checks that the resource of an Update says which one it is. The error is
// NOT_FOUND as of keyNamed.
func (t *table) keyOfInput(m proto.Message) *Error {
	if t.parseName != nil {
		name := t.nameOf(m)
		if name != "" || t.key == nil {
			_, err := t.keyNamed(t.nameField, name)
			return err
		}
	}
	var violations []Violation
	for _, c := range t.keyColumns {
		switch {
		case !c.codec.has(m):
			violations = append(violations, missingField(c.Field))
		case c.Kind == KindString && c.codec.check(m, &ColumnInfo{}, Postgres) != "":
			violations = append(violations, invalidField(c.Field, notStorable))
		}
	}
	if len(violations) > 0 {
		return invalid(t.domain(), violations...)
	}
	return nil
}

// answer is what a client sees of a resource of the store s. The violations of err are below
// the request's field, if it is not empty.
func answer[M proto.Message](ctx context.Context, t *table, s any, m M, err error, field string) (M, error) {
	if err != nil {
		var none M
		return none, t.safe(ctx, t.unscoped(ctx, s, err), field)
	}
	return as[M](t.visible(m)), nil
}

// showAll leaves of messages what a client sees.
func showAll[M proto.Message](t *table, ms []M) {
	if !t.hides() {
		return
	}
	for i, m := range ms {
		ms[i] = as[M](t.visible(m))
	}
}

// visible returns m without its input-only fields. A store may keep m, so it is not
// changed.
func (t *table) visible(m proto.Message) proto.Message {
	if !t.hides() || t.isNil(m) {
		return m
	}
	out := t.pick(m, func(c *column) bool { return !c.InputOnly })
	t.copyRelated(out, m, func(r *relation) { r.show(out, m) })
	t.clearInside(out, annotations.FieldBehavior_INPUT_ONLY)
	return out
}

// safe returns an error that a client may see: one with a status as it is, its
// violations below field. What the database said, and every other error, is logged
// and answered without its text.
func (t *table) safe(ctx context.Context, err error, field string) error {
	return t.safeAs(ctx, err, func(e *Error) *Error { return e.prefixed(field) })
}

// safeAs is safe with other paths of the violations.
func (t *table) safeAs(ctx context.Context, err error, paths func(*Error) *Error) error {
	var e *Error
	if !errors.As(err, &e) {
		if _, ok := status.FromError(err); ok {
			return err
		}
		e = t.unknown(ctx, err)
	}
	e = e.in(t.domain())
	if e.Code == codes.Internal {
		return logged(ctx, e, err)
	}
	return paths(e)
}

// unknown maps an error without a status: the database's own, from a hook or a store
// written by hand, or any other.
func (t *table) unknown(ctx context.Context, err error) *Error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) || ctx.Err() != nil || connectionLost(err) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return classify(ctx, t.domain(), err)
	}
	return internal(t.domain(), err)
}

// logged gives an INTERNAL error an id and writes its cause to the log under it.
func logged(ctx context.Context, e *Error, err error) error {
	out := *e
	out.RequestID = uuid.NewString()
	cause := err
	if c := errors.Unwrap(e); c != nil {
		cause = c
	}
	slog.ErrorContext(ctx, "crud: internal error", "id", out.RequestID, "error", fmt.Sprint(cause))
	return &out
}
