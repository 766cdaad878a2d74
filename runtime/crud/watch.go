package crud

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
)

// A WatchQuery is what Watch is asked for. Generated code fills it from the request.
type WatchQuery struct {
	// Method is the full name of the RPC. A resume token serves only the method that gave
	// it.
	Method string
	// Parent, Filter and Equal select resources as those of a [Query] do. A filter cannot
	// go into related resources, which no event has.
	Parent string
	Filter string
	Equal  []Equality
	// ReadMask names the fields of resources in events (AIP-157). Nil, empty and * are all
	// of the resource's own.
	ReadMask *fieldmaskpb.FieldMask
	// ResumeToken is that of the last event that the caller has. Empty begins with the
	// events from now on.
	ResumeToken string
	// Bookmarks asks for events that carry a token and nothing else: one where a watch
	// begins, so that what is listed after it and what it tells leave no gap between them,
	// and one where nothing was told for long.
	Bookmarks bool
}

// EventType says what happened to a resource.
type EventType uint8

const (
	// EventBookmark tells of no change, but how far a watch is.
	EventBookmark EventType = iota
	EventCreated
	EventUpdated
	// EventDeleted is a delete, also a soft one.
	EventDeleted
	EventUndeleted
)

// String returns the name of the type: bookmark, created.
func (t EventType) String() string {
	names := [...]string{"bookmark", "created", "updated", "deleted", "undeleted"}
	if int(t) < len(names) {
		return names[t]
	}
	return fmt.Sprintf("EventType(%d)", uint8(t))
}

var eventTypes = map[string]EventType{
	eventlog.Created: EventCreated, eventlog.Updated: EventUpdated, eventlog.Deleted: EventDeleted, eventlog.Undeleted: EventUndeleted,
}

// An Event is a change of a resource that a watch tells of.
type Event[M proto.Message] struct {
	Type EventType
	// Resource is what the change made of the resource, or what it was before it was
	// deleted. It has no related resources, and nothing that is INPUT_ONLY or sensitive.
	Resource M
	// Previous is the resource before the change; nil for EventCreated.
	Previous M
	// ResumeToken continues a watch behind this event.
	ResumeToken string
	// Time is when the change was made, by the clock of the process that made it.
	Time *timestamppb.Timestamp
	// Changed are the fields to which an update or an undelete gave other values; nil of
	// other types.
	Changed *fieldmaskpb.FieldMask
}

// EventTypes are the values of an enum that stand for the types of events. Where it has
// none for an undelete, that is an update.
type EventTypes[E ~int32] struct {
	Created, Updated, Deleted, Undeleted, Bookmark E
}

// Of returns the value for a type.
func (t EventTypes[E]) Of(e EventType) E {
	switch e {
	case EventCreated:
		return t.Created
	case EventUpdated:
		return t.Updated
	case EventDeleted:
		return t.Deleted
	case EventUndeleted:
		if t.Undeleted == 0 {
			return t.Updated
		}
		return t.Undeleted
	}
	return t.Bookmark
}

// A Watcher is a store that tells of the changes to its resources. [Repository] is one
// where the model has events. A store that wraps another passes Watch on, or its watches
// are UNIMPLEMENTED.
type Watcher[M proto.Message] interface {
	// Watch calls send with each change of a resource that q selects before or after it,
	// and returns when ctx ends, the server stops, send fails, or the token is no good.
	Watch(ctx context.Context, q WatchQuery, send func(Event[M]) error) error
}

// Watch tells the changes of the resources that q selects, each at least once and those of
// one resource in their order, until the caller goes away or the server stops. The caller
// then asks again with the last resume token, and misses none. Errors: INVALID_ARGUMENT;
// OUT_OF_RANGE for a token of events that are gone, after which the caller lists again;
// UNAVAILABLE, reason SERVER_STOPPING, of a server that drains; UNIMPLEMENTED of a store
// that cannot watch.
func Watch[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], q WatchQuery, send func(Event[M]) error) error {
	if s == nil {
		return t.table.noStore()
	}
	if err := t.table.permitParents(ctx, q.Parent); err != nil {
		return err
	}
	w, ok := s.(Watcher[M])
	if !ok {
		return t.table.unwatchable("the store of " + t.table.info.Message + " is no crud.Watcher")
	}
	var failed error
	err := w.Watch(ctx, q, func(e Event[M]) error {
		failed = send(e)
		return failed
	})
	if failed != nil {
		return failed // the caller is gone, or its message too large: gRPC's own status
	}
	return t.table.safe(ctx, t.table.unscoped(ctx, s, err), "")
}

// unwatchable is UNIMPLEMENTED of a watch, and why.
func (t *table) unwatchable(why string) *Error {
	return &Error{
		Code: codes.Unimplemented, Reason: ReasonUnimplemented, Domain: t.domain(),
		Message: "cannot watch: " + why, Metadata: map[string]string{"message": t.info.Message},
	}
}

// Watch is [Repository.Watch].
func (r *repository) Watch(ctx context.Context, q WatchQuery, send func(Event[proto.Message]) error) error {
	w, err := r.newWatch(ctx, q, send)
	if err != nil {
		return err
	}
	follower := eventlog.Follow(w.log, r.lookEvery)
	defer follower.Close()
	if err := w.begin(ctx); err != nil {
		return err
	}
	return w.run(ctx, follower)
}

// canWatch is the error of a repository whose rows' events cannot be told apart by who may
// see them, or that has no database of its own to follow.
func (r *repository) canWatch() error {
	info := &r.table.info
	switch {
	case !info.Events:
		return r.table.unwatchable(info.Message + " has no events")
	case r.tx != nil || r.home == nil || isConn(r.home):
		return internal(r.domain, errors.New("crud: Watch needs a database that serves several at once, and got a connection or a transaction"))
	case len(r.scope.wheres) > 0:
		return r.table.unwatchable("a predicate of the database says which " + info.Resource + " the caller sees")
	}
	if _, ok := r.db.(interface{ Admits(context.Context) error }); ok {
		return r.table.unwatchable("policies of the database say which " + info.Resource + " the caller sees")
	}
	for i := len(info.Scope); i < len(r.scope.columns); i++ {
		if at := r.stamps[i]; at < 0 || r.table.columns[at].withheld() {
			return r.table.unwatchable("the scope column " + r.scope.columns[i].name + " is neither declared by the model nor a field that events have")
		}
	}
	return nil
}
