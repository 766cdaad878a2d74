package crud

import (
	"context"
	"math"
	"slices"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// Create stores the resource (AIP-133). Fields that are output only, and a key that
// the server makes, are ignored. Errors: INVALID_ARGUMENT, ALREADY_EXISTS, NOT_FOUND
// for a missing parent, FAILED_PRECONDITION for a missing reference.
func Create[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], m M, opts ...WriteOption) (stored M, err error) {
	switch {
	case s == nil:
		return stored, t.table.noStore()
	case t.table.isNil(m):
		return stored, invalid(t.table.domain(), missingField(t.table.info.Singular))
	}
	settings := writeSettingsOf(opts)
	input := t.table.createInput(m)
	options := settings.check()
	violations := t.table.complete(append(t.table.checkKeyInput(input), t.table.checkRequired(input, nil)...), input, nil, len(options) > 0)
	if violations = append(below(t.table.info.Singular, violations), options...); len(violations) > 0 {
		return stored, t.table.refuse(ctx, s, invalid(t.table.domain(), violations...))
	}
	stored, err = s.Create(ctx, as[M](input), opts...)
	return answer(ctx, &t.table, s, stored, t.table.created(ctx, err, input), t.table.info.Singular)
}

// CreateNamed stores the resource below parent with the id, which the server makes
// where it is empty and the model says so (AIP-133). Errors are those of Create.
func CreateNamed[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], parent, id string, m M, opts ...WriteOption) (stored M, err error) {
	if s == nil {
		return stored, t.table.noStore()
	}
	noParent := t.table.checkParentName(parent)
	if noParent != nil && noParent.Code == codes.InvalidArgument {
		return stored, noParent
	}
	if err := t.table.permitParents(ctx, parent); err != nil {
		return stored, err
	}
	if t.table.isNil(m) {
		return stored, t.table.refuse(ctx, s, invalid(t.table.domain(), missingField(t.table.info.Singular)))
	}
	input := t.table.namedInput(m)
	settings := writeSettingsOf(opts)
	if violations := t.table.checkNamed(input, t.table.setName(input, parent, id, noParent == nil), settings.check()); len(violations) > 0 {
		return stored, t.table.refuse(ctx, s, invalid(t.table.domain(), violations...))
	}
	if noParent != nil {
		return stored, t.table.refuse(ctx, s, noParent)
	}
	stored, err = s.Create(ctx, as[M](input), opts...)
	if err == nil && settings.validateOnly && id == "" { // nobody is to use an id that was not given out
		t.table.clearKey(stored)
	}
	return answer(ctx, &t.table, s, stored, t.table.created(ctx, err, input), t.table.info.Singular)
}

// input returns those columns of a client's message that in takes, without what is
// OUTPUT_ONLY inside them.
func (t *table) input(m proto.Message, in func(*column) bool) proto.Message {
	out := t.pick(m, in)
	t.clearInside(out, annotations.FieldBehavior_OUTPUT_ONLY)
	t.copyRelated(out, m, func(r *relation) {
		if r.Owned {
			r.input(out, m)
		}
	})
	return out
}

// createInput returns what a client may create in the plain style.
func (t *table) createInput(m proto.Message) proto.Message {
	return t.input(m, func(c *column) bool { return !c.serverOwned() && !c.Identifier && c.Generated != ByIdentity })
}

// namedInput returns what a client may create of a resource whose name is made of its
// parent and its id.
func (t *table) namedInput(m proto.Message) proto.Message {
	return t.input(m, func(c *column) bool { return !c.serverOwned() && !c.Identifier && !c.PrimaryKey })
}

// withoutName returns the violations but for those of the key and the name, which are
// made of the parent and the id.
func (t *table) withoutName(violations []Violation) []Violation {
	return slices.DeleteFunc(violations, func(v Violation) bool {
		c, ok := t.column(v.Field)
		return ok && (c.PrimaryKey || c.Field == t.nameField)
	})
}

// checkNamed returns all that is wrong with a new resource, its id and the options.
func (t *table) checkNamed(m proto.Message, ids, options []Violation) []Violation {
	violations := t.complete(t.checkRequired(m, nil), m, nil, len(ids)+len(options) > 0)
	return slices.Concat(ids, below(t.info.Singular, t.withoutName(violations)), options)
}

// clearKey clears the fields of the key and the name.
func (t *table) clearKey(m proto.Message) {
	for i := range t.columns {
		if c := &t.columns[i]; c.PrimaryKey || c.Field == t.nameField {
			c.codec.clear(m)
		}
	}
}

// upsertInput returns what a client may create by an Update (AIP-134): its fields, and
// the key that found no resource.
func (t *table) upsertInput(m proto.Message) (input proto.Message, err error) {
	input = t.input(m, func(c *column) bool {
		return c.PrimaryKey || c.Field == t.nameField || !c.serverOwned() && !c.Identifier
	})
	violations := append(t.checkNewID(input), t.checkRequired(input, nil)...)
	if violations = t.complete(violations, input, nil, false); len(violations) > 0 {
		return input, invalid(t.domain(), violations...)
	}
	return input, nil
}

// checkNewID holds the last value of a key to the rule of ids that clients choose.
func (t *table) checkNewID(m proto.Message) []Violation {
	if t.info.Singleton { // whose id is its parent's, which must be there
		return nil
	}
	key, err := t.keyOf(m)
	if err != nil {
		return nil // an Update whose key does not parse is refused before
	}
	values, last := t.values(key), t.keyColumns[len(t.keyColumns)-1]
	v := values[len(values)-1]
	if last.Generated == ByIdentity && !leavesNumbers(v) {
		return []Violation{invalidField(last.Field, "is too large a number")}
	}
	id, ok := v.(string)
	if !ok || last.Kind != KindString {
		return nil
	}
	if problem := t.idPattern.check(id); problem != "" {
		return []Violation{invalidField(t.keyField(), problem)}
	}
	return nil
}

// leavesNumbers reports whether a client may choose a number that the database would
// otherwise have given out. The embedded engine counts on from the greatest there is:
// the last of all would be the end of Create.
func leavesNumbers(v any) bool {
	switch v := v.(type) {
	case int32:
		return v <= math.MaxInt32/2
	case uint32:
		return v <= math.MaxUint32/2
	case int64:
		return v <= math.MaxInt64/2
	}
	return true
}

// below puts violations under the request's field, but for those of its mask.
func below(field string, violations []Violation) []Violation {
	for i := range violations {
		if !besideResource[violations[i].Reason] {
			violations[i].Field = joined(field, violations[i].Field)
		}
	}
	return violations
}

// checkParentName checks the parent that a request names. The error is NOT_FOUND for
// one that is well-formed and cannot be.
func (t *table) checkParentName(parent string) *Error {
	p := t.info.Parent
	switch {
	case p == nil:
		return nil
	case parent == "":
		return invalid(t.domain(), missingField("parent"))
	}
	values, err := p.Pattern.split(parent)
	if err != nil {
		return invalid(t.domain(), invalidField("parent", err.Error()))
	}
	for i, text := range values {
		v, ok := keyFromText(t.keyColumns[i].Kind, text)
		if ok {
			_, ok = t.keyColumns[i].codec.bind(v, Postgres)
		}
		if !ok {
			return notFound(t.domain(), t.parentType(), parent)
		}
	}
	return nil
}

// parentType is the resource type of the parent.
func (t *table) parentType() string {
	for _, ref := range t.info.References {
		if ref.Parent {
			return ref.Resource
		}
	}
	return t.info.Parent.Pattern.text
}

// setName gives the resource the name of its parent and id, which is made where it is
// empty. Where the parent cannot be, the id is only checked.
func (t *table) setName(m proto.Message, parent, id string, possible bool) []Violation {
	field := t.info.Singular + "_id"
	if id == "" {
		if id = t.newNameID(); id == "" {
			return []Violation{missingField(field)}
		}
	} else if problem := t.checkNameID(id); problem != "" {
		return []Violation{invalidField(field, problem)}
	}
	if !possible {
		return nil
	}
	key, err := t.parseName(t.info.Pattern.child(parent, id))
	if err != nil {
		return []Violation{invalidField(field, err.Error())}
	}
	t.setKey(m, key)
	return nil
}

// newNameID returns the id of a resource that is given none: 0 where the database
// numbers it, and nothing where the client must choose.
func (t *table) newNameID() string {
	last := t.keyColumns[len(t.keyColumns)-1]
	if last.Generated == ByIdentity {
		return "0"
	}
	id, err := newID(last.Generated)
	if err != nil {
		return ""
	}
	return id
}

// impossibleID is what is wrong with the id of a new resource that no row can have.
const impossibleID = "cannot be an id of the resource"

// checkNameID returns what is wrong with an id that a client chose.
func (t *table) checkNameID(id string) string {
	switch last := t.keyColumns[len(t.keyColumns)-1]; last.Kind {
	case KindString:
		return t.idPattern.check(id)
	case KindUUID:
		return checkUUID(id, &last.ColumnInfo, Postgres)
	case KindText:
		if _, ok := last.codec.bind(id, Postgres); !ok {
			return "must be " + last.text.Takes()
		}
		return ""
	default:
		if _, ok := keyFromText(last.Kind, id); !ok {
			return impossibleID
		}
		return ""
	}
}

// checkKeyInput returns what is wrong with a client's key in the plain style.
func (t *table) checkKeyInput(m proto.Message) []Violation {
	var violations []Violation
	for i, c := range t.keyColumns {
		switch {
		case c.Generated != ByClient || c.serverOwned() || c.Identifier || c.Default != "":
		case slices.Contains(t.info.Scope, c.Names[0]):
		case !c.codec.has(m):
			violations = append(violations, missingField(c.Field))
		case c.Kind == KindString && t.key != nil:
			if text, ok := t.values(t.key(m))[i].(string); ok {
				if problem := t.idPattern.check(text); problem != "" {
					violations = append(violations, invalidField(c.Field, problem))
				}
			}
		}
	}
	return violations
}

// checkRequired returns the fields that must be truthy and are not (AIP-203).
func (t *table) checkRequired(m proto.Message, named *target) []Violation {
	var violations []Violation
	for i := range t.columns {
		c := &t.columns[i]
		if c.Required && !c.serverOwned() && !c.PrimaryKey && (named == nil || named.set[i] == 1) && !c.codec.has(m) {
			violations = append(violations, missingField(c.Field))
		}
	}
	violations = append(violations, t.missingParts(m, named)...)
	return append(violations, t.missingRelated(m, named)...)
}

// complete adds the values that cannot be stored to the violations of a call that is
// refused, for these or for others: all are said at once. Values alone are left to the
// store, which checks them in any case.
func (t *table) complete(violations []Violation, m proto.Message, named *target, others bool) []Violation {
	if len(violations) == 0 && !others {
		return nil
	}
	if named == nil {
		named = &target{}
	}
	for _, v := range append(t.checkTarget(m, *named, Postgres), t.checkRelated(m, Postgres)...) {
		if !slices.ContainsFunc(violations, func(w Violation) bool { return w.Field == v.Field }) {
			violations = append(violations, v)
		}
	}
	return violations
}

// A maskedInput is what an Update may write.
type maskedInput struct {
	// m is the message without what a client may not write in elements.
	m proto.Message
	// target is what the client may write, and paths is the same as a mask. One that
	// names nothing still bumps the time of the update; it then names the key, which a
	// store ignores.
	target
	paths *fieldmaskpb.FieldMask
	// fixed are the immutable fields that the mask names, which must be as they are
	// stored.
	fixed []string
}

// masked returns what the mask lets a client write, and what is wrong with the mask and
// with what it requires.
func (t *table) masked(m proto.Message, mask *fieldmaskpb.FieldMask) (in maskedInput, violations []Violation) {
	named, violations := t.resolve(m, mask)
	in.set = named.set
	for i := range in.set {
		c := &t.columns[i]
		switch {
		case in.set[i] == 0:
		case c.serverOwned():
			in.set[i] = 0
		case c.Immutable || c.Identifier:
			in.set[i] = 0
			in.fixed = append(in.fixed, c.Field)
		}
	}
	var fixed []string
	in.m, fixed = t.allow(&named, m)
	in.fixed = slices.Concat(in.fixed, fixed)
	in.set, in.parts, in.related = named.set, named.parts, named.related
	in.paths = t.paths(named)
	if len(in.paths.Paths) == 0 {
		in.paths.Paths = []string{t.keyField()}
	}
	return in, append(violations, t.checkRequired(m, &named)...)
}

// keyField is a field that masks may name and that no Update writes.
func (t *table) keyField() string {
	if t.keyless() {
		return "*" // of which a store without keys writes none
	}
	if t.nameField != "" {
		return t.nameField
	}
	return t.keyColumns[0].Field
}
