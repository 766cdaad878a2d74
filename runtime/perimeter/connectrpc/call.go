package connectrpc

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/protocrud/protoc-gen-go-crud/internal/httpheader"
)

func (m *method) unary(ctx context.Context, req *connect.Request[message]) (*connect.Response[message], error) {
	if req.Msg.err != nil {
		return nil, invalidMessage(m.service(), req.Msg.err)
	}
	var header, trailer metadata.MD
	out := &message{of: m.output}
	err := m.conn.Invoke(ctx, m.procedure, req.Msg, out, grpc.ForceCodecV2(wire{}), grpc.Header(&header), grpc.Trailer(&trailer))
	if err != nil {
		return nil, errorOf(err, header, trailer)
	}
	res := connect.NewResponse(out)
	httpheader.Add(res.Header(), header)
	httpheader.Add(res.Trailer(), trailer)
	return res, nil
}

// open begins a stream, which ends with its context.
func (m *method) open(ctx context.Context) (grpc.ClientStream, error) {
	s, err := m.conn.NewStream(ctx, &grpc.StreamDesc{
		StreamName: string(m.desc.Name()), ClientStreams: m.desc.IsStreamingClient(), ServerStreams: m.desc.IsStreamingServer(),
	}, m.procedure, grpc.ForceCodecV2(wire{}))
	if err != nil {
		return nil, errorOf(err, nil, nil)
	}
	return s, nil
}

func (m *method) serverStream(ctx context.Context, req *connect.Request[message], stream *connect.ServerStream[message]) error {
	if req.Msg.err != nil {
		return invalidMessage(m.service(), req.Msg.err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := m.open(ctx)
	if err != nil {
		return err
	}
	if err := s.SendMsg(req.Msg); err == nil { // an error is that of receiving, too
		_ = s.CloseSend()
	}
	return m.forward(s, stream.ResponseHeader(), stream.ResponseTrailer(), stream.Send)
}

func (m *method) clientStream(ctx context.Context, stream *connect.ClientStream[message]) (*connect.Response[message], error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := m.open(ctx)
	if err != nil {
		return nil, err
	}
	for stream.Receive() {
		if stream.Msg().err != nil {
			return nil, invalidMessage(m.service(), stream.Msg().err)
		}
		if s.SendMsg(stream.Msg()) != nil { // it has ended, and receiving says how
			break
		}
	}
	if err := stream.Err(); err != nil {
		return nil, err
	}
	_ = s.CloseSend()
	out := &message{of: m.output}
	if err := s.RecvMsg(out); err != nil {
		header, _ := s.Header()
		return nil, errorOf(err, header, s.Trailer())
	}
	res := connect.NewResponse(out)
	if header, err := s.Header(); err == nil {
		httpheader.Add(res.Header(), header)
	}
	httpheader.Add(res.Trailer(), s.Trailer())
	return res, nil
}

func (m *method) bidi(ctx context.Context, stream *connect.BidiStream[message, message]) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := m.open(ctx)
	if err != nil {
		return err
	}
	received := make(chan error, 1)
	go func() { received <- m.backward(s, stream, cancel) }()
	err = m.forward(s, stream.ResponseHeader(), stream.ResponseTrailer(), stream.Send)
	cancel()
	if !stopReading(ctx) {
		return err // who waits for the client waits until net/http ends the request
	}
	if failed := <-received; failed != nil && err != nil {
		return failed // which has ended the call
	}
	return err
}

// stopReading has nobody wait for the client any more, and reports whether it can.
func stopReading(ctx context.Context) bool {
	control, ok := ctx.Value(controlKey{}).(*http.ResponseController)
	return ok && control.SetReadDeadline(time.Now()) == nil
}

// backward sends what the client says. An error of the client's ends the call, and is
// returned.
func (m *method) backward(s grpc.ClientStream, stream *connect.BidiStream[message, message], cancel func()) error {
	for {
		in, err := stream.Receive()
		if errors.Is(err, io.EOF) {
			_ = s.CloseSend()
			return nil
		}
		if err == nil && in.err != nil {
			err = invalidMessage(m.service(), in.err)
		}
		if err != nil {
			ended := s.Context().Err() != nil // and the client has nothing to do with it
			cancel()
			if ended {
				return nil
			}
			return err
		}
		if s.SendMsg(in) != nil {
			return nil
		}
	}
}

// forward sends what the service says.
func (m *method) forward(s grpc.ClientStream, header, trailer http.Header, send func(*message) error) error {
	if md, err := s.Header(); err == nil {
		httpheader.Add(header, md)
	}
	for {
		out := &message{of: m.output}
		err := s.RecvMsg(out)
		switch {
		case errors.Is(err, io.EOF):
			httpheader.Add(trailer, s.Trailer())
			return nil
		case err != nil:
			return errorOf(err, nil, s.Trailer())
		}
		if err := send(out); err != nil {
			return err
		}
	}
}
