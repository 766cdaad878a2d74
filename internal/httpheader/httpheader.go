// Package httpheader maps the headers of HTTP requests to the metadata of the calls that
// are made for them, and the metadata of answers to headers. A header means in a call over
// HTTP what the metadata of that name mean in one over gRPC; what belongs to HTTP, or to a
// protocol on top of it, is left out.
package httpheader

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"google.golang.org/grpc/metadata"
)

// ForwardedFor is the metadata key in which proxies say for whom they call.
const ForwardedFor = "x-forwarded-for"

// own are the headers that say something of an HTTP message, and nothing of a call. A
// browser sends cookies by itself, wherever the request comes from, so that they are no
// credentials.
var own = []string{
	"accept", "accept-charset", "accept-encoding", "cache-control", "connection", "cookie", "date", "dnt", "expect",
	"host", "http2-settings", "keep-alive", "origin", "pragma", "priority", "range", "referer", "te", "trailer",
	"transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent", "vary", "x-grpc-web", "x-user-agent",
}

var ownPrefixes = []string{":", "access-control-", "connect-", "content-", "grpc-", "if-", "proxy-", "sec-"}

// Own reports whether a header is HTTP's own or a protocol's. The name is in lower case.
func Own(name string) bool {
	if slices.Contains(own, name) {
		return true
	}
	return slices.ContainsFunc(ownPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// Metadata returns what a call carries that is made for a request: its headers, and in
// x-forwarded-for who sent it. The error is one of the request, and names the header that
// metadata cannot hold.
func Metadata(r *http.Request) (metadata.MD, error) {
	md := metadata.MD{}
	for header, values := range r.Header {
		name := strings.ToLower(header)
		if Own(name) {
			continue
		}
		for _, v := range values {
			decoded, err := decode(name, v)
			if err != nil {
				return nil, err
			}
			md.Append(name, decoded)
		}
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		md.Set(ForwardedFor, strings.Join(append(md.Get(ForwardedFor), host), ", "))
	}
	return md, nil
}

// decode returns a header's value as metadata have it: bytes, where the name ends in -bin.
func decode(name, value string) (string, error) {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
		return "", fmt.Errorf("the name of the header %q is none of metadata", name)
	}
	if strings.HasSuffix(name, "-bin") {
		bytes, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
		if err != nil {
			return "", fmt.Errorf("the header %s is not base64", name)
		}
		return string(bytes), nil
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", fmt.Errorf("the header %s is not printable ASCII; a header whose name ends in -bin can hold any bytes, in base64", name)
	}
	return value, nil
}

// Add adds metadata of an answer to a header.
func Add(to http.Header, md metadata.MD) {
	for name, values := range md {
		if Own(name) {
			continue
		}
		key := textproto.CanonicalMIMEHeaderKey(name)
		for _, v := range values {
			if strings.HasSuffix(name, "-bin") {
				v = base64.RawStdEncoding.EncodeToString([]byte(v))
			}
			to[key] = append(to[key], v)
		}
	}
}
