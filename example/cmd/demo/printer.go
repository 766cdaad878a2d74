package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A printer shows the calls of a client as a person wants to read them, and counts
// them by method.
type printer struct {
	mu     sync.Mutex // for the server, which announces from its own goroutines
	out    io.Writer
	called map[string]int
}

func (p *printer) printf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, format, args...)
}

// heading begins a chapter.
func (p *printer) heading(text string) { p.printf("\n=== %s ===\n", text) }

// remark says what the next call is about.
func (p *printer) remark(text string) { p.printf("\n# %s\n", text) }

// announce shows what the server does after a commit.
func (p *printer) announce(_ context.Context, book string) {
	p.printf("  (after the commit: %s is back)\n", book)
}

// intercept shows a call: the method with the branch and the request, then the
// reply, or the status with its details.
func (p *printer) intercept(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	p.asked(ctx, method, req)
	err := invoke(ctx, method, req, reply, conn, opts...)
	if err != nil {
		p.refused(err)
		return err
	}
	p.printf("  OK %s\n", compact(reply))
	return nil
}

// interceptStream shows a call that is answered by a stream.
func (p *printer) interceptStream(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := open(ctx, desc, conn, method, opts...)
	if err != nil {
		return nil, err
	}
	return &printedStream{ClientStream: stream, printer: p, method: method}, nil
}

// A printedStream shows what goes through a stream.
type printedStream struct {
	grpc.ClientStream
	*printer
	method string
}

func (s *printedStream) SendMsg(req any) error {
	s.asked(s.Context(), s.method, req)
	return s.ClientStream.SendMsg(req)
}

func (s *printedStream) RecvMsg(reply any) error {
	err := s.ClientStream.RecvMsg(reply)
	switch {
	case err == nil:
		s.printf("  %s\n", compact(reply))
	case errors.Is(err, io.EOF):
		s.printf("  OK, no more\n")
	default:
		s.refused(err)
	}
	return err
}

// asked shows a request and counts it.
func (p *printer) asked(ctx context.Context, method string, req any) {
	p.called[method]++
	branch := ""
	if md, ok := metadata.FromOutgoingContext(ctx); ok && len(md.Get(server.TenantHeader)) > 0 {
		branch = " [" + server.TenantHeader + ": " + strings.Join(md.Get(server.TenantHeader), ", ") + "]"
	}
	p.printf("%s%s %s\n", path.Base(method), branch, compact(req))
}

// refused shows a status with its details.
func (p *printer) refused(err error) {
	st := status.Convert(err)
	p.printf("  %s: %s\n", codeName(st), st.Message())
	for _, d := range st.Details() {
		if m, ok := d.(proto.Message); ok {
			p.printf("    %s %s\n", m.ProtoReflect().Descriptor().Name(), compact(m))
		}
	}
}

// codeName returns a status code as documents write it: NOT_FOUND.
func codeName(st *status.Status) string {
	var b strings.Builder
	for i, r := range st.Code().String() {
		if i > 0 && 'A' <= r && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// compact returns a message as JSON on one line, always with the same spacing.
func compact(m any) string {
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m.(proto.Message))
	if err != nil {
		return err.Error()
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return err.Error()
	}
	return b.String()
}

// sum ends the demo. Its error names the methods of the service that were not called.
func (p *printer) sum(info crud.ServiceInfo) error {
	calls := 0
	for _, m := range info.Methods {
		if p.called[m.FullName] == 0 {
			return fmt.Errorf("%s was not called", m.FullName)
		}
		calls += p.called[m.FullName]
	}
	p.printf("\nAll %d methods of %s answered as they should, in %d calls.\n", len(info.Methods), info.Name, calls)
	return nil
}
