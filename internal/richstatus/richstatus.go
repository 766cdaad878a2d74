// Package richstatus makes the statuses of interceptors: with exactly one ErrorInfo
// (AIP-193), and the details of its reason.
package richstatus

import (
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
)

// New returns a status whose domain is the package of a service. service is added to
// the metadata.
func New(code codes.Code, message, service, reason string, metadata map[string]string, details ...protoadapt.MessageV1) *status.Status {
	all := map[string]string{"service": service}
	for k, v := range metadata {
		all[k] = v
	}
	info := &errdetails.ErrorInfo{Reason: reason, Domain: domainOf(service), Metadata: all}
	st := status.New(code, message)
	with, err := st.WithDetails(append([]protoadapt.MessageV1{info}, details...)...)
	if err != nil {
		return st // of text that is not UTF-8; the code and message are right
	}
	return with
}

// domainOf returns the package of a service, or its name if it has none.
func domainOf(service string) string {
	if i := strings.LastIndexByte(service, '.'); i > 0 {
		return service[:i]
	}
	return service
}

// ServiceOf returns the service of a full method name, /package.Service/Method.
func ServiceOf(method string) string {
	service, _, _ := strings.Cut(strings.TrimPrefix(method, "/"), "/")
	return service
}
