// Package server runs gRPC services: what stands around a generated service from the
// process's first moment to its last.
//
//	cfg := server.Config{
//		Services: []server.Service{
//			server.Of(libraryv1.RegisterLibraryServiceServer, libraryv1.LibraryServiceInfo).By(impl),
//		},
//		Health: server.Health{DB: pool},
//	}
//	if err := cfg.FromEnv(); err != nil { … }
//	cfg.Flags(flag.CommandLine)
//	flag.Parse()
//	err := server.Run(ctx, cfg)
//
// What the services' protos declare holds: Run makes the limiter and the guard of their
// Infos, and refuses to start where something that they need is missing.
//
// # Order
//
// A call passes the interceptors in this order, which is always the same. The names are
// those of the option (protocrud.v1.method).without; a call of a method that opts out
// of one passes it by.
//
//	            recovers from what the interceptors up to metrics do
//	trace       Config.Trace
//	log         a line for each call, through Config.Logger
//	            Config.Signals
//	metrics     Config.Metrics
//	            recovers from what all below do, so that all above see INTERNAL
//	            Config.MaxInFlight
//	authenticate  Config.Authenticator
//	limit       Config.LimitStore
//	authorize   Config.Authorizer
//	validate    Config.Validate
//	            Config.Interceptors
//
// # HTTP
//
// Config.HTTP serves REST, Connect, gRPC-Web and pages beside gRPC. Its handler reaches the
// services through a connection inside the process, to a second gRPC server that has the
// services, the interceptors and the bounds of the first, and that alone believes who the
// caller is. So limits and bounds are shared, and the peer of a call is the HTTP client. Who
// takes long to send a request, or takes nothing of an answer, is cut.
//
// # Errors
//
// A panic, and an error that is no gRPC status, are INTERNAL and nothing else to the
// client. The log has the error, once, with the stack of a panic. Errors of a context
// are CANCELLED and DEADLINE_EXCEEDED.
//
// # Stopping
//
// On SIGTERM and SIGINT, or when its context ends, the server drains: health says
// NOT_SERVING, after DrainDelay no new calls and requests are taken, the ones in flight have
// DrainTimeout to end and are then cut, and at last the shutdown signal and hooks run.
// A second signal ends the process at once.
package server
