package ratelimit

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"strings"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
)

// forwardedFor is the metadata in which proxies say for whom they call.
const forwardedFor = "x-forwarded-for"

// peers knows whose address a call's is.
type peers struct {
	trusted    []netip.Prefix
	trustLocal bool
	bits       int // of an IPv6 address that count
}

// appendTo adds the caller's address to e.
func (p *peers) appendTo(e encoder, ctx context.Context) encoder {
	from, ok := peer.FromContext(ctx)
	if !ok || from.Addr == nil {
		return e.missing()
	}
	addr := addressOf(from.Addr)
	if p.trusts(addr) {
		if caller, ok := p.forwarded(ctx); ok {
			addr = caller
		}
	}
	if !addr.IsValid() { // a unix socket, or a connection inside the process
		return e.text(from.Addr.String())
	}
	if addr.Is6() && p.bits < 128 {
		if network, err := addr.Prefix(p.bits); err == nil {
			addr = network.Addr()
		}
	}
	b := addr.As16()
	return e.number(binary.BigEndian.Uint64(b[:8])).number(binary.BigEndian.Uint64(b[8:])).text(addr.Zone())
}

// addressOf returns the IP address of a connection's end; the zero one if it has none.
func addressOf(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	if port, err := netip.ParseAddrPort(a.String()); err == nil {
		return port.Addr().Unmap()
	}
	return netip.Addr{}
}

func (p *peers) trusts(addr netip.Addr) bool {
	if !addr.IsValid() {
		return p.trustLocal
	}
	return slices.ContainsFunc(p.trusted, func(network netip.Prefix) bool { return network.Contains(addr.WithZone("")) })
}

// forwarded returns for whom the proxies say that they call. Each adds who called it,
// so that all before the last untrusted address may be made up.
func (p *peers) forwarded(ctx context.Context) (caller netip.Addr, ok bool) {
	hops := strings.Split(strings.Join(metadata.ValueFromIncomingContext(ctx, forwardedFor), ","), ",")
	for _, hop := range slices.Backward(hops) {
		addr, err := netip.ParseAddr(strings.Trim(strings.TrimSpace(hop), "[]"))
		if err != nil {
			port, err := netip.ParseAddrPort(strings.TrimSpace(hop))
			if err != nil {
				return caller, ok
			}
			addr = port.Addr()
		}
		caller, ok = addr.Unmap(), true
		if !p.trusts(caller) {
			return caller, true
		}
	}
	return caller, ok
}
