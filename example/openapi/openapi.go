// Package openapi is the description of the library's REST API.
package openapi

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.yaml
var document []byte

// Handler serves the OpenAPI document.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(document) // who went away does not read it
	})
}
