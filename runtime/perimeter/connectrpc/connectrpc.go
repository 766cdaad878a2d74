package connectrpc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/httpheader"
)

// compressFrom is the size in bytes from which an answer is worth its compression.
const compressFrom = 1 << 10

// A Config says how Connect is spoken. A field that is zero has its default.
type Config struct {
	// MaxMessageBytes is the largest message of a client, inflated. Default: 4 MiB.
	MaxMessageBytes int
	// Options are for all of connect's handlers, after those of this package.
	Options []connect.HandlerOption
}

// NewHandler returns what serves services, which conn leads to, at /package.Service/Method.
// It may be used by several goroutines at once. An error says that a service is not linked
// into the program.
func NewHandler(conn grpc.ClientConnInterface, cfg Config, services ...string) (http.Handler, error) {
	if len(services) == 0 {
		return nil, errors.New("connectrpc: there are no services")
	}
	cfg.MaxMessageBytes = cmp.Or(cfg.MaxMessageBytes, 4<<20)
	mux := http.NewServeMux()
	writer := connect.NewErrorWriter(cfg.Options...)
	for _, name := range services {
		desc, err := serviceNamed(name)
		if err != nil {
			return nil, fmt.Errorf("connectrpc: %w", err)
		}
		for i := range desc.Methods().Len() {
			m, err := newMethod(conn, desc.Methods().Get(i))
			if err != nil {
				return nil, fmt.Errorf("connectrpc: %w", err)
			}
			mux.Handle(m.procedure, &entrance{method: m, next: m.handler(cfg), writer: writer})
		}
		mux.Handle("/"+name+"/", unknown{name, writer})
	}
	return mux, nil
}

func serviceNamed(name string) (protoreflect.ServiceDescriptor, error) {
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		return nil, fmt.Errorf("the service %s is not linked into this program: %w", name, err)
	}
	desc, ok := found.(protoreflect.ServiceDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is not a service", name)
	}
	return desc, nil
}

// A method is one that is served.
type method struct {
	conn          grpc.ClientConnInterface
	desc          protoreflect.MethodDescriptor
	procedure     string // /package.Service/Method
	input, output protoreflect.MessageType
}

func newMethod(conn grpc.ClientConnInterface, desc protoreflect.MethodDescriptor) (*method, error) {
	m := &method{conn: conn, desc: desc, procedure: fmt.Sprintf("/%s/%s", desc.Parent().FullName(), desc.Name())}
	var err error
	if m.input, err = protoregistry.GlobalTypes.FindMessageByName(desc.Input().FullName()); err != nil {
		return nil, fmt.Errorf("%s: %w", desc.FullName(), err)
	}
	if m.output, err = protoregistry.GlobalTypes.FindMessageByName(desc.Output().FullName()); err != nil {
		return nil, fmt.Errorf("%s: %w", desc.FullName(), err)
	}
	return m, nil
}

// handler returns connect's of the method's kind.
func (m *method) handler(cfg Config) http.Handler {
	options := append([]connect.HandlerOption{
		connect.WithSchema(m.desc),
		connect.WithRequestInitializer(func(_ connect.Spec, in any) error {
			in.(*message).of = m.input
			return nil
		}),
		connect.WithCodec(binary{}),
		connect.WithCodec(jsonText{"json"}),
		connect.WithCodec(jsonText{"json; charset=utf-8"}),
		connect.WithReadMaxBytes(cfg.MaxMessageBytes),
		connect.WithCompressMinBytes(compressFrom),
	}, cfg.Options...)
	if o, ok := m.desc.Options().(*descriptorpb.MethodOptions); ok && o.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS {
		options = append(options, connect.WithIdempotency(connect.IdempotencyNoSideEffects))
	}
	switch client, server := m.desc.IsStreamingClient(), m.desc.IsStreamingServer(); {
	case client && server:
		return connect.NewBidiStreamHandler(m.procedure, m.bidi, options...)
	case client:
		return connect.NewClientStreamHandler(m.procedure, m.clientStream, options...)
	case server:
		return connect.NewServerStreamHandler(m.procedure, m.serverStream, options...)
	default:
		return connect.NewUnaryHandler(m.procedure, m.unary, options...)
	}
}

// An entrance is where the requests of a method come in.
type entrance struct {
	method *method
	next   http.Handler
	writer *connect.ErrorWriter
}

type controlKey struct{}

func (e *entrance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	md, err := httpheader.Metadata(r)
	if err != nil {
		refuse(e.writer, w, r, invalidHeader(e.method.service(), err))
		return
	}
	ctx := metadata.NewOutgoingContext(r.Context(), md)
	if e.method.desc.IsStreamingClient() {
		control := http.NewResponseController(w)
		_ = control.SetReadDeadline(time.Time{}) // a stream takes the time that it takes
		ctx = context.WithValue(ctx, controlKey{}, control)
	}
	e.next.ServeHTTP(w, r.WithContext(ctx))
}

func (m *method) service() string { return string(m.desc.Parent().FullName()) }

// unknown answers for the methods that a service does not have.
type unknown struct {
	service string
	writer  *connect.ErrorWriter
}

func (u unknown) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refuse(u.writer, w, r, unknownMethod(u.service, r.URL.Path))
}

// refuse answers a request in its own protocol; one of none of them is not found.
func refuse(writer *connect.ErrorWriter, w http.ResponseWriter, r *http.Request, err error) {
	if !writer.IsSupported(r) {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	_ = writer.Write(w, r, err) // who went away does not read it
}
