// Package rest serves gRPC services as REST with JSON, by the google.api.http of their
// methods. It puts the handlers that protoc-gen-grpc-gateway generates into one
// http.Handler, which answers everything in one way and ignores nothing of a request.
//
//	cfg.HTTP.Handler = func(conn *grpc.ClientConn) (http.Handler, error) {
//		return rest.NewHandler(conn, rest.Config{},
//			rest.Of(libraryv1.LibraryService_ServiceDesc.ServiceName, libraryv1.RegisterLibraryServiceHandler))
//	}
//
// # Requests
//
// Path and query set fields of the request, by the names of the proto or of JSON, and the
// body is JSON (application/json) whose fields have either name. A parameter, a field or a
// body that the method does not have is INVALID_ARGUMENT, as is a value that does not fit;
// all that is wrong with path and query is said at once.
//
// A field mask of the query, update_mask=title,publishTime, has either kind of name, and
// may be *. A PATCH without one writes the fields that its body has: those that are zero
// or null too, and of a message that is no map only what is given, as in a JSON merge patch
// (RFC 7396). That is the work of protoc-gen-grpc-gateway; generated with
// allow_patch_feature=false, the service sees that there is no mask, and by AIP-134 writes
// the fields that are set.
//
// Headers are metadata of the call, by the same name, but for those of HTTP itself and
// cookies. A name that ends in -bin is that of bytes in base64. Grpc-Timeout bounds a call.
//
// # Answers
//
// An answer is JSON with the fields that are set, so that a read_mask leaves nothing behind
// that looks like a zero. Metadata are headers. An error is a google.rpc.Status with all of
// its details, under the HTTP status of its code (google/rpc/code.proto); a detail of a
// type that is not known has its bytes as "value", in base64. RetryInfo is a Retry-After
// too. A path that nothing is at is NOT_FOUND, and another verb than those that it has is
// 405 with them.
//
// The answers of a stream are lines of JSON (application/x-ndjson), {"result": …} each;
// a line {"error": …} ends a stream that fails.
package rest
