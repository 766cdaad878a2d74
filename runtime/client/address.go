package client

import (
	"fmt"
	"net"
	"strings"

	"google.golang.org/grpc/resolver"
)

// addresses are replicas that are named one by one. It is the resolver of such a list.
type addresses []string

const addressesScheme = "addresses"

// parseAddresses returns the list in an address, or nil if it is a single one. Each has
// a port: gRPC's own default of it is no use without a name to look up.
func parseAddresses(addr string) (addresses, error) {
	if !strings.Contains(addr, ",") || strings.Contains(addr, "://") || strings.HasPrefix(addr, "unix:") {
		return nil, nil
	}
	var list addresses
	for a := range strings.SplitSeq(addr, ",") {
		a = strings.TrimSpace(a)
		if _, _, err := net.SplitHostPort(a); err != nil {
			return nil, fmt.Errorf("the address %q in the list %q is no host:port", a, addr)
		}
		list = append(list, a)
	}
	return list, nil
}

// Scheme makes it a resolver.Builder.
func (a addresses) Scheme() string { return addressesScheme }

// Build tells the channel all addresses at once; there is nothing to look up.
func (a addresses) Build(_ resolver.Target, cc resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	var state resolver.State
	for _, addr := range a {
		state.Endpoints = append(state.Endpoints, resolver.Endpoint{
			Addresses: []resolver.Address{{Addr: addr, ServerName: addr}}, // each has its own certificate
		})
	}
	return a, cc.UpdateState(state)
}

// OverrideAuthority returns that of calls, which is one for all replicas.
func (a addresses) OverrideAuthority(resolver.Target) string { return a[0] }

// ResolveNow makes it a resolver.Resolver.
func (a addresses) ResolveNow(resolver.ResolveNowOptions) {}

// Close makes it a resolver.Resolver.
func (a addresses) Close() {}
