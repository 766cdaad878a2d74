package crud

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
)

// isConn reports whether a database is a single connection, which serves one at a time.
func isConn(db DB) bool {
	_, ok := db.(*pgx.Conn)
	return ok
}

// newWatch takes a query. The key is looked at first, then who asks, then the rest
// (AIP-211), as by newListing.
func (r *repository) newWatch(ctx context.Context, q WatchQuery, send func(Event[proto.Message]) error) (*watch, error) {
	if err := r.canWatch(); err != nil {
		return nil, err
	}
	mask := q.ReadMask
	if paths := mask.GetPaths(); len(paths) == 1 && paths[0] == "*" {
		mask = nil // which is more than events have
	}
	l, err := r.newListing(ctx, Query{
		Method: "watch " + q.Method, Parent: q.Parent, Filter: q.Filter, Equal: q.Equal, ReadMask: mask,
	}, true)
	if err != nil {
		return nil, err
	}
	w := &watch{
		r: r, listing: l, query: q, send: send,
		log: eventlog.Log{DB: r.home, SQLite: r.dialect == SQLite},
		of:  eventlog.Selection{Messages: []string{r.table.info.Message}},
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	if err := w.setScope(ctx); err != nil {
		return nil, err
	}
	return w, r.checkParent(ctx, l)
}

// check refuses what a list can be asked for and a watch cannot.
func (w *watch) check() error {
	var found findings
	if len(w.listing.related) > 0 {
		found.add(badMask(readMaskPath, "an event has no related resources"))
	}
	for _, e := range w.listing.equal {
		if e.column.withheld() {
			found.add(invalidField(e.column.Field, "is no field that events have"))
		}
	}
	if w.query.Filter != "" {
		var err error
		if w.filter, err = w.r.table.matcher(w.query.Filter, w.r.table.New().ProtoReflect().Descriptor()); err != nil {
			found.addInput("filter", ReasonInvalidFilter, err)
		}
	}
	return found.error(w.r.domain)
}

// setScope binds the watch to the events of the call's scope.
func (w *watch) setScope(ctx context.Context) (err error) {
	w.of.Scoped = len(w.r.table.info.Scope) > 0
	w.of.Scope, err = w.r.eventScope(ctx)
	return err
}

// tells reports whether a watch tells of an event: of what it selects before or after the
// change, so that the caller learns of what leaves the selection too.
func (w *watch) tells(old, m proto.Message) bool { return w.selects(m) || w.selects(old) }

// selects reports whether a list with the watch's query would have the resource.
func (w *watch) selects(m proto.Message) bool {
	if w.r.table.isNil(m) || w.r.table.isDeleted(m) || !w.below(m) || !w.inScope(m) {
		return false
	}
	for i := range w.listing.equal {
		if !w.equals(&w.listing.equal[i], m) {
			return false
		}
	}
	return w.filter == nil || w.filter.Match(m.ProtoReflect())
}

// below reports whether a resource is one of the parent's.
func (w *watch) below(m proto.Message) bool {
	l := w.listing
	if l.fixed == 0 || l.never {
		return !l.never
	}
	key, err := w.r.table.keyOf(m)
	if err != nil {
		return false
	}
	args, ok := w.r.table.keyArgs(key, l.dialect)
	n := 0
	for i := range args {
		if l.fixed&(1<<i) != 0 {
			ok = ok && sameArg(args[i], l.parent[n])
			n++
		}
	}
	return ok
}

// inScope compares the scope columns that are fields, of which some need not be declared.
func (w *watch) inScope(m proto.Message) bool {
	for i, at := range w.r.stamps {
		if at >= 0 && !w.r.table.columns[at].withheld() && !sameArg(w.arg(&w.r.table.columns[at], m), w.listing.scope[i]) {
			return false
		}
	}
	return true
}

// equals reports whether a resource fulfils a condition on one field. NULL equals nothing.
func (w *watch) equals(e *boundEqual, m proto.Message) bool {
	has := w.arg(e.column, m)
	if has == nil {
		return false
	}
	if !e.any {
		return sameArg(has, e.arg)
	}
	values := reflect.ValueOf(e.given)
	for i := range values.Len() {
		if arg, ok := e.column.codec.bind(values.Index(i).Interface(), w.listing.dialect); ok && sameArg(has, arg) {
			return true
		}
	}
	return false
}

// arg is what the column of a message is bound to.
func (w *watch) arg(c *column, m proto.Message) any {
	return c.codec.appendArgs(nil, m, w.listing.dialect)[0]
}

// sameArg compares bound values.
func sameArg(a, b any) bool {
	if at, ok := a.(time.Time); ok {
		bt, ok := b.(time.Time)
		return ok && at.Equal(bt)
	}
	return reflect.DeepEqual(a, b)
}

// decode reads a resource of an event; nil for none.
func (w *watch) decode(b []byte) (m proto.Message, err error) {
	if b == nil {
		return m, nil
	}
	m = w.r.table.New()
	if err := (proto.UnmarshalOptions{AllowPartial: true}).Unmarshal(b, m); err != nil {
		return m, internal(w.r.domain, fmt.Errorf("crud: an event of %s: %w", w.r.table.info.Message, err))
	}
	return m, nil
}

// show leaves of a resource what the read mask names.
func (w *watch) show(m proto.Message) proto.Message {
	of := w.listing.reading
	if w.r.table.isNil(m) || of.selected == nil {
		return m
	}
	for i := range w.r.table.columns {
		if of.selected[i] == 0 {
			w.r.table.columns[i].codec.clear(m)
		}
	}
	w.r.table.hide(of, m)
	return m
}

// changes returns the fields whose values differ.
func (t *table) changes(old, m proto.Message) *fieldmaskpb.FieldMask {
	mask := &fieldmaskpb.FieldMask{}
	for i := range t.columns {
		if c := &t.columns[i]; !c.withheld() && !c.codec.equal(old, m) {
			mask.Paths = append(mask.Paths, c.Field)
		}
	}
	return mask
}
