package crud

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// BatchUpdate makes all changes, or none (AIP-234), and returns the resources in the
// order of the changes, which are those of the request's field requests. hoisted is
// the mask of the whole batch; the elements then have an equal one or none. Errors are
// those of Update; two changes of one resource are INVALID_ARGUMENT.
func BatchUpdate[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], hoisted *fieldmaskpb.FieldMask, changes []Change[M], opts ...WriteOption) ([]M, error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	l, settings := batchList{requestsField, t.table.info.Singular}, writeSettingsOf(opts)
	violations := t.table.batchSize(l.field, len(changes))
	if len(violations) > 0 {
		return nil, invalid(t.table.domain(), violations...)
	}
	if err := t.table.permitMessages(ctx, messagesOf(changes)...); err != nil {
		return nil, err
	}
	_, wrongMask := t.table.resolve(t.table.New(), hoisted)
	violations = append(violations, wrongMask...)
	allowed := make([]Change[M], len(changes))
	for i, c := range changes {
		if violation, wrong := hoist(l, i, &c, hoisted); wrong {
			violations = append(violations, violation)
		}
		if len(wrongMask) > 0 {
			c.Mask = nil // it is told once, and not of every element
		}
		change, wrong := t.table.allowedChange(l, i, untypedChange(c), opts)
		allowed[i] = Change[M]{as[M](change.Message), change.Mask, change.Options}
		violations = append(violations, wrong...)
	}
	if violations = append(violations, settings.check()...); len(violations) > 0 {
		return nil, t.table.refuse(ctx, s, invalid(t.table.domain(), violations...))
	}
	stored, err := s.BatchUpdate(ctx, allowed, opts...)
	return answers(ctx, &t.table, s, stored, err, l)
}

func messagesOf[M proto.Message](changes []Change[M]) []proto.Message {
	return Each(changes, func(c Change[M]) proto.Message { return c.Message })
}

// hoist gives a change the mask of the batch, if there is one.
func hoist[M proto.Message](l batchList, i int, c *Change[M], mask *fieldmaskpb.FieldMask) (v Violation, wrong bool) {
	if len(mask.GetPaths()) == 0 {
		return v, false
	}
	own := c.Mask.GetPaths()
	c.Mask = mask
	if len(own) == 0 || samePaths(own, mask.GetPaths()) {
		return v, false
	}
	return badMask(l.request(i, maskPath), "must be empty or equal to the mask of the batch"), true
}

// samePaths reports whether two masks name the same fields.
func samePaths(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// allowedChange returns what a client may write of a change, and what is wrong with
// it. call are the options of the whole batch.
func (t *table) allowedChange(l batchList, i int, c Change[proto.Message], call []WriteOption) (Change[proto.Message], []Violation) {
	if t.isNil(c.Message) {
		return c, []Violation{missingField(l.request(i, l.resource))}
	}
	settings := writeSettingsOf(slices.Concat(call, c.Options))
	var violations []Violation
	switch err := t.keyOfInput(c.Message); {
	case err == nil:
	case err.Code == codes.InvalidArgument:
		violations = err.Violations
	case settings.allowMissing:
		violations = []Violation{invalidField(t.nameField, impossibleID)}
	default: // it is for the store, which names it with the others that are missing
	}
	in, wrong := t.masked(c.Message, c.Mask)
	wrong = t.complete(wrong, c.Message, &in.target, true)
	if violations = append(violations, wrong...); len(violations) > 0 {
		return c, l.elements(i, violations)
	}
	c.Options = t.updateOptions(in, &settings, c.Options)
	c.Message, c.Mask = in.m, in.paths
	return c, nil
}

// BatchUpdateNamed is BatchUpdate of resources that must all be below parent, unless
// it is empty (AIP-234).
func BatchUpdateNamed[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], parent string, hoisted *fieldmaskpb.FieldMask, changes []Change[M], opts ...WriteOption) ([]M, error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	violation, wrong := t.table.commonParent(parent)
	if wrong {
		return nil, invalid(t.table.domain(), violation)
	}
	l := batchList{requestsField, t.table.info.Singular}
	var violations []Violation
	for i, c := range changes {
		if t.table.isNil(c.Message) {
			continue // which BatchUpdate tells
		}
		if name, known := t.table.nameOfInput(c.Message); known && !within(parent, name) {
			violations = append(violations, invalidField(l.request(i, joined(l.resource, t.table.nameField)), "must be below the parent of the batch"))
		}
	}
	if len(violations) > 0 {
		return nil, invalid(t.table.domain(), violations...)
	}
	return BatchUpdate(ctx, t, s, hoisted, changes, opts...)
}

// nameOfInput returns the name of a client's resource, of which it may give the key
// fields instead; known is false for one that has no form, which is told elsewhere.
func (t *table) nameOfInput(m proto.Message) (name string, known bool) {
	key, err := t.keyOf(m)
	if err != nil {
		return t.nameOf(m), errors.Is(err, ErrNoSuchKey)
	}
	return t.keyName(key), true
}
