package connectrpc

import (
	"errors"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/httpheader"
	"github.com/protocrud/protoc-gen-go-crud/internal/richstatus"
)

// The reasons of ErrorInfo (AIP-193), of errors that no service has made.
const (
	// ReasonInvalidBody is that of INVALID_ARGUMENT: a message in JSON is none that the
	// method takes.
	ReasonInvalidBody = "INVALID_BODY"
	// ReasonInvalidHeader is that of INVALID_ARGUMENT: a header cannot be metadata.
	ReasonInvalidHeader = "INVALID_HEADER"
	// ReasonUnknownMethod is that of UNIMPLEMENTED: the service has no such method.
	ReasonUnknownMethod = "UNKNOWN_METHOD"
)

// errorOf returns connect's error of a call's, with its details and metadata.
func errorOf(err error, header, trailer metadata.MD) error {
	st := status.Convert(err)
	e := connect.NewError(connect.Code(st.Code()), errors.New(st.Message()))
	for _, d := range st.Proto().GetDetails() {
		if detail, err := connect.NewErrorDetail(d); err == nil { // an Any always is one
			e.AddDetail(detail)
		}
	}
	httpheader.Add(e.Meta(), header)
	httpheader.Add(e.Meta(), trailer)
	return e
}

func invalidMessage(service string, err error) error {
	text := strings.TrimSpace(strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\u00a0", " "), "proto:"))
	return errorOf(richstatus.New(codes.InvalidArgument, "the body is not what the method takes: "+text, service, ReasonInvalidBody, nil,
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{
			Description: text, Reason: ReasonInvalidBody,
		}}}).Err(), nil, nil)
}

func invalidHeader(service string, err error) error {
	return errorOf(richstatus.New(codes.InvalidArgument, err.Error(), service, ReasonInvalidHeader, nil).Err(), nil, nil)
}

func unknownMethod(service, path string) error {
	name := strings.TrimPrefix(path, "/"+service+"/")
	return errorOf(richstatus.New(codes.Unimplemented, "unknown method "+name+" for service "+service, service, ReasonUnknownMethod, nil).Err(), nil, nil)
}
