// Package cors lets pages of other origins call what is served over HTTP. Without it a
// browser lets only pages of the same origin do so.
package cors

import (
	"net/http"
	"slices"

	"github.com/rs/cors"
)

// A Config says who may call. A field that is zero has its default.
type Config struct {
	// Origins are those of the pages: https://app.example.com, https://*.example.com, or
	// * for all. Default: none.
	Origins []string
	// Headers are those of requests that pages may set besides those of the protocols,
	// Authorization and the trace context: X-Tenant. Default: none.
	Headers []string
	// Exposed are those of answers that pages may read besides those of the protocols and
	// of rate limits. Default: none.
	Exposed []string
}

// What the protocols need: Connect, gRPC-Web, and REST.
var (
	methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	headers = []string{
		"Authorization", "Content-Type", "Connect-Protocol-Version", "Connect-Timeout-Ms",
		"Grpc-Timeout", "X-Grpc-Web", "X-User-Agent", "Traceparent", "Tracestate",
	}
	exposed = []string{
		"Grpc-Status", "Grpc-Message", "Grpc-Status-Details-Bin", "Retry-After", "Ratelimit", "Ratelimit-Policy", "Allow",
	}
)

// maxAge is how long a browser may keep an answer to its question, in seconds. Chromium
// keeps none longer.
const maxAge = 7200

// NewHandler returns what answers the questions of browsers, and has next answer the rest;
// without origins it is next. Credentials are not shared: a page sends tokens, and no
// cookies.
func NewHandler(cfg Config, next http.Handler) http.Handler {
	if len(cfg.Origins) == 0 { // which are all to rs/cors
		return next
	}
	return cors.New(cors.Options{
		AllowedOrigins: cfg.Origins,
		AllowedMethods: methods,
		AllowedHeaders: slices.Concat(headers, cfg.Headers),
		ExposedHeaders: slices.Concat(exposed, cfg.Exposed),
		MaxAge:         maxAge,
	}).Handler(next)
}
