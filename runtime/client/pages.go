package client

import (
	"context"
	"fmt"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Pages returns the items of all pages of a List method (AIP-158), which call is, as a
// client has it, and items the getter of its answer.
//
//	for book, err := range client.Pages(ctx, c.ListBooks, req, (*libraryv1.ListBooksResponse).GetBooks) {
//		if err != nil { … }
//	}
//
// Pages are asked for as the loop comes to them; each is a call of its own. A loop that
// is broken off asks for no more. An error comes with no item, and ends the walk. What
// is written meanwhile may or may not be seen; what is there throughout is seen once.
//
// The walk begins at req's page_token and takes pages of its page_size, the largest of
// which cost least. req is not changed. Its skip, if it has one, holds for the first
// page.
func Pages[Req, Res proto.Message, Item any](ctx context.Context, call func(context.Context, Req, ...grpc.CallOption) (Res, error), req Req, items func(Res) []Item, opts ...grpc.CallOption) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for page, err := range Responses(ctx, call, req, opts...) {
			if err != nil {
				var none Item
				yield(none, err)
				return
			}
			for _, item := range items(page) {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Responses is [Pages] by whole answers, for their total_size and the like.
func Responses[Req, Res proto.Message](ctx context.Context, call func(context.Context, Req, ...grpc.CallOption) (Res, error), req Req, opts ...grpc.CallOption) iter.Seq2[Res, error] {
	return func(yield func(Res, error) bool) {
		var none Res
		w, err := newWalk(req)
		if err != nil {
			yield(none, err)
			return
		}
		for more := true; more; {
			page, err := call(ctx, w.req.(Req), opts...)
			if err != nil {
				yield(none, err)
				return
			}
			if !yield(page, nil) {
				return
			}
			if more, err = w.advance(page); err != nil {
				yield(none, err)
				return
			}
		}
	}
}

// A walk goes from page to page.
type walk struct {
	req   proto.Message // the walk's own
	token protoreflect.FieldDescriptor
	next  protoreflect.FieldDescriptor // nil before the first page
	loop  loop
}

func newWalk(req proto.Message) (*walk, error) {
	in := req.ProtoReflect().Descriptor()
	w := &walk{req: clone(req), token: textField(in, pageToken)}
	if w.token == nil {
		return nil, fmt.Errorf("client: %s has no string %s; it is not the request of a List method", in.FullName(), pageToken)
	}
	w.loop.seen(w.req.ProtoReflect().Get(w.token).String())
	return w, nil
}

// clone returns a message of the caller's own; of a nil one it is empty.
func clone(m proto.Message) proto.Message {
	if !m.ProtoReflect().IsValid() {
		return m.ProtoReflect().New().Interface()
	}
	return proto.Clone(m)
}

// advance reports whether there is another page, and makes the request for it.
func (w *walk) advance(page proto.Message) (bool, error) {
	out := page.ProtoReflect().Descriptor()
	if w.next == nil {
		if w.next = textField(out, nextPageToken); w.next == nil {
			return false, fmt.Errorf("client: %s has no string %s; it is not the answer of a List method", out.FullName(), nextPageToken)
		}
	}
	token := page.ProtoReflect().Get(w.next).String()
	if token == "" {
		return false, nil
	}
	if w.loop.seen(token) {
		return false, fmt.Errorf("client: the server gave a page token of %s a second time; the pages have no end", out.FullName())
	}
	m := w.req.ProtoReflect()
	m.Set(w.token, protoreflect.ValueOfString(token))
	if f := m.Descriptor().Fields().ByName(skip); f != nil {
		m.Clear(f)
	}
	return true, nil
}

// A loop notices that a sequence repeats itself, in the memory of two elements: the last
// one, and one that is taken anew at the steps 1, 2, 4, 8 … (Brent's algorithm).
type loop struct {
	last, kept string
	steps      uint64
}

// seen reports whether an element is one of the two.
func (l *loop) seen(element string) bool {
	if l.steps > 0 && (element == l.last || element == l.kept) {
		return true
	}
	l.last = element
	if l.steps++; l.steps&(l.steps-1) == 0 {
		l.kept = element
	}
	return false
}
