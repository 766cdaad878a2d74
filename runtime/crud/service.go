package crud

import (
	"fmt"
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
)

// ServiceInfo is what a proto declares about a service. Generated code makes one per
// service, as LibraryServiceInfo.
type ServiceInfo struct {
	// Name is the full name of the service.
	Name string
	// Methods are all RPCs, custom ones included, in declaration order.
	Methods []MethodInfo
	// Permissions are asked for where a method has none of its own. See auth.New, which
	// takes the ServiceInfo.
	Permissions []string
	// Limits bound the calls of all methods together. See ratelimit.New, which takes
	// the ServiceInfo.
	Limits []ratelimit.Limit
}

// MethodInfo is what a proto declares about an RPC.
type MethodInfo struct {
	// FullName is /package.Service/Method, as gRPC names it.
	FullName string
	Kind     MethodKind
	// Table is the table behind a standard method; nil for a custom one.
	Table AnyTable
	// RequestID says that the method takes a request_id (AIP-155).
	RequestID bool
	// Permissions are those that a caller needs, all of them, instead of the service's.
	// None are the service's.
	Permissions []string
	// Without names the interceptors that the method opts out of: "trace", "log",
	// "metrics", "authenticate", "limit", "authorize" and "validate". runtime/server
	// has them all.
	Without []string
	// Limits bound the method's calls, besides the service's.
	Limits []ratelimit.Limit
}

// AccessRules returns the permissions of the service and of its methods, so that a
// ServiceInfo is an auth.Info.
func (s ServiceInfo) AccessRules() auth.Service {
	rules := auth.Service{Name: s.Name, Permissions: s.Permissions}
	for _, m := range s.Methods {
		rules.Methods = append(rules.Methods, auth.Method{
			FullName: m.FullName, Permissions: m.Permissions,
			WithoutAuthenticate: slices.Contains(m.Without, "authenticate"),
			WithoutAuthorize:    slices.Contains(m.Without, "authorize"),
		})
	}
	return rules
}

// RateLimits returns the limits of the service and of its methods, so that a
// ServiceInfo is a ratelimit.Info.
func (s ServiceInfo) RateLimits() ratelimit.Service {
	limits := ratelimit.Service{Name: s.Name, Limits: s.Limits}
	for _, m := range s.Methods {
		limits.Methods = append(limits.Methods, ratelimit.Method{
			FullName: m.FullName, Limits: m.Limits, Exempt: slices.Contains(m.Without, "limit"),
		})
	}
	return limits
}

// Repeatable returns the full names of the methods that may be called again when it is
// not known what became of a call: those that only read, and those that a request_id
// makes so. With it a ServiceInfo is a client.Info.
func (s ServiceInfo) Repeatable() (reads, withRequestID []string) {
	for _, m := range s.Methods {
		switch {
		case m.Kind == MethodGet, m.Kind == MethodList, m.Kind == MethodBatchGet:
			reads = append(reads, m.FullName)
		case m.RequestID:
			withRequestID = append(withRequestID, m.FullName)
		}
	}
	return reads, withRequestID
}

// Tables returns the tables that the service needs, for CreateTables: those of its
// methods, each once, and the runtime's own where a method needs one.
func (s ServiceInfo) Tables() []AnyTable {
	var tables []AnyTable
	add := func(t AnyTable) {
		if t != nil && !slices.Contains(tables, t) {
			tables = append(tables, t)
		}
	}
	for _, m := range s.Methods {
		add(m.Table)
	}
	for _, t := range reachable(tables...) { // that relations read
		add(t)
	}
	if slices.ContainsFunc(s.Methods, func(m MethodInfo) bool { return m.RequestID }) {
		add(RequestTable)
	}
	return withEventTables(tables)
}

// MethodKind says which standard method an RPC is.
type MethodKind uint8

// The kinds. MethodCustom is an RPC that its owner writes.
const (
	MethodCustom MethodKind = iota
	MethodGet
	MethodList
	MethodCreate
	MethodUpdate
	MethodDelete
	MethodUndelete
	MethodBatchGet
	MethodBatchCreate
	MethodBatchUpdate
	MethodBatchDelete
	MethodWatch
)

// String returns the name of the kind: batch get, custom.
func (k MethodKind) String() string {
	names := [...]string{
		"custom", "get", "list", "create", "update", "delete", "undelete",
		"batch get", "batch create", "batch update", "batch delete", "watch",
	}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("MethodKind(%d)", uint8(k))
}
