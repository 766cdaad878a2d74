package crud

import "slices"

// ServiceInfo is what a proto declares about a service. Generated code makes one per
// service, as LibraryServiceInfo.
type ServiceInfo struct {
	// Name is the full name of the service.
	Name string
	// Methods are all RPCs, custom ones included, in declaration order.
	Methods []MethodInfo
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
	return tables
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
)
