package httpheader_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/metadata"

	"github.com/protocrud/protoc-gen-go-crud/internal/httpheader"
)

// A header is metadata, unless it is HTTP's or a protocol's own.
func TestMetadata(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "192.0.2.7:1234"
	r.Header = http.Header{
		"Authorization": {"Bearer x"}, "X-Tenant": {"north", "south"}, "Traceparent": {"00-1-2-03"}, "Accept-Language": {"is"},
		"X-Forwarded-For": {"198.51.100.1"}, "Token-Bin": {"AAE=", "AAE"},
		"Cookie": {"a=b"}, "Content-Type": {"application/json"}, "Connection": {"close"}, "Te": {"trailers"}, "Grpc-Timeout": {"1S"},
		"Connect-Timeout-Ms": {"1"}, "Sec-Fetch-Mode": {"cors"}, "User-Agent": {"curl"}, "If-Match": {"x"}, "Origin": {"https://a"},
	}
	md, err := httpheader.Metadata(r)
	require.NoError(t, err)
	assert.Equal(t, metadata.MD{
		"authorization": {"Bearer x"}, "x-tenant": {"north", "south"}, "traceparent": {"00-1-2-03"}, "accept-language": {"is"},
		"x-forwarded-for": {"198.51.100.1, 192.0.2.7"}, "token-bin": {"\x00\x01", "\x00\x01"},
	}, md)
}

// What metadata cannot hold is an error that names the header.
func TestMetadataErrors(t *testing.T) {
	t.Parallel()
	for want, header := range map[string]http.Header{
		"the header any-bin is not base64":          {"Any-Bin": {"?"}},
		"the header name is not printable ASCII":    {"Name": {"Ægir"}},
		`the name of the header "a~b" is none of`:   {"A~b": {"x"}},
		"the header tabbed is not printable ASCII;": {"Tabbed": {"a\tb"}},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header = header
		_, err := httpheader.Metadata(r)
		assert.ErrorContains(t, err, want)
	}
}

// Metadata of an answer are headers, in the same way.
func TestAdd(t *testing.T) {
	t.Parallel()
	to := http.Header{"Kept": {"1"}}
	httpheader.Add(to, metadata.MD{"kept": {"2"}, "ratelimit": {"x"}, "some-bin": {"\x00\x01"}, "content-type": {"application/grpc"}, "grpc-status": {"0"}})
	assert.Equal(t, http.Header{"Kept": {"1", "2"}, "Ratelimit": {"x"}, "Some-Bin": {"AAE"}}, to)
}
