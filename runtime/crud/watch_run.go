package crud

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/draining"
	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

const (
	// bookmarkAfter is how long a watch says nothing before it sends a bookmark.
	bookmarkAfter = time.Minute
	// bookmarkPages is how many pages without an event for the caller it reads before.
	bookmarkPages = 8
)

// A watch is one call of Watch. It holds a page of events at most, however slow its caller
// is.
type watch struct {
	r       *repository
	listing *listing // of the same query
	query   WatchQuery
	filter  *filter.Matcher // nil matches everything
	send    func(Event[proto.Message]) error

	log eventlog.Log
	of  eventlog.Selection
	// at is the position up to which everything was told.
	at int64
	// silent are the pages since something was sent.
	silent int
}

// begin finds where the watch begins.
func (w *watch) begin(ctx context.Context) error {
	if w.query.ResumeToken != "" {
		if err := w.open(ctx); err != nil {
			return err
		}
	} else if _, err := w.log.NumberAll(ctx); err != nil { // so that what is committed is not told as new
		return classify(ctx, w.r.domain, err)
	}
	state, err := w.log.State(ctx)
	if err != nil {
		return classify(ctx, w.r.domain, err)
	}
	switch {
	case w.query.ResumeToken == "":
		w.at = state.Last
		return w.bookmark(ctx)
	case w.at > state.Last: // of a database that was put back
		return w.gone()
	}
	return nil
}

// open takes the position that the resume token says.
func (w *watch) open(ctx context.Context) error {
	binding, err := w.listing.binding(ctx)
	if err != nil {
		return err
	}
	place, ok := w.listing.tokens.open(w.query.ResumeToken, binding)
	if ok = ok && !w.listing.expired(place) && len(place.values) == 1; ok {
		w.at, ok = place.values[0].(int64)
	}
	if !ok {
		return invalid(w.r.domain, Violation{"resume_token", "is not a token of this watch", ReasonInvalidResumeToken})
	}
	return nil
}

// seal returns the token of a position.
func (w *watch) seal(ctx context.Context, position int64) (string, error) {
	binding, err := w.listing.binding(ctx)
	if err != nil {
		return "", err
	}
	place := tokenPlace{values: []any{position}}
	if w.listing.tokenLife > 0 {
		place.issued = w.r.now().Unix()
	}
	return w.listing.tokens.seal(place, binding)
}

// gone is the error of a token whose events cannot be told any more.
func (w *watch) gone() *Error {
	return &Error{
		Code: codes.OutOfRange, Reason: ReasonEventsPurged, Domain: w.r.domain,
		Message:  "resume_token: the events behind it are gone; list the resources and watch without a token",
		Metadata: map[string]string{"field": "resume_token"},
	}
}

// run tells of events until something ends it.
func (w *watch) run(ctx context.Context, f *eventlog.Follower) error {
	stopping := draining.From(ctx)
	for {
		advanced := f.Advanced()
		page, err := w.log.Read(ctx, w.at, w.of)
		if err != nil {
			return classify(ctx, w.r.domain, err)
		}
		if page.Purged > w.at || page.Last < w.at {
			return w.gone()
		}
		if err := w.tell(ctx, stopping, page.Events); err != nil {
			return err
		}
		if isClosed(stopping) {
			return w.stopped()
		}
		w.at = page.End
		if w.silent++; w.silent > bookmarkPages {
			if err := w.bookmark(ctx); err != nil {
				return err
			}
		}
		if page.End < page.Last {
			continue
		}
		if err := w.wait(ctx, stopping, advanced); err != nil {
			return err
		}
	}
}

// wait waits for more events.
func (w *watch) wait(ctx context.Context, stopping, advanced <-chan struct{}) error {
	timer := time.NewTimer(bookmarkAfter)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return classify(ctx, w.r.domain, ctx.Err())
		case <-stopping:
			return w.stopped()
		case <-advanced:
			return nil
		case <-timer.C:
			if err := w.bookmark(ctx); err != nil {
				return err
			}
			timer.Reset(bookmarkAfter)
		}
	}
}

// stopped is the error of a watch whose server stops, so that its caller goes on elsewhere.
func (w *watch) stopped() *Error {
	return &Error{
		Code: codes.Unavailable, Reason: ReasonServerStopping, Domain: w.r.domain,
		Message: "the server is stopping; watch again with the last resume_token", RetryAfter: retryAfter,
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// tell sends the events of a page that the query selects.
func (w *watch) tell(ctx context.Context, stopping <-chan struct{}, events []eventlog.Event) error {
	for i := range events {
		if isClosed(stopping) {
			return w.stopped()
		}
		e, ok, err := w.event(&events[i])
		if err == nil && ok {
			e.ResumeToken, err = w.seal(ctx, events[i].Position)
		}
		if err == nil && ok {
			w.silent = 0
			err = w.send(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// event makes what is told of a row; ok is false if that is nothing.
func (w *watch) event(row *eventlog.Event) (e Event[proto.Message], ok bool, err error) {
	old, err := w.decode(row.Old)
	if err != nil {
		return e, false, err
	}
	m, err := w.decode(row.New)
	if err != nil {
		return e, false, err
	}
	if !w.tells(old, m) {
		return e, false, nil
	}
	e = Event[proto.Message]{Type: eventTypes[row.Type], Previous: old, Time: timestamppb.New(time.UnixMicro(row.Time))}
	if e.Type == EventUpdated || e.Type == EventUndeleted {
		e.Changed = w.r.table.changes(old, m)
	}
	e.Resource = m
	if w.r.table.isNil(m) {
		e.Resource = w.r.table.clone(old)
	}
	e.Resource, e.Previous = w.show(e.Resource), w.show(e.Previous)
	return e, true, nil
}

// bookmark tells how far the watch is, where the caller wants to know.
func (w *watch) bookmark(ctx context.Context) error {
	w.silent = 0
	if !w.query.Bookmarks {
		return nil
	}
	token, err := w.seal(ctx, w.at)
	if err != nil {
		return err
	}
	return w.send(Event[proto.Message]{Type: EventBookmark, ResumeToken: token})
}
