// Package auth decides who makes a call and whether they may: the permissions that
// protos declare with (protocrud.v1.service).permissions and
// (protocrud.v1.method).permissions, asked before anything of a request is looked at.
//
//	guard, err := auth.New(auth.Bearer(verify), authorizer, auth.Services(libraryv1.LibraryServiceInfo), auth.DefaultDeny())
//	srv := grpc.NewServer(
//		grpc.ChainUnaryInterceptor(guard.AuthenticateUnary, limiter.Unary, guard.AuthorizeUnary),
//		grpc.ChainStreamInterceptor(guard.AuthenticateStream, limiter.Stream, guard.AuthorizeStream),
//	)
//
// Who was authenticated is in the call's context, as runtime/identity has it.
package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/internal/richstatus"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// An Authenticator finds who makes a call. It is safe for concurrent use.
type Authenticator interface {
	// Authenticate returns who makes the call, ErrAnonymous if the call does not say,
	// and another error if what it says does not hold. The error goes to the log, not
	// to the caller.
	Authenticate(ctx context.Context) (identity.Principal, error)
}

// ErrAnonymous is a call that does not say who makes it.
var ErrAnonymous = errors.New("auth: the call does not say who makes it")

// An AuthenticatorFunc is a func as an Authenticator.
type AuthenticatorFunc func(ctx context.Context) (identity.Principal, error)

// Authenticate calls f.
func (f AuthenticatorFunc) Authenticate(ctx context.Context) (identity.Principal, error) {
	return f(ctx)
}

// An Authorizer decides what callers may. It is safe for concurrent use.
type Authorizer interface {
	// Authorize returns whether the caller, who is in ctx, has a permission. An error
	// is that of the authorizer itself: the call is INTERNAL, or has the error's status
	// if that is gRPC's, and does not go on.
	Authorize(ctx context.Context, a Access) (allowed bool, err error)
}

// An Access is what an Authorizer is asked for.
type Access struct {
	// Method is /package.Service/Method.
	Method string
	// Permission is one of the method's, in the words of the proto.
	Permission string
}

// An AuthorizerFunc is a func as an Authorizer.
type AuthorizerFunc func(ctx context.Context, a Access) (allowed bool, err error)

// Authorize calls f.
func (f AuthorizerFunc) Authorize(ctx context.Context, a Access) (allowed bool, err error) {
	return f(ctx, a)
}

// A Service is what is declared of a service's permissions: by a proto, whose generated
// Info has it, or in Go.
type Service struct {
	// Name is the full name of the service.
	Name string
	// Permissions are asked for every method that has none of its own, also those that
	// are not among Methods. A caller needs all of them.
	Permissions []string
	Methods     []Method
}

// A Method is what is declared of an RPC's permissions.
type Method struct {
	// FullName is /package.Service/Method.
	FullName string
	// Permissions replace the service's. Empty is the service's.
	Permissions []string
	// WithoutAuthenticate has nobody asked who calls: all calls are anonymous.
	WithoutAuthenticate bool
	// WithoutAuthorize has no permission asked for.
	WithoutAuthorize bool
}

// AccessRules returns the service itself, so that it is an Info.
func (s Service) AccessRules() Service { return s }

// An Info says what permissions a service asks for. A generated LibraryServiceInfo is
// one, and so is a Service.
type Info interface {
	AccessRules() Service
}

// An Option configures a Guard.
type Option func(*Guard)

// Services says which permissions are asked for.
func Services(infos ...Info) Option {
	return func(g *Guard) {
		for _, info := range infos {
			g.services = append(g.services, info.AccessRules())
		}
	}
}

// DefaultDeny refuses the calls of methods for which no permission is declared, those of
// other services among them, unless they are WithoutAuthorize. Default: they pass.
func DefaultDeny() Option {
	return func(g *Guard) { g.deny = true }
}

// A Guard authenticates and authorizes calls. Its methods are interceptors. It is safe
// for concurrent use.
type Guard struct {
	authenticator Authenticator
	authorizer    Authorizer
	objects       ObjectAuthorizer
	services      []Service
	deny          bool

	methods map[string]rule
	rest    map[string]rule // of the methods that are not among methods, by service
}

// A rule is what holds for the calls of a method.
type rule struct {
	permissions     []string
	public, unasked bool
}

// New returns a guard. The error says, for programmers, what is wrong with what is
// declared: a permission without an authorizer or an authenticator is.
func New(authenticator Authenticator, authorizer Authorizer, opts ...Option) (*Guard, error) {
	g := &Guard{authenticator: authenticator, authorizer: authorizer, methods: map[string]rule{}, rest: map[string]rule{}}
	for _, opt := range opts {
		opt(g)
	}
	for _, s := range g.services {
		if err := g.addService(s); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *Guard) addService(s Service) error {
	if _, ok := g.rest[s.Name]; ok || s.Name == "" {
		return fmt.Errorf("auth: the service %q is given twice, or has no name", s.Name)
	}
	g.rest[s.Name] = rule{permissions: s.Permissions}
	if err := g.check(s.Name, g.rest[s.Name]); err != nil {
		return err
	}
	for _, m := range s.Methods {
		r := rule{permissions: m.Permissions, public: m.WithoutAuthenticate, unasked: m.WithoutAuthorize}
		if len(r.permissions) == 0 {
			r.permissions = s.Permissions
		}
		if r.unasked {
			r.permissions = nil
		}
		_, twice := g.methods[m.FullName]
		switch {
		case richstatus.ServiceOf(m.FullName) != s.Name:
			return fmt.Errorf("auth: the method %q is none of %s", m.FullName, s.Name)
		case twice:
			return fmt.Errorf("auth: %s is given twice", m.FullName)
		case r.unasked && len(m.Permissions) > 0:
			return fmt.Errorf("auth: %s has permissions and is WithoutAuthorize", m.FullName)
		case r.public && len(r.permissions) > 0:
			return fmt.Errorf("auth: %s asks for permissions and is WithoutAuthenticate, so that nobody has them", m.FullName)
		}
		if err := g.check(m.FullName, r); err != nil {
			return err
		}
		g.methods[m.FullName] = r
	}
	return nil
}

func (g *Guard) check(name string, r rule) error {
	switch {
	case slices.Contains(r.permissions, ""):
		return fmt.Errorf("auth: a permission of %s is empty", name)
	case len(r.permissions) > 0 && g.authorizer == nil:
		return fmt.Errorf("auth: %s asks for permissions, and there is no Authorizer", name)
	case len(r.permissions) > 0 && g.authenticator == nil:
		return fmt.Errorf("auth: %s asks for permissions, and there is no Authenticator", name)
	}
	return nil
}

// ruleOf returns what holds for a method.
func (g *Guard) ruleOf(method string) rule {
	if r, ok := g.methods[method]; ok {
		return r
	}
	return g.rest[richstatus.ServiceOf(method)]
}
