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

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
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
	case pg.Code == stateForeignKey:
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

// brokenReference is a foreign key without its row: NOT_FOUND for the parent and for
// a reference inside the key, else FAILED_PRECONDITION.
func (r *repository) brokenReference(ctx context.Context, db DB, pg *pgconn.PgError, err error, m proto.Message) *Error {
	ref := r.referenceOf(ctx, db, pg, m)
	if ref == nil {
		return &Error{
			Code: codes.FailedPrecondition, Reason: ReasonReferenceNotFound, Domain: r.domain,
			Message:      "a referenced resource does not exist",
			Precondition: &Precondition{Type: "REFERENCE", Description: "a referenced resource does not exist"},
			cause:        err,
		}
	}
	if ref.Parent || containsAll(r.table.info.Key, ref.Columns) {
		e := notFound(r.domain, ref.Resource, r.referencedName(ref, m))
		e.cause = err
		return e
	}
	field := strings.Join(r.fieldsOf(ref.Columns), ",")
	return &Error{
		Code: codes.FailedPrecondition, Reason: ReasonReferenceNotFound, Domain: r.domain,
		Message:  "the resource that " + field + " refers to does not exist",
		Metadata: map[string]string{"field": field},
		Precondition: &Precondition{
			Type: "REFERENCE", Subject: r.table.info.Singular + "." + field,
			Description: "the referenced resource does not exist",
		},
		cause: err,
	}
}

// referenceOf finds the reference that a foreign key error is about, nil if it is none of
// the message's. The embedded engine does not name it, and a table that was there before
// names it otherwise, so there the references are looked up one by one; so is one to the
// own table, whose rows can refer to the message as well.
func (r *repository) referenceOf(ctx context.Context, db DB, pg *pgconn.PgError, m proto.Message) *Reference {
	refs, constraint := r.table.info.References, constraintName(pg)
	if at := slices.IndexFunc(refs, func(ref Reference) bool { return ref.Constraint == constraint }); at >= 0 {
		if !r.isOwn(&refs[at]) {
			return &refs[at]
		}
		refs = refs[at : at+1]
	} else if r.isOthers(pg) {
		return nil
	}
	db = r.afterFailure(db)
	for i := range refs {
		if found, err := r.refersToRow(ctx, db, &refs[i], m); err == nil && !found {
			return &refs[i]
		}
	}
	return nil
}

// isOwn reports whether a reference leads to the table that it is of.
func (r *repository) isOwn(ref *Reference) bool {
	return ref.Schema == r.table.info.Schema && ref.Table == r.table.info.Name
}

// ofUpdate is the error e of an UPDATE of the row that was to become m. Rows that refer to
// it can forbid that too, where a value changes that they have.
func (r *repository) ofUpdate(ctx context.Context, db DB, e *Error, m proto.Message) *Error {
	var pg *pgconn.PgError
	if e.Reason != ReasonReferenceNotFound || e.Metadata != nil || !errors.As(e.cause, &pg) {
		return e
	}
	if pg.Code == stateRestrict || r.isOthers(pg) || r.refersWell(ctx, db, m) {
		return r.childrenExist(e.cause, r.resourceOf(m).Name)
	}
	return e
}

// isOthers reports whether an error is about rows of another table.
func (r *repository) isOthers(pg *pgconn.PgError) bool {
	name := r.table.info.Name
	return pg.TableName != "" && pg.TableName != name && shardSuffix.ReplaceAllString(pg.TableName, "") != name
}

// refersWell reports whether all rows that m refers to are there, as far as that can be
// found out.
func (r *repository) refersWell(ctx context.Context, db DB, m proto.Message) bool {
	db = r.afterFailure(db)
	for i := range r.table.info.References {
		if found, err := r.refersToRow(ctx, db, &r.table.info.References[i], m); err != nil || !found {
			return false
		}
	}
	return true
}

// afterFailure is what takes statements after one of db failed: a transaction of the
// repository's own takes no more.
func (r *repository) afterFailure(db DB) DB {
	if _, own := db.(*Tx); own && r.tx == nil {
		return r.db
	}
	return db
}

// refersToRow reports whether the row that m refers to exists.
func (r *repository) refersToRow(ctx context.Context, db DB, ref *Reference, m proto.Message) (bool, error) {
	args, set := r.referenceArgs(ref, m, r.dialect)
	if !set {
		return true, nil
	}
	return r.exists(ctx, db, ref, args)
}

// referenceArgs returns the values of a reference's columns as d binds them. set is
// false when one is NULL.
func (r *repository) referenceArgs(ref *Reference, m proto.Message, d Dialect) (args []any, set bool) {
	for _, name := range ref.Columns {
		for i := range r.table.columns {
			c := &r.table.columns[i]
			at := slices.Index(c.Names, name)
			if at < 0 {
				continue
			}
			arg := c.codec.appendArgs(nil, m, d)[at]
			if arg == nil {
				return nil, false
			}
			args = append(args, arg)
		}
	}
	return args, true
}

// exists reports whether the referenced table has a row with those values, in the
// scope that both tables share.
func (r *repository) exists(ctx context.Context, db DB, ref *Reference, args []any) (bool, error) {
	values, err := r.scope.values(ctx)
	if err != nil {
		return false, err
	}
	bound := r.bindScope(values)
	args = slices.Clone(args)
	var where []string
	for _, name := range ref.Target {
		where = append(where, sqlname.Quote(name)+" = ?")
	}
	for _, name := range ref.Scope {
		for i, c := range r.scope.columns {
			if c.name == name {
				where = append(where, sqlname.Quote(name)+" = ?")
				args = append(args, bound[i])
			}
		}
	}
	if len(where) < len(ref.Target)+len(ref.Scope) {
		// The referenced rows are somebody's, and whose is not known here: say nothing.
		return true, nil
	}
	sql := numbered("SELECT EXISTS (SELECT 1 FROM "+sqlname.Qualify(ref.Schema, ref.Table)+
		" WHERE "+strings.Join(where, " AND ")+")", 1)
	var found bool
	if err := db.QueryRow(ctx, sql, args...).Scan(&found); err != nil {
		return false, classify(ctx, r.domain, err)
	}
	return found, nil
}

// referencedName is the name of the row that a reference asks for: the parent's
// part of the resource name, or the values joined with /.
func (r *repository) referencedName(ref *Reference, m proto.Message) string {
	if p := r.table.info.Parent; ref.Parent && p != nil {
		if name := r.table.nameOf(m); name != "" {
			return strings.Join(strings.Split(name, "/")[:len(p.Pattern.segments)], "/")
		}
	}
	args, _ := r.referenceArgs(ref, m, Postgres) // which binds values that read as they are
	if len(args) == 1 {
		return keyText(args[0])
	}
	return JoinKey(args...)
}

// deleteError maps an error of a DELETE: a foreign key means that others refer to
// the row.
func (r *repository) deleteError(ctx context.Context, err error, key any) *Error {
	e := classify(ctx, r.domain, err)
	var pg *pgconn.PgError
	if noSuchValue(err) && e.Code == codes.InvalidArgument {
		return r.notFound(key)
	}
	if !errors.As(err, &pg) || !referredTo(pg) || e.Code == codes.Canceled || e.Code == codes.DeadlineExceeded {
		return e
	}
	return r.childrenExist(err, r.table.keyName(key))
}

func referredTo(pg *pgconn.PgError) bool {
	return pg.Code == stateForeignKey || pg.Code == stateRestrict
}

// childrenExist is a deletion of name, or a change of what others refer to it by, that
// their references forbid.
func (r *repository) childrenExist(err error, name string) *Error {
	return &Error{
		Code: codes.FailedPrecondition, Reason: ReasonChildrenExist, Domain: r.domain,
		Message:      "other resources refer to " + name,
		Metadata:     map[string]string{"resource_name": name},
		Precondition: &Precondition{Type: "CHILDREN_EXIST", Subject: name, Description: "other resources refer to it"},
		cause:        err,
	}
}
