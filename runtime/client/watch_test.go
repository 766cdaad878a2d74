package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
)

// The messages of a service whose stream can be resumed: numbers without an end.
var watchRequest, watchEvent, plainEvent = func() (req, event, plain protoreflect.MessageDescriptor) {
	text := func(name string, number int32) *descriptorpb.FieldDescriptorProto {
		return &descriptorpb.FieldDescriptorProto{
			Name: &name, Number: &number, Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(), Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(),
		}
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("watch.proto"), Package: proto.String("watchtest"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{
			{Name: proto.String("WatchRequest"), Field: []*descriptorpb.FieldDescriptorProto{text("resume_token", 1)}},
			{Name: proto.String("Event"), Field: []*descriptorpb.FieldDescriptorProto{text("resume_token", 1), text("payload", 2)}},
			{Name: proto.String("Plain"), Field: []*descriptorpb.FieldDescriptorProto{text("payload", 2)}},
		},
	}, nil)
	if err != nil {
		panic(err)
	}
	return file.Messages().Get(0), file.Messages().Get(1), file.Messages().Get(2)
}()

func textOf(m proto.Message, field string) string {
	r := m.ProtoReflect()
	return r.Get(r.Descriptor().Fields().ByName(protoreflect.Name(field))).String()
}

func with(m *dynamicpb.Message, field, value string) *dynamicpb.Message {
	m.Set(m.Descriptor().Fields().ByName(protoreflect.Name(field)), protoreflect.ValueOfString(value))
	return m
}

func eventOf(n int) *dynamicpb.Message {
	return with(with(dynamicpb.NewMessage(watchEvent), "resume_token", fmt.Sprint(n)), "payload", fmt.Sprint("event ", n))
}

// A stream of events, as a generated client has one.
type events interface {
	Recv() (*dynamicpb.Message, error)
}

// A scripted stream is what one opening of a watch gives: events behind the token, and
// then an error.
type scripted struct {
	ctx    context.Context
	events []*dynamicpb.Message
	err    error
}

func (s *scripted) Recv() (*dynamicpb.Message, error) {
	if len(s.events) == 0 {
		if s.err == nil {
			<-s.ctx.Done()
			return nil, status.FromContextError(s.ctx.Err()).Err()
		}
		return nil, s.err
	}
	event := s.events[0]
	s.events = s.events[1:]
	return event, nil
}

// watching returns a method of a client whose n-th opening is said by script, and the
// tokens that it was opened with.
func watching(script func(opening, behind int) ([]*dynamicpb.Message, error)) (open func(context.Context, *dynamicpb.Message, ...grpc.CallOption) (events, error), tokens *[]string) {
	tokens = new([]string)
	return func(ctx context.Context, req *dynamicpb.Message, _ ...grpc.CallOption) (events, error) {
		token := textOf(req, "resume_token")
		*tokens = append(*tokens, token)
		behind, _ := strconv.Atoi(token)
		sends, err := script(len(*tokens), behind)
		if sends == nil && err != nil {
			return nil, err
		}
		return &scripted{ctx: ctx, events: sends, err: err}, nil
	}, tokens
}

func newWatchRequest() *dynamicpb.Message { return dynamicpb.NewMessage(watchRequest) }

// A watch goes on behind the last event that its body took, and ends with an error that
// is not the connection's.
func TestWatchResumes(t *testing.T) {
	t.Parallel()
	lost, expired := status.Error(codes.Unavailable, "lost"), status.Error(codes.FailedPrecondition, "the token is too old")
	open, tokens := watching(func(opening, behind int) ([]*dynamicpb.Message, error) {
		switch opening {
		case 1:
			return []*dynamicpb.Message{eventOf(behind + 1), eventOf(behind + 2)}, lost
		case 2:
			return nil, lost // it cannot even be opened
		case 3:
			return []*dynamicpb.Message{eventOf(behind + 1)}, errEnd
		case 4: // one without a token is at the place of the one before
			return []*dynamicpb.Message{dynamicpb.NewMessage(watchEvent)}, lost
		default:
			return []*dynamicpb.Message{}, expired
		}
	})
	req := newWatchRequest()
	var seen []string
	var failed error
	for event, err := range client.Watch(t.Context(), open, req) {
		if err != nil {
			failed = err
			continue
		}
		seen = append(seen, textOf(event, "resume_token"))
	}
	assert.Equal(t, []string{"1", "2", "3", ""}, seen)
	assert.ErrorIs(t, failed, expired)
	assert.Equal(t, []string{"", "2", "2", "3", "3"}, *tokens)
	assert.Empty(t, textOf(req, "resume_token"), "the caller's request is as it was")
}

// A loop that is left closes its stream, and a new one begins at the request's token.
func TestWatchBrokenOff(t *testing.T) {
	t.Parallel()
	var streams []*scripted
	open := func(ctx context.Context, req *dynamicpb.Message, _ ...grpc.CallOption) (events, error) {
		assert.Equal(t, "7", textOf(req, "resume_token"))
		s := &scripted{ctx: ctx, events: []*dynamicpb.Message{eventOf(8)}}
		streams = append(streams, s)
		return s, nil
	}
	watch := client.Watch(t.Context(), open, with(newWatchRequest(), "resume_token", "7"))
	for range 2 {
		for event, err := range watch {
			require.NoError(t, err)
			assert.Equal(t, "8", textOf(event, "resume_token"))
			break
		}
	}
	require.Len(t, streams, 2)
	for _, s := range streams {
		assert.Error(t, s.ctx.Err())
	}
}

// The end of the context ends a watch, whether it has a stream or waits for one, and the
// error says why it had none.
func TestWatchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"with a stream":    {nil, "context deadline exceeded"},
		"without a stream": {failure(codes.Unavailable, time.Hour), "context deadline exceeded; the stream could not be opened: as the test wants"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			open, _ := watching(func(int, int) ([]*dynamicpb.Message, error) { return nil, tt.err })
			errs := 0
			for _, err := range client.Watch(ctx, open, newWatchRequest()) {
				errs++
				assert.Equal(t, codes.DeadlineExceeded, status.Code(err))
				assert.Equal(t, tt.want, status.Convert(err).Message())
			}
			assert.Equal(t, 1, errs)
		})
	}
}

// A stream without tokens is not resumed at a wrong place.
func TestWatchNeedsTokens(t *testing.T) {
	t.Parallel()
	c := apitest.NewNamedServiceClient(nil)
	for _, err := range client.Watch(t.Context(), c.StreamBooks, &apitest.StreamBooksRequest{}) {
		assert.EqualError(t, err, "client: apitest.StreamBooksRequest has no string resume_token; its stream cannot be resumed")
	}
	open, _ := watching(func(int, int) ([]*dynamicpb.Message, error) {
		return []*dynamicpb.Message{dynamicpb.NewMessage(plainEvent)}, nil
	})
	var errs []error
	for _, err := range client.Watch(t.Context(), open, newWatchRequest()) {
		errs = append(errs, err)
	}
	require.Len(t, errs, 2)
	assert.NoError(t, errs[0])
	assert.EqualError(t, errs[1], "client: watchtest.Plain has no string resume_token; its stream cannot be resumed")
}

// errEnd is a stream that ends by itself.
var errEnd = fmt.Errorf("wrapped, as interceptors may: %w", io.EOF)

// watchService serves numbers without an end, for as long as the server lives.
var watchService = grpc.ServiceDesc{
	ServiceName: "watchtest.WatchService",
	HandlerType: (*any)(nil),
	Streams: []grpc.StreamDesc{{StreamName: "Watch", ServerStreams: true, Handler: func(_ any, stream grpc.ServerStream) error {
		req := newWatchRequest()
		if err := stream.RecvMsg(req); err != nil {
			return err
		}
		n, _ := strconv.Atoi(textOf(req, "resume_token"))
		for {
			n++
			if err := stream.SendMsg(eventOf(n)); err != nil {
				return err
			}
		}
	}}},
}

// watchStream is the client's side of it, as protoc-gen-go-grpc would write it.
type watchStream struct{ grpc.ClientStream }

func (s watchStream) Recv() (*dynamicpb.Message, error) {
	m := dynamicpb.NewMessage(watchEvent)
	return m, s.RecvMsg(m)
}

func watchMethod(conn grpc.ClientConnInterface) func(context.Context, *dynamicpb.Message, ...grpc.CallOption) (watchStream, error) {
	return func(ctx context.Context, req *dynamicpb.Message, opts ...grpc.CallOption) (watchStream, error) {
		s, err := conn.NewStream(ctx, &watchService.Streams[0], "/watchtest.WatchService/Watch", opts...)
		if err != nil {
			return watchStream{}, err
		}
		return watchStream{s}, errors.Join(s.SendMsg(req), s.CloseSend())
	}
}

// A watch outlives the restarts of its server, and misses and repeats nothing that its
// body took.
func TestWatchOutlivesRestarts(t *testing.T) {
	t.Parallel()
	watchable := func(addr string) *running {
		return startWith(t, answering, addr, func(s *grpc.Server) { s.RegisterService(&watchService, nil) })
	}
	r := watchable("")
	conn, err := client.Dial(client.Config{Addr: r.addr})
	require.NoError(t, err)
	defer conn.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var seen atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for event, err := range client.Watch(ctx, watchMethod(conn), newWatchRequest()) {
			if err != nil {
				assert.Equal(t, codes.Canceled, status.Code(err))
				return
			}
			if !assert.Equal(t, fmt.Sprint(seen.Load()+1), textOf(event, "resume_token")) {
				return
			}
			seen.Add(1)
		}
	})
	for range 3 {
		before := seen.Load()
		require.Eventually(t, func() bool { return seen.Load() > before+100 }, time.Minute, time.Millisecond)
		r.Stop()
		r = watchable(r.addr)
	}
	before := seen.Load()
	require.Eventually(t, func() bool { return seen.Load() > before+100 }, time.Minute, time.Millisecond)
	cancel()
	wg.Wait()
}
