package golden_test

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/limits"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/opaquelimits"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
)

// charged reports whether a limiter of the generated Infos admits a call.
func charged(t *testing.T, l *ratelimit.Limiter, method string, req proto.Message) bool {
	t.Helper()
	_, err := l.Unary(t.Context(), req, &grpc.UnaryServerInfo{FullMethod: method},
		func(context.Context, any) (any, error) { return nil, nil })
	if err != nil {
		require.Equal(t, codes.ResourceExhausted, status.Code(err), "%v", err)
	}
	return err == nil
}

func limiter(t *testing.T) *ratelimit.Limiter {
	t.Helper()
	l, err := ratelimit.New(ratelimit.NewMemory(),
		ratelimit.Services(limits.NoteServiceInfo, limits.ImportServiceInfo, opaquelimits.MailServiceInfo),
		ratelimit.WithFunc("plan", func(context.Context, ratelimit.Call) (string, bool) { return "", false }))
	require.NoError(t, err)
	return l
}

// Each value of a path has a budget of its own, and so has a path that leads nowhere.
func TestLimitsReadRequests(t *testing.T) {
	t.Parallel()
	l := limiter(t)
	importing := func(req *limits.ImportNotesRequest) bool {
		// All limits of the method but one see the same value, so each call needs its own.
		return charged(t, l, limits.ImportService_ImportNotes_FullMethodName, req)
	}
	fresh := func(n int, change func(*limits.ImportNotesRequest)) *limits.ImportNotesRequest {
		req := &limits.ImportNotesRequest{
			From: &limits.ImportNotesRequest_Url{Url: string(rune('a' + n))},
			Source: &limits.Source{
				Kind: limits.Source_Kind(10 + n), Dry: nil, Digest: []byte{byte(n)}, Size: wrapperspb.UInt64(uint64(n)),
			},
		}
		change(req)
		return req
	}
	assert.True(t, importing(fresh(0, func(*limits.ImportNotesRequest) {})))
	assert.False(t, importing(fresh(1, func(*limits.ImportNotesRequest) {})), "dry is missing in both")
	assert.True(t, importing(fresh(2, func(r *limits.ImportNotesRequest) { r.Source.Dry = proto.Bool(false) })))
	assert.True(t, importing(fresh(3, func(r *limits.ImportNotesRequest) { r.Source.Dry = proto.Bool(true) })))
	assert.False(t, importing(fresh(0, func(r *limits.ImportNotesRequest) { r.Source = nil })), "the url is that of the first")
	assert.False(t, importing(&limits.ImportNotesRequest{From: &limits.ImportNotesRequest_Content{}}), "dry is missing in the first too")
}

// A group is one budget over its methods, whatever their requests are.
func TestLimitsOfAGroup(t *testing.T) {
	t.Parallel()
	l := limiter(t)
	create := func(n *limits.Note) bool {
		return charged(t, l, limits.NoteService_CreateNote_FullMethodName, &limits.CreateNoteRequest{Note: n})
	}
	update := func(n *limits.Note) bool {
		return charged(t, l, limits.NoteService_UpdateNote_FullMethodName, &limits.UpdateNoteRequest{Note: n})
	}
	one := &limits.Note{AuthorId: proto.Int64(1)}
	for range 2 {
		require.True(t, create(one))
		require.True(t, update(one))
	}
	assert.True(t, create(one))
	assert.False(t, create(one))
	assert.False(t, update(one))
	for range 5 {
		assert.True(t, update(&limits.Note{}), "no author is another budget than author 0")
		assert.True(t, create(&limits.Note{AuthorId: proto.Int64(0)}))
	}
	assert.False(t, create(nil))
}

func TestLimitsOfOpaqueRequests(t *testing.T) {
	t.Parallel()
	l := limiter(t)
	send := func(to string, urgent *bool) bool {
		return charged(t, l, opaquelimits.MailService_SendMail_FullMethodName,
			opaquelimits.SendMailRequest_builder{Mail: opaquelimits.Mail_builder{To: &to}.Build(), Urgent: urgent}.Build())
	}
	for range 3 {
		require.True(t, send("ann", proto.Bool(true)))
	}
	assert.False(t, send("ann", proto.Bool(false)))
	assert.False(t, send("bob", proto.Bool(true)))
	assert.True(t, send("bob", proto.Bool(false)))
	assert.True(t, send("bob", nil))
}

// A call over its limits costs the database nothing.
func TestRefusedCallsDoNoSQL(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, limits.NoteServiceInfo.Tables()...))
		recorder := crudtest.NewRecorder(db)
		l := limiter(t)
		srv := grpc.NewServer(grpc.UnaryInterceptor(l.Unary), grpc.StreamInterceptor(l.Stream))
		limits.RegisterNoteServiceServer(srv, limits.NewCRUDNoteServiceServer(recorder))
		notes := limits.NewNoteServiceClient(dial(t, srv))
		create := func() error {
			_, err := notes.CreateNote(t.Context(), &limits.CreateNoteRequest{Note: &limits.Note{Text: "Saga"}})
			return err
		}
		for range 5 {
			require.NoError(t, create())
		}
		before := len(recorder.Statements())
		assert.Positive(t, before)
		for range 20 {
			require.Equal(t, codes.ResourceExhausted, status.Code(create()))
		}
		assert.Len(t, recorder.Statements(), before)
	})
}

// dial serves a server and returns a connection to it.
func dial(t *testing.T, srv *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 16)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(listener)
	}()
	conn, err := grpc.NewClient("passthrough:test", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, conn.Close())
		srv.Stop()
		<-done
	})
	return conn
}
