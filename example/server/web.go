package server

import (
	"net/http"

	"google.golang.org/grpc"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/openapi"
	"github.com/protocrud/protoc-gen-go-crud/runtime/perimeter/connectrpc"
	"github.com/protocrud/protoc-gen-go-crud/runtime/perimeter/cors"
	"github.com/protocrud/protoc-gen-go-crud/runtime/perimeter/rest"
	crudserver "github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// Web adds to a config what is served over HTTP: REST below /v1/ with its description at
// /openapi.yaml, and Connect, gRPC-Web and gRPC below the service's name. origins are those
// of other sites whose pages may call.
func Web(cfg crudserver.Config, origins ...string) crudserver.Config {
	cfg.HTTP.Handler = func(conn *grpc.ClientConn) (http.Handler, error) {
		service := libraryv1.LibraryService_ServiceDesc.ServiceName
		restHandler, err := rest.NewHandler(conn, rest.Config{}, rest.Of(service, libraryv1.RegisterLibraryServiceHandler))
		if err != nil {
			return nil, err
		}
		connectHandler, err := connectrpc.NewHandler(conn, connectrpc.Config{}, service)
		if err != nil {
			return nil, err
		}
		mux := http.NewServeMux()
		mux.Handle("/", restHandler)
		mux.Handle("/"+service+"/", connectHandler)
		mux.Handle("GET /openapi.yaml", openapi.Handler())
		return cors.NewHandler(cors.Config{Origins: origins, Headers: []string{TenantHeader}}, mux), nil
	}
	return cfg
}
