package crud

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// BatchCreate stores all resources, or none (AIP-233), and returns them in their
// order. ms are those of the request's field requests; nil is one that was left out.
// Errors are those of Create.
func BatchCreate[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], ms []M, opts ...WriteOption) ([]M, error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	l, settings := batchList{requestsField, t.table.info.Singular}, writeSettingsOf(opts)
	violations := t.table.batchSize(l.field, len(ms))
	if len(violations) > 0 {
		return nil, invalid(t.table.domain(), violations...)
	}
	inputs := make([]proto.Message, len(ms))
	for i, m := range ms {
		if t.table.isNil(m) {
			violations = append(violations, missingField(l.request(i, l.resource)))
			continue
		}
		inputs[i] = t.table.createInput(m)
		wrong := t.table.complete(append(t.table.checkKeyInput(inputs[i]), t.table.checkRequired(inputs[i], nil)...), inputs[i], nil, true)
		violations = append(violations, l.elements(i, wrong)...)
	}
	if violations = append(violations, settings.check()...); len(violations) > 0 {
		return nil, t.table.refuse(ctx, s, invalid(t.table.domain(), violations...))
	}
	stored, err := s.BatchCreate(ctx, typedAll[M](inputs), opts...)
	return answers(ctx, &t.table, s, stored, t.table.created(ctx, err, inputs...), l)
}

// A NewResource is one element of a BatchCreateNamed: what CreateNamed is given.
type NewResource[M proto.Message] struct {
	// Parent is empty or that of the batch, if the batch has one.
	Parent   string
	ID       string
	Resource M
}

func untypedResource[M proto.Message](r NewResource[M]) NewResource[proto.Message] {
	return NewResource[proto.Message]{r.Parent, r.ID, r.Resource}
}

// BatchCreateNamed stores all resources, or none (AIP-233), and returns them in their
// order. They are below parent or, where it is empty, each below its own. Errors are
// those of CreateNamed.
func BatchCreateNamed[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], parent string, requests []NewResource[M], opts ...WriteOption) ([]M, error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	l, settings := batchList{requestsField, t.table.info.Singular}, writeSettingsOf(opts)
	if violations := t.table.batchSize(l.field, len(requests)); len(violations) > 0 {
		return nil, invalid(t.table.domain(), violations...)
	}
	if parent != "" {
		if err := t.table.checkParentName(parent); err != nil && err.Code == codes.InvalidArgument {
			return nil, err
		}
	}
	if err := t.table.permitParents(ctx, parentsOf(parent, requests)...); err != nil {
		return nil, err
	}
	inputs, wrong := t.table.namedInputs(l, parent, Each(requests, untypedResource[M]), settings.check())
	if wrong != nil {
		return nil, t.table.refuse(ctx, s, wrong)
	}
	stored, err := s.BatchCreate(ctx, typedAll[M](inputs), opts...)
	for i, m := range stored {
		if err == nil && settings.validateOnly && requests[i].ID == "" { // nobody is to use an id that was not given out
			t.table.clearKey(m)
		}
	}
	return answers(ctx, &t.table, s, stored, t.table.created(ctx, err, inputs...), l)
}

// parentsOf returns the parent of each element.
func parentsOf[M proto.Message](batch string, requests []NewResource[M]) []string {
	parents := make([]string, len(requests))
	for i, request := range requests {
		if parents[i] = request.Parent; parents[i] == "" {
			parents[i] = batch
		}
	}
	return parents
}

// namedInputs returns the resources that a batch creates, with their names.
func (t *table) namedInputs(l batchList, parent string, requests []NewResource[proto.Message], others []Violation) ([]proto.Message, *Error) {
	inputs := make([]proto.Message, len(requests))
	var violations []Violation
	var missing *Error // a parent that cannot be
	for i, request := range requests {
		own, wrong, err := t.ownParent(l, i, parent, request.Parent)
		if violations = append(violations, wrong...); err != nil && missing == nil {
			missing = err
		}
		if t.isNil(request.Resource) {
			violations = append(violations, missingField(l.request(i, l.resource)))
			continue
		}
		inputs[i] = t.namedInput(request.Resource)
		for _, v := range t.setName(inputs[i], own, request.ID, len(wrong) == 0 && err == nil) {
			v.Field = l.request(i, v.Field)
			violations = append(violations, v)
		}
		violations = append(violations, l.elements(i, t.withoutName(t.complete(t.checkRequired(inputs[i], nil), inputs[i], nil, true)))...)
	}
	switch violations = append(violations, others...); {
	case len(violations) > 0:
		return nil, invalid(t.domain(), violations...)
	case missing != nil:
		return nil, missing
	}
	return inputs, nil
}

// ownParent returns the parent of one element. Where it is well-formed and cannot be,
// err is NOT_FOUND.
func (t *table) ownParent(l batchList, i int, batch, own string) (parent string, violations []Violation, err *Error) {
	field := l.request(i, "parent")
	switch {
	case own == "" && batch != "":
		own = batch
	case batch != "" && own != batch:
		return "", []Violation{invalidField(field, "must be empty or equal to the parent of the batch")}, nil
	}
	err = t.checkParentName(own)
	if err != nil && err.Code == codes.InvalidArgument {
		return "", err.renamed(func(Violation) string { return field }).Violations, nil
	}
	return own, nil, err
}

// elements puts violations of an element's resource under its path.
func (l batchList) elements(i int, violations []Violation) []Violation {
	for at := range violations {
		violations[at].Field = element(i, violations[at].Field)
	}
	return l.paths(violations)
}
