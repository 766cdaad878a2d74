package crud

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// writeError maps an error of an INSERT or UPDATE of m. What the database says of a
// constraint or column is turned into the field it belongs to.
func (r *repository) writeError(ctx context.Context, db DB, err error, m proto.Message) *Error {
	e := classify(ctx, r.domain, err)
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || e.Code == codes.Canceled || e.Code == codes.DeadlineExceeded {
		return e
	}
	switch {
	case pg.Code == stateUnique:
		return r.duplicate(pg, err, m)
	case referredTo(pg):
		return r.brokenReference(ctx, db, pg, err, m)
	case pg.Code == stateNotNull, pg.Code == stateCheck, class(pg) == "22", pg.Code == stateSyntax && pg.Position == 0:
		field := r.fieldOf(pg)
		if field == "" {
			field = r.table.unchecked(m)
		}
		if field != "" {
			out := invalid(r.domain, Violation{field, "breaks a rule of the resource", ReasonConstraintViolation})
			out.cause = err
			return out
		}
	}
	return e
}

// unchecked returns the field whose value only the database can have found wrong, "" if
// there are several, or none.
func (t *table) unchecked(m proto.Message) (field string) {
	for i := range t.columns {
		c := &t.columns[i]
		if c.Kind != KindText || c.text.Checked() || !c.codec.has(m) {
			continue
		}
		if field != "" {
			return ""
		}
		field = c.Field
	}
	return field
}

// resourceOf names m for ResourceInfo, as far as it has a key.
func (r *repository) resourceOf(m proto.Message) *Resource {
	res := &Resource{Type: r.table.info.Resource}
	if key, err := r.table.keyOf(m); err == nil && !allZero(r.table.values(key)) {
		res.Name = r.table.keyName(key)
	}
	return res
}

func allZero(values []any) bool {
	return !slices.ContainsFunc(values, func(v any) bool { return !zeroKeyValue(v) })
}

// duplicate is a second row with a key or a unique value. Only the field is named,
// never the value.
func (r *repository) duplicate(pg *pgconn.PgError, err error, m proto.Message) *Error {
	res := r.resourceOf(m)
	fields := r.uniqueFields(pg)
	if fields == nil {
		return r.alreadyExists(res, err)
	}
	e := &Error{
		Code: codes.AlreadyExists, Reason: ReasonUniqueViolation, Domain: r.domain,
		Message:  "a resource with the same value exists already",
		Resource: res, cause: err,
	}
	if names := strings.Join(fields, ","); names != "" {
		e.Message = "a resource with the same " + strings.Join(fields, ", ") + " exists already"
		e.Metadata = map[string]string{"fields": names}
	}
	return e
}

func (r *repository) alreadyExists(res *Resource, cause error) *Error {
	return &Error{
		Code: codes.AlreadyExists, Reason: ReasonResourceAlreadyExists, Domain: r.domain,
		Message:  "the resource exists already",
		Metadata: map[string]string{"resource_type": res.Type, "resource_name": res.Name},
		Resource: res, cause: cause,
	}
}

// uniqueFields returns the fields of the unique constraint that an error names: nil
// for the primary key, empty where it is not over fields. A table that was there
// before has constraints by other names, which their columns tell.
func (r *repository) uniqueFields(pg *pgconn.PgError) []string {
	constraint := constraintName(pg)
	for i := range r.table.columns {
		c := &r.table.columns[i]
		if c.Unique != "" && (c.Unique == constraint || constraint == "" && slices.Contains(uniqueColumns(pg), c.Names[0])) {
			return []string{c.Field}
		}
	}
	for _, index := range r.table.info.Indexes {
		byColumns := constraint == "" && len(index.Expressions) == 0 && containsAll(uniqueColumns(pg), index.Columns)
		if index.Unique && (index.Name == constraint || byColumns) {
			return r.fieldsOf(index.Columns)
		}
	}
	columns := slices.DeleteFunc(uniqueColumns(pg), r.scope.has)
	key := slices.DeleteFunc(slices.Clone(r.table.info.Key), r.scope.has)
	if strings.HasSuffix(constraint, "_pkey") || len(columns) == len(key) && containsAll(columns, key) {
		return nil
	}
	return r.fieldsOf(columns)
}

// uniqueColumns are the columns of a unique constraint as Detail names them:
// "Key (a, b)=(…) …" in PostgreSQL, in any language, and "table.a, table.b" in the
// embedded engine, which does not name the constraint.
func uniqueColumns(pg *pgconn.PgError) []string {
	if _, rest, ok := strings.Cut(pg.Detail, "("); ok {
		list, _, _ := strings.Cut(rest, ")=(")
		columns := strings.Split(list, ", ")
		for i, c := range columns {
			columns[i] = strings.Trim(c, `"`)
		}
		return columns
	}
	var columns []string
	for part := range strings.SplitSeq(pg.Detail, ",") {
		if _, column, ok := strings.Cut(strings.TrimSpace(part), "."); ok {
			columns = append(columns, column)
		}
	}
	if len(columns) == 0 && pg.ColumnName != "" {
		columns = []string{pg.ColumnName}
	}
	return columns
}

func containsAll(have, want []string) bool {
	for _, w := range want {
		if !slices.Contains(have, w) {
			return false
		}
	}
	return len(want) > 0
}

// shardSuffix is what a distributed engine appends to the names of a shard's
// constraints.
var shardSuffix = regexp.MustCompile(`_\d+$`)

func constraintName(pg *pgconn.PgError) string {
	if pg.TableName != "" && shardSuffix.MatchString(pg.TableName) {
		return shardSuffix.ReplaceAllString(pg.ConstraintName, "")
	}
	return pg.ConstraintName
}

// fieldsOf returns the proto fields of columns; one that is no field is left out.
func (r *repository) fieldsOf(columns []string) []string {
	fields := []string{}
	for _, name := range columns {
		for i := range r.table.columns {
			c := &r.table.columns[i]
			if slices.Contains(c.Names, name) && !slices.Contains(fields, c.Field) {
				fields = append(fields, c.Field)
			}
		}
	}
	return fields
}

// fieldOf returns the field of the column or check that an error names.
func (r *repository) fieldOf(pg *pgconn.PgError) string {
	constraint := constraintName(pg)
	for i := range r.table.columns {
		c := &r.table.columns[i]
		for _, n := range c.Names {
			if n == pg.ColumnName || constraint != "" && constraint == checkName(r.table.info.Name, n) {
				return c.Field
			}
		}
	}
	return ""
}
