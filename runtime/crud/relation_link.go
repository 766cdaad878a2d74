package crud

import (
	"context"
	"fmt"
	"slices"

	"github.com/Masterminds/squirrel"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// link makes the rows of the joining table those between a message and the elements that
// are given, of which only the keys count. Elements must be there and in the scope.
func (c *junction) link(ctx context.Context, tx *Tx, given, stored proto.Message) error {
	keys, err := c.linked(ctx, tx, given)
	if err != nil {
		return err
	}
	owner, ok := valuesAt(stored, c.ownColumns, c.own, c.core.dialect)
	if !ok {
		return internal(c.core.domain, fmt.Errorf("crud: %s joins by a column that is NULL", c.Field))
	}
	if err := c.unlink(ctx, tx, owner, keys); err != nil {
		return err
	}
	for chunk := range slices.Chunk(keys, maxLinks) {
		if err := c.insertLinks(ctx, tx, owner, chunk); err != nil {
			return err
		}
	}
	c.set(stored, nil)
	return c.load(ctx, tx, []proto.Message{stored}, reading{})
}

// maxLinks is how many rows one INSERT of links has.
const maxLinks = 500

// linked returns the keys of the elements, of which each must be a row.
func (c *junction) linked(ctx context.Context, tx *Tx, given proto.Message) ([]any, error) {
	elements := c.get(given)
	keys := make([]any, len(elements))
	var violations []Violation
	for i, e := range elements {
		var err error
		if keys[i], err = c.table.keyOf(e); err != nil {
			violations = append(violations, invalidField(joined(c.path(i), c.table.keyField()), err.Error()))
		}
	}
	for _, v := range repeated(keys, c.table.keyField(), nil) {
		i, rest, _ := cutElement(v.Field)
		v.Field = joined(c.path(i), rest)
		violations = append(violations, v)
	}
	if len(violations) > 0 {
		return nil, invalid(c.core.domain, violations...)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := c.repository(tx).readKeys(ctx, tx, keys, c.repository(tx).keySet(), "")
	if err != nil {
		return nil, err
	}
	for i, key := range keys {
		if _, ok := found[key]; !ok {
			return nil, c.noSuchElement(i, key)
		}
	}
	return keys, nil
}

// noSuchElement is FAILED_PRECONDITION of an element that is not there.
func (c *junction) noSuchElement(i int, key any) *Error {
	resource := c.table.info.Resource
	return &Error{
		Code: codes.FailedPrecondition, Reason: ReasonReferenceNotFound, Domain: c.core.domain,
		Message:      fmt.Sprintf("%s: there is no %s %q", c.path(i), resource, c.table.keyName(key)),
		Metadata:     map[string]string{"field": c.path(i), "resource_type": resource, "resource_name": c.table.keyName(key)},
		Precondition: &Precondition{Type: "REFERENCE", Subject: c.path(i), Description: "the referenced resource does not exist"},
	}
}

func (c *junction) joinTable() string {
	return sqlname.Qualify(c.Join.Schema, c.Join.Table)
}

// unlink deletes the links of a message to others than keys.
func (c *junction) unlink(ctx context.Context, tx *Tx, owner []any, keys []any) error {
	b := squirrel.Delete(c.joinTable()).PlaceholderFormat(squirrel.Dollar)
	for i, name := range c.Join.Columns {
		b = b.Where(sqlname.Quote(name)+" = ?", owner[i])
	}
	if args, n := c.core.bindKeys(keys); n > 0 {
		b = b.Where("NOT "+c.keysIn(), args...)
	}
	_, err := c.repository(tx).exec(ctx, b)
	return err
}

// keysIn is the condition that a link is to one of several keys.
func (c *junction) keysIn() string {
	return "(" + c.core.anyKeyOf(columnNames(c.Join.TargetColumns, sqlname.Quote)) + ")"
}

// insertLinks links a message with keys that it is not linked with.
func (c *junction) insertLinks(ctx context.Context, tx *Tx, owner []any, keys []any) error {
	columns := columnNames(slices.Concat(c.Join.Columns, c.Join.TargetColumns), sqlname.Quote)
	b := squirrel.Insert(c.joinTable()).Columns(columns...).Suffix("ON CONFLICT DO NOTHING").PlaceholderFormat(squirrel.Dollar)
	for _, key := range keys {
		values, ok := c.table.keyArgs(key, c.core.dialect)
		if !ok {
			return internal(c.core.domain, fmt.Errorf("crud: %s: a key that was found cannot be bound", c.Field))
		}
		b = b.Values(slices.Concat(owner, values)...)
	}
	_, err := c.repository(tx).exec(ctx, b)
	return err
}
