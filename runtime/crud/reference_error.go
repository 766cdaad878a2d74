package crud

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// brokenReference is a foreign key without its row: NOT_FOUND for the parent and for
// a reference inside the key, else FAILED_PRECONDITION.
func (r *repository) brokenReference(ctx context.Context, db DB, pg *pgconn.PgError, err error, m proto.Message) *Error {
	ref, referred := r.referenceOf(ctx, db, pg, m)
	if ref == nil {
		return &Error{
			Code: codes.FailedPrecondition, Reason: ReasonReferenceNotFound, Domain: r.domain,
			Message:      "a referenced resource does not exist",
			Precondition: &Precondition{Type: "REFERENCE", Description: "a referenced resource does not exist"},
			cause:        err, referred: referred,
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

// referenceOf finds the reference that a foreign key error is about. The embedded engine
// does not name it, and a table that was there before names it otherwise, so there the
// references are looked up one by one; so is one to the own table, whose rows can refer to
// the message as well. Where it is none of the message's, referred says that it can only be
// one to the message.
func (r *repository) referenceOf(ctx context.Context, db DB, pg *pgconn.PgError, m proto.Message) (ref *Reference, referred bool) {
	if pg.Code == stateRestrict {
		return nil, true
	}
	refs, constraint := r.table.info.References, constraintName(pg)
	if at := slices.IndexFunc(refs, func(ref Reference) bool { return ref.Constraint == constraint }); at >= 0 {
		if !r.isOwn(&refs[at]) {
			return &refs[at], false
		}
		refs = refs[at : at+1]
	}
	db, referred = r.afterFailure(db), true
	for i := range refs {
		found, err := r.refersToRow(ctx, db, &refs[i], m)
		if err == nil && !found {
			return &refs[i], false
		}
		referred = referred && err == nil
	}
	return nil, referred || r.isOthers(pg)
}

// isOwn reports whether a reference leads to the table that it is of.
func (r *repository) isOwn(ref *Reference) bool {
	return ref.Schema == r.table.info.Schema && ref.Table == r.table.info.Name
}

// isOthers reports whether an error is about rows of another table.
func (r *repository) isOthers(pg *pgconn.PgError) bool {
	name := r.table.info.Name
	return pg.TableName != "" && pg.TableName != name && shardSuffix.ReplaceAllString(pg.TableName, "") != name
}

// ofUpdate is the error e of an UPDATE of the row that was to become m. Rows that refer to
// it can forbid that too, where a value changes that they have.
func (r *repository) ofUpdate(e *Error, m proto.Message) *Error {
	if !e.referred {
		return e
	}
	return r.childrenExist(e.cause, r.resourceOf(m).Name)
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
