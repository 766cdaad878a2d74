// Package ratelimit bounds how often RPCs are called: the limits that protos declare
// with (protocrud.v1.service).rate_limits and (protocrud.v1.method).rate_limits, and
// those that Go code declares the same way.
//
//	limiter, err := ratelimit.New(ratelimit.NewMemory(), ratelimit.Services(libraryv1.LibraryServiceInfo))
//	srv := grpc.NewServer(
//		grpc.ChainUnaryInterceptor(authenticate, limiter.Unary),
//		grpc.ChainStreamInterceptor(authenticateStream, limiter.Stream),
//	)
//
// A call is charged to all limits of its service and of its method, or to none. One
// that is over a limit is RESOURCE_EXHAUSTED before any work is done for it; see
// [ExceededError]. Refused calls are not counted.
//
// # What is counted
//
// A [Limit] has a budget for each combination of the values of its keys: [Peer],
// [Principal], [Metadata], [Request] and [Func]. Values are told apart exactly: two
// lists of values share a budget only if they are equal, and a value that is missing
// is none of those that can be sent.
//
// [SlidingWindow], the default, never admits more than MaxCalls in any window of the
// period. [TokenBucket] admits calls at an even rate and a burst after a pause.
//
// # Where it is counted
//
// A [Store] keeps the budgets. [Memory] is in the process, for one replica or for
// limits of each. Replicas share budgets through redislimit or pglimit, packages
// below this one.
//
// # Interceptors
//
// The pair goes behind the authenticator, so that [Principal] knows the caller, and
// before everything that works for the call. A stream is charged when it starts; if a
// limit of the method has a [Request] key, it is charged to all of its limits when its
// first message is received, and its later messages are free.
package ratelimit
