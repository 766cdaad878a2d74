// Package client calls gRPC services: a connection that finds its server again, retries
// of what is safe, iterators over pages and streams, and what errors say.
//
//	conn, err := client.Dial(client.Config{}) // to GRPC_SERVER_ADDR
//	if err != nil { … }
//	defer conn.Close()
//	library := libraryv1.NewLibraryServiceClient(conn)
//	for book, err := range client.Pages(ctx, library.ListBooks, req, (*libraryv1.ListBooksResponse).GetBooks) { … }
//
// It links no database, and serves the clients of any service; standard methods (AIP-121)
// are those that it knows more of.
//
// # One connection
//
// [Dial] returns a *grpc.ClientConn for the whole process. It carries any number of
// calls at the same time, of all services of a server, over one connection to each
// replica, and takes the replicas in turn. A connection for each call, or each request
// of a web server, costs a handshake every time and is a leak without Close.
//
// # Deadlines
//
// A unary call whose context has no deadline has [Config.Timeout], with all its attempts.
// A stream may go on for as long as its context. Where there is no connection, the
// error says to which address, and why.
//
// # Retries
//
// A call is made again only where nothing can come of it that would not come of the first
// attempt alone:
//
//   - UNAVAILABLE with RetryInfo. A server of this module adds it only where a retry is
//     safe, whatever the method.
//   - UNAVAILABLE, and the call was not given to a connection: the server knows nothing
//     of it.
//   - UNAVAILABLE of a method that only reads: one whose proto says so by
//     idempotency_level, a standard Get, List or BatchGet, by name and shape (AIP-131,
//     132, 231), one that an [Info] tells of, and a call with [Idempotent].
//   - UNAVAILABLE of a standard write whose request has a request_id (AIP-155).
//   - RESOURCE_EXHAUSTED with RetryInfo, with [Retry.Exhausted].
//
// Nothing else is: a Create without request_id whose connection broke may have been done.
// A stream is made again as long as it has not answered. ABORTED is for the caller, who
// reads again and decides again; see [IsConflict].
//
// Between attempts there is a pause, with jitter, which is at least what RetryInfo says.
// A call is not made again when its deadline would come first, after
// [Retry.MaxAttempts], with [Once], or while so many calls of the connection fail that
// retries would only add to the trouble. The error is that of the last attempt.
//
// # Streams
//
// [Stream] ranges over the messages of a stream and closes it with the loop. [Watch] does
// so over one that can be resumed, and resumes it.
package client
