package server

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionalphapb "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/draining"
	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
)

// ownServices are those that the server adds.
var ownServices = []*grpc.ServiceDesc{
	&healthpb.Health_ServiceDesc,
	&reflectionpb.ServerReflection_ServiceDesc,
	&reflectionalphapb.ServerReflection_ServiceDesc,
}

// ownMethod reports whether a method is of a service that the server adds.
func ownMethod(method string) bool {
	for _, s := range ownServices {
		if rest, ok := strings.CutPrefix(method, "/"+s.ServiceName); ok && strings.HasPrefix(rest, "/") {
			return true
		}
	}
	return false
}

// ownRules says who may call them: everybody, but for reflection as is configured.
func ownRules(reflectionPermissions []string) []auth.Info {
	infos := make([]auth.Info, len(ownServices))
	for i, s := range ownServices {
		var permissions []string
		if s != &healthpb.Health_ServiceDesc {
			permissions = reflectionPermissions
		}
		public := len(permissions) == 0
		rules := auth.Service{Name: s.ServiceName, Permissions: permissions}
		for _, m := range methodsOf(s) {
			rules.Methods = append(rules.Methods, auth.Method{FullName: m, WithoutAuthenticate: public, WithoutAuthorize: public})
		}
		infos[i] = rules
	}
	return infos
}

// Draining returns a channel that is closed when the server begins to send its calls
// home. The handler of a stream that goes on for as long as its client lives waits for
// it, and ends with UNAVAILABLE, so that the client goes elsewhere in good order; one
// that does not is cut after Config.DrainTimeout. In a unary call it is nil.
func Draining(ctx context.Context) <-chan struct{} {
	return draining.From(ctx)
}

// A doorman tells streams when the server drains, and ends those of its own services:
// clients keep them open for as long as they live, and no call is lost with them.
type doorman struct{ draining <-chan struct{} }

func (d doorman) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	if !ownMethod(info.FullMethod) {
		return handler(srv, toldStream{stream, draining.With(stream.Context(), d.draining)})
	}
	ended := make(chan error, 1)
	go func() { ended <- handler(srv, stream) }() // it ends with the stream, as the stream does with this func
	select {
	case err := <-ended:
		return err
	case <-d.draining:
		return status.Error(codes.Unavailable, "the server is stopping")
	}
}

type toldStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s toldStream) Context() context.Context { return s.ctx }
