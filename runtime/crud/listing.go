package crud

import (
	"context"
	"slices"
	"strconv"

	"github.com/Masterminds/squirrel"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// A listing is one List or All: the arguments of its statement, and what its text
// depends on.
type listing struct {
	*core
	query Query

	// fixed are the places of the key columns that the parent gives, as bits, and
	// parent their values.
	fixed  uint64
	parent []any
	// across says that the parent has a wildcard (AIP-159).
	across bool
	// never is a parent that no row can have.
	never bool
	scope []any // values of the scope columns
	equal []boundEqual
	// filter is the filter's condition. Its text is the same for each filter of a shape.
	filter filter.Condition
	extra  []squirrel.Sqlizer

	// order is that of the statement, asked that which tokens are bound to: it has the
	// columns too that equalities fix.
	order, asked []orderKey
	// sorted says that order is not the rest of the key.
	sorted bool
	cursor []any // the bound values of the order in the row before; nil is NULL

	// placed says that the listing is a page of rows without a key. It begins at the
	// place from, nil for the first row, offset rows behind; sent are all rows before it.
	placed       bool
	from         []any
	offset, sent int64
	passed       passing

	reading
	total   int64 // once it is known
	counted bool
	bound   []byte // the binding, once it is needed
}

// newListing takes a query, of a List if paged. The key is looked at first, then who
// asks, then the rest (AIP-211).
func (r *repository) newListing(ctx context.Context, q Query, paged bool) (*listing, error) {
	l := &listing{core: r.core, query: q, placed: paged && r.table.keyless()}
	if err := l.setParent(q.Parent); err != nil {
		return nil, err
	}
	if err := l.setScope(ctx); err != nil {
		return nil, err
	}
	if err := l.setArguments(ctx, paged); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *listing) setScope(ctx context.Context) error {
	values, err := l.core.scope.values(ctx)
	if err != nil {
		return err
	}
	l.scope = l.bindScope(values)
	if l.extra, err = l.core.scope.predicates(ctx); err != nil {
		return err
	}
	if l.query.Where != nil {
		l.extra = append(l.extra, parens{l.query.Where})
	}
	return nil
}

// setArguments takes the arguments of the query. All that is wrong with them is told
// at once.
func (l *listing) setArguments(ctx context.Context, paged bool) error {
	var found findings
	q := &l.query
	if q.PageSize < 0 {
		found.add(invalidField("page_size", "must not be negative"))
	}
	if q.Skip < 0 {
		found.add(invalidField("skip", "must not be negative"))
	}
	found.add(checkView(q.View)...)
	before := len(found.violations)
	l.setEqual(&found, q.Equal)
	l.setFilter(&found, q.Filter)
	l.setOrder(&found, q.OrderBy)
	unknown := len(found.violations) > before
	if err := l.bindFilter(ctx); err != nil {
		return err
	}
	l.setReadMask(&found, q.ReadMask.GetPaths())
	switch {
	case q.PageToken == "":
	case !paged:
		found.add(badToken("must be empty: a stream has no pages"))
	case unknown: // no list with such arguments gave a token
		found.add(badToken(notOfThisList))
	default:
		if err := l.open(ctx, &found); err != nil {
			return err
		}
	}
	return found.error(l.domain)
}

// findings is what is wrong with a request.
type findings struct {
	violations []Violation
	// offset is where in the filter or the order, counted from 1; 0 is nowhere.
	offset int
}

func (f *findings) add(v ...Violation) { f.violations = append(f.violations, v...) }

func (f *findings) error(domain string) error {
	if len(f.violations) == 0 {
		return nil
	}
	e := invalid(domain, f.violations...)
	if f.offset > 0 {
		e.Metadata["offset"] = strconv.Itoa(f.offset)
	}
	return e
}

// setParent turns the parent's name into values of the leading key columns.
func (l *listing) setParent(parent string) error {
	p := l.table.info.Parent
	switch {
	case p == nil && parent != "":
		return invalid(l.domain, invalidField("parent", "the resource has no parent"))
	case p == nil:
		return nil
	case parent == "":
		return invalid(l.domain, missingField("parent"))
	}
	values, err := p.Pattern.values(parent, p.Across)
	if err != nil {
		return invalid(l.domain, invalidField("parent", err.Error()))
	}
	for i, text := range values {
		if text == wildcard {
			l.across = true
			continue
		}
		c := l.table.keyColumns[i]
		v, ok := keyFromText(c.Kind, text)
		arg, fits := c.codec.bind(v, l.dialect)
		l.never = l.never || !ok || !fits
		l.fixed |= 1 << i
		l.parent = append(l.parent, arg)
	}
	return nil
}

// hidesDeleted reports whether the list leaves out soft-deleted rows.
func (l *listing) hidesDeleted() bool {
	return l.table.deleteTime >= 0 && !l.query.ShowDeleted
}

// ordersBy reports whether a column is among those that order the list.
func (l *listing) ordersBy(c *column) bool {
	return l.table.keyless() || slices.ContainsFunc(l.order, func(k orderKey) bool { return k.column == c })
}
