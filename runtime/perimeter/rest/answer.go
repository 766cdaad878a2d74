package rest

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/httpheader"
	"github.com/protocrud/protoc-gen-go-crud/internal/richstatus"
)

// The reasons of ErrorInfo (AIP-193), of errors that no service has made.
const (
	// ReasonInvalidField is that of INVALID_ARGUMENT: a parameter of path or query is
	// none of the method's, or has a value that does not fit. BadRequest names all.
	ReasonInvalidField = "INVALID_FIELD"
	// ReasonInvalidBody is that of INVALID_ARGUMENT: the body is not JSON that the method
	// takes; of RESOURCE_EXHAUSTED, 413: it is too large; of CANCELLED, 408: it did not
	// arrive.
	ReasonInvalidBody = "INVALID_BODY"
	// ReasonInvalidHeader is that of INVALID_ARGUMENT: a header cannot be metadata.
	ReasonInvalidHeader = "INVALID_HEADER"
	// ReasonUnknownPath is that of NOT_FOUND: there is nothing at the path.
	ReasonUnknownPath = "UNKNOWN_PATH"
	// ReasonUnknownVerb is that of UNIMPLEMENTED, 405: the path has other verbs.
	ReasonUnknownVerb = "UNKNOWN_VERB"
	// ReasonInternal is that of INTERNAL: the handlers were not generated from the protos
	// that the program holds.
	ReasonInternal = "INTERNAL"
)

// An answer is an error, on its way to the client.
type answer struct {
	*status.Status
	status int // of HTTP; 0 is that of the code
}

func failure(code codes.Code, message, service, reason string) *answer {
	return &answer{Status: richstatus.New(code, message, service, reason, nil)}
}

// invalid is INVALID_ARGUMENT that names all violations.
func invalid(rt *route, violations []*errdetails.BadRequest_FieldViolation) *answer {
	first := violations[0]
	message := first.GetDescription()
	if first.GetField() != "" {
		message = first.GetField() + ": " + message
	}
	return &answer{Status: richstatus.New(codes.InvalidArgument, message, rt.service(), ReasonInvalidField,
		map[string]string{"field": first.GetField()}, &errdetails.BadRequest{FieldViolations: violations})}
}

// write answers with an error.
func (h *handler) write(w http.ResponseWriter, a *answer) {
	if a.status == 0 {
		a.status = runtime.HTTPStatusFromCode(a.Code())
	}
	text, err := h.codec.Marshal(a.Proto())
	if err != nil { // its text is not UTF-8
		text, a.status = []byte(`{"code":13,"message":"internal error","details":[]}`), http.StatusInternalServerError
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("X-Content-Type-Options", "nosniff")
	if a.status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", "Bearer")
	}
	for _, d := range a.Details() {
		if retry, ok := d.(*errdetails.RetryInfo); ok {
			header.Set("Retry-After", strconv.FormatInt(seconds(retry.GetRetryDelay().AsDuration()), 10))
		}
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(text) // who went away does not read it
}

// seconds rounds up, so that nobody comes back too early.
func seconds(d time.Duration) int64 { return int64((max(d, 0) + time.Second - 1) / time.Second) }

// answerError answers with the error of a call, or of the gateway's before it.
func (h *handler) answerError(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, err error) {
	if md, ok := runtime.ServerMetadataFromContext(ctx); ok {
		httpheader.Add(w.Header(), md.HeaderMD)
	}
	a := &answer{Status: status.Convert(err)}
	if other := (*runtime.HTTPStatusError)(nil); errors.As(err, &other) {
		a = failure(codes.InvalidArgument, other.Error(), h.domain, ReasonInvalidField)
		a.status = other.HTTPStatus
	} else if rt, ok := ctx.Value(routeKey{}).(*route); ok && len(a.Proto().GetDetails()) == 0 {
		a = rt.locate(a)
	}
	h.write(w, a)
}

// locate gives an error about the body, of which the gateway keeps the text only, what
// else is known of it.
func (rt *route) locate(a *answer) *answer {
	message := a.Message()
	switch {
	case strings.HasPrefix(message, tooLarge):
		a = failure(codes.ResourceExhausted, message, rt.service(), ReasonInvalidBody)
		a.status = http.StatusRequestEntityTooLarge
	case strings.HasPrefix(message, notWhole):
		a = failure(codes.Canceled, notWhole, rt.service(), ReasonInvalidBody)
		a.status = http.StatusRequestTimeout
	case strings.HasPrefix(message, wrongBody):
		field := strings.TrimPrefix(rt.body, "*")
		a = &answer{Status: richstatus.New(codes.InvalidArgument, message, rt.service(), ReasonInvalidBody, nil,
			&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{
				Field: field, Description: strings.TrimPrefix(message, wrongBody), Reason: ReasonInvalidBody,
			}}})}
	}
	return a
}

// answerRouting answers where no method is found.
func (h *handler) answerRouting(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, found int) {
	if found == http.StatusMethodNotAllowed {
		verbs := strings.Join(h.routes.verbs(r.URL.EscapedPath()), ", ")
		w.Header().Set("Allow", verbs)
		a := failure(codes.Unimplemented, r.Method+" is no method of this path, which has "+verbs, h.domain, ReasonUnknownVerb)
		a.status = found
		h.write(w, a)
		return
	}
	h.write(w, failure(codes.NotFound, "there is nothing at this path", h.domain, ReasonUnknownPath))
}
