package crud

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
)
