package client

import (
	"context"
	"io"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
)

// stream opens a stream. One that was not opened has done nothing, and may be opened
// again; after that only one whose request is a single message can be.
func (c *caller) stream(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	call := c.newCall(ctx, method, nil, conn, opts)
	s := &repeatableStream{call: call, open: func(opts ...grpc.CallOption) (grpc.ClientStream, error) {
		return open(ctx, desc, conn, method, opts...)
	}}
	if err := s.reopen(); err != nil {
		return nil, err
	}
	if desc.ClientStreams {
		return s.ClientStream, nil
	}
	return s, nil
}

// A repeatableStream is one of answers to a single request, which is sent again as long
// as no answer has been seen.
type repeatableStream struct {
	grpc.ClientStream // as it was opened last, guarded by mu
	*call
	open func(...grpc.CallOption) (grpc.ClientStream, error)
	sent *peer.Peer

	mu       sync.Mutex
	answered bool // guarded by the rule that one goroutine receives
}

// reopen opens the stream, as often as it may.
func (s *repeatableStream) reopen() error {
	for {
		sent, opts := s.watched()
		stream, err := s.open(opts...)
		if err == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.ClientStream, s.sent = stream, sent
			return nil
		}
		if again, err := s.next(err, sent.Addr != nil); !again {
			return err
		}
	}
}

func (s *repeatableStream) current() grpc.ClientStream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ClientStream
}

// SendMsg sends the request, and keeps it.
func (s *repeatableStream) SendMsg(m any) error {
	s.req = m
	return s.current().SendMsg(m)
}

// RecvMsg receives an answer.
func (s *repeatableStream) RecvMsg(m any) error {
	err := s.current().RecvMsg(m)
	for err != nil && err != io.EOF && !s.answered && s.req != nil {
		again, failed := s.next(err, s.sent.Addr != nil)
		if !again {
			return failed
		}
		if err = s.resend(); err != nil {
			return err
		}
		err = s.current().RecvMsg(m)
	}
	if err == nil && !s.answered {
		s.answered = true
		s.budget.success()
	}
	return err
}

// resend opens the stream again with the request.
func (s *repeatableStream) resend() error {
	if err := s.reopen(); err != nil {
		return err
	}
	stream := s.current()
	if err := stream.SendMsg(s.req); err != nil {
		return err
	}
	return stream.CloseSend()
}

// CloseSend, Header, Trailer and Context are those of the stream as it was opened last.

func (s *repeatableStream) CloseSend() error             { return s.current().CloseSend() }
func (s *repeatableStream) Header() (metadata.MD, error) { return s.current().Header() }
func (s *repeatableStream) Trailer() metadata.MD         { return s.current().Trailer() }
func (s *repeatableStream) Context() context.Context     { return s.current().Context() }
