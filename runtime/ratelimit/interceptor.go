package ratelimit

import (
	"context"
	"sync"

	"google.golang.org/grpc"
)

// Unary is the interceptor of unary RPCs.
func (l *Limiter) Unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if p := l.planOf(info.FullMethod); p != nil {
		headers, err := l.charge(ctx, p, Call{info.FullMethod, req})
		if stream := grpc.ServerTransportStreamFromContext(ctx); stream != nil && headers != nil {
			// Nothing has been sent yet.
			_ = stream.SetHeader(headers)
		}
		if err != nil {
			return nil, err
		}
	}
	return handler(ctx, req)
}

// Stream is the interceptor of streaming RPCs. A stream is charged before its handler
// is called; where a limit of the method has a Request key, when the handler receives
// the first message. Then a refusal is the error of RecvMsg, and the stream ends with
// it whatever the handler makes of it. What a handler sends before it receives is not
// held back.
func (l *Limiter) Stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	p := l.planOf(info.FullMethod)
	if p == nil {
		return handler(srv, stream)
	}
	if p.needsRequest {
		waiting := &chargedStream{ServerStream: stream, limiter: l, plan: p, method: info.FullMethod}
		err := handler(srv, waiting)
		if refused := waiting.refusal(); refused != nil {
			return refused
		}
		return err
	}
	if err := l.chargeStream(stream, p, Call{Method: info.FullMethod}); err != nil {
		return err
	}
	return handler(srv, stream)
}

func (l *Limiter) chargeStream(stream grpc.ServerStream, p *plan, of Call) error {
	headers, err := l.charge(stream.Context(), p, of)
	if headers != nil {
		// A handler may have sent the headers already.
		_ = stream.SetHeader(headers)
	}
	return err
}

// A chargedStream is charged with its first message.
type chargedStream struct {
	grpc.ServerStream
	limiter *Limiter
	plan    *plan
	method  string

	// RecvMsg is called by one goroutine at a time, and maybe not by the handler's.
	mu      sync.Mutex
	charged bool
	refused error
}

func (s *chargedStream) RecvMsg(m any) error {
	if err := s.refusal(); err != nil {
		return err
	}
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.charged {
		s.charged = true
		s.refused = s.limiter.chargeStream(s.ServerStream, s.plan, Call{s.method, m})
	}
	return s.refused
}

func (s *chargedStream) refusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}
