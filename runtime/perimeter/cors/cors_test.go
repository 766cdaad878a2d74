package cors_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/protocrud/protoc-gen-go-crud/runtime/perimeter/cors"
)

var next = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })

// ask is what a browser asks before it lets a page call.
func ask(cfg cors.Config, origin, method, header string) http.Header {
	r := httptest.NewRequest(http.MethodOptions, "/v1/users", nil)
	r.Header.Set("Origin", origin)
	r.Header.Set("Access-Control-Request-Method", method)
	r.Header.Set("Access-Control-Request-Headers", header)
	w := httptest.NewRecorder()
	cors.NewHandler(cfg, next).ServeHTTP(w, r)
	return w.Header()
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	const page = "https://app.example.com"
	for _, origins := range [][]string{{page}, {"https://*.example.com"}} {
		cfg := cors.Config{Origins: origins, Headers: []string{"X-Tenant"}}
		for header, allowed := range map[string]bool{
			"authorization": true, "connect-protocol-version,content-type": true, "x-grpc-web": true, "x-tenant": true, "x-other": false,
		} {
			answer := ask(cfg, page, http.MethodPatch, header)
			assert.Equal(t, allowed, answer.Get("Access-Control-Allow-Origin") == page, header)
		}
		assert.Empty(t, ask(cfg, page, "TRACE", "").Get("Access-Control-Allow-Origin"))
		assert.Empty(t, ask(cfg, "https://evil.example.net", http.MethodGet, "").Get("Access-Control-Allow-Origin"))
		assert.Empty(t, ask(cfg, page, http.MethodGet, "").Get("Access-Control-Allow-Credentials"))
	}
	assert.Empty(t, ask(cors.Config{}, page, http.MethodGet, ""), "nobody is let in by default")
}

func Example() {
	h := cors.NewHandler(cors.Config{Origins: []string{"https://app.example.com"}, Exposed: []string{"Etag"}}, next)
	r := httptest.NewRequest(http.MethodGet, "/v1/users", nil)
	r.Header.Set("Origin", "https://app.example.com")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Header().Get("Access-Control-Allow-Origin"))
	// Output: https://app.example.com
}
