package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/protocrud/protoc-gen-go-crud/internal/httpheader"
)

// A Config says how REST is spoken. A field that is zero has its default.
type Config struct {
	// MaxBodyBytes is the largest body of a request, but for one that streams messages.
	// Default: 4 MiB.
	MaxBodyBytes int64
	// JSON says how answers are written. Default: the fields that are set, in lowerCamel.
	JSON protojson.MarshalOptions
	// Options are for the gateway's mux, after those of this package.
	Options []runtime.ServeMuxOption
}

// A Service is one that is served. Of makes it.
type Service struct {
	name     string
	register func(context.Context, *runtime.ServeMux, *grpc.ClientConn) error
}

// Of returns the service of a full name, which register puts into a mux as
// protoc-gen-grpc-gateway generates it: RegisterLibraryServiceHandler.
func Of(name string, register func(context.Context, *runtime.ServeMux, *grpc.ClientConn) error) Service {
	return Service{name: name, register: register}
}

// A handler serves the services of a connection.
type handler struct {
	Config
	mux    *runtime.ServeMux
	codec  *codec
	routes routes
	domain string // the service that errors without one are of
}

// NewHandler returns what serves the services that conn leads to, in the process or
// elsewhere. It may be used by several goroutines at once. An error says that a service is
// not linked into the program, or has no method with a google.api.http.
func NewHandler(conn *grpc.ClientConn, cfg Config, services ...Service) (http.Handler, error) {
	if len(services) == 0 {
		return nil, errors.New("rest: there are no services")
	}
	cfg.MaxBodyBytes = cmp.Or(cfg.MaxBodyBytes, 4<<20)
	h := &handler{Config: cfg, codec: newCodec(cfg.JSON), routes: routes{}, domain: services[0].name}
	for _, s := range services {
		if err := h.routes.add(s.name); err != nil {
			return nil, fmt.Errorf("rest: %w", err)
		}
	}
	h.mux = runtime.NewServeMux(append(h.options(), cfg.Options...)...)
	for _, s := range services {
		if err := s.register(context.Background(), h.mux, conn); err != nil {
			return nil, fmt.Errorf("rest: %s: %w", s.name, err)
		}
	}
	return h, nil
}

func (h *handler) options() []runtime.ServeMuxOption {
	return []runtime.ServeMuxOption{
		runtime.WithMarshalerOption(runtime.MIMEWildcard, &marshaler{runtime.HTTPBodyMarshaler{Marshaler: h.codec}}),
		runtime.WithMiddlewares(h.check),
		runtime.WithMetadata(metadataOf),
		runtime.WithIncomingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithOutgoingHeaderMatcher(outgoing),
		runtime.WithOutgoingTrailerMatcher(outgoing),
		runtime.WithErrorHandler(h.answerError),
		runtime.WithRoutingErrorHandler(h.answerRouting),
		// A multi-segment variable keeps %2F, and any other is unescaped as a whole
		// (google/api/http.proto).
		runtime.WithUnescapingMode(runtime.UnescapingModeAllExceptSlash),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithDisableChunkedEncoding(),
	}
}

// ServeHTTP answers HEAD as GET, of which net/http leaves out the body.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		r = r.WithContext(r.Context()) // a copy
		r.Method = http.MethodGet
	}
	h.mux.ServeHTTP(w, r)
}

type metadataKey struct{}

// metadataOf is what check has made of the headers.
func metadataOf(ctx context.Context, _ *http.Request) metadata.MD {
	md, _ := ctx.Value(metadataKey{}).(metadata.MD)
	return md
}

func outgoing(name string) (string, bool) {
	return http.CanonicalHeaderKey(name), !httpheader.Own(name)
}
