package crud

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// The reasons of ErrorInfo (AIP-193). Each has one status code.
const (
	ReasonInvalidField           = "INVALID_FIELD"           // INVALID_ARGUMENT
	ReasonRequiredFieldMissing   = "REQUIRED_FIELD_MISSING"  // INVALID_ARGUMENT
	ReasonImmutableField         = "IMMUTABLE_FIELD"         // INVALID_ARGUMENT
	ReasonInvalidFilter          = "INVALID_FILTER"          // INVALID_ARGUMENT
	ReasonInvalidOrderBy         = "INVALID_ORDER_BY"        // INVALID_ARGUMENT
	ReasonRequestIDReused        = "REQUEST_ID_REUSED"       // INVALID_ARGUMENT
	ReasonInvalidPageToken       = "INVALID_PAGE_TOKEN"      // INVALID_ARGUMENT
	ReasonInvalidResumeToken     = "INVALID_RESUME_TOKEN"    // INVALID_ARGUMENT
	ReasonInvalidFieldMask       = "INVALID_FIELD_MASK"      // INVALID_ARGUMENT
	ReasonConstraintViolation    = "CONSTRAINT_VIOLATION"    // INVALID_ARGUMENT, FAILED_PRECONDITION
	ReasonResourceNotFound       = "RESOURCE_NOT_FOUND"      // NOT_FOUND
	ReasonResourceDeleted        = "RESOURCE_DELETED"        // NOT_FOUND
	ReasonResourceAlreadyExists  = "RESOURCE_ALREADY_EXISTS" // ALREADY_EXISTS
	ReasonUniqueViolation        = "UNIQUE_VIOLATION"        // ALREADY_EXISTS
	ReasonReferenceNotFound      = "REFERENCE_NOT_FOUND"     // FAILED_PRECONDITION
	ReasonChildrenExist          = "CHILDREN_EXIST"          // FAILED_PRECONDITION
	ReasonEtagMismatch           = "ETAG_MISMATCH"           // ABORTED
	ReasonConcurrentModification = "CONCURRENT_MODIFICATION" // ABORTED
	ReasonEventsPurged           = "EVENTS_PURGED"           // OUT_OF_RANGE
	ReasonServerStopping         = "SERVER_STOPPING"         // UNAVAILABLE
	ReasonDatabaseUnavailable    = "DATABASE_UNAVAILABLE"    // UNAVAILABLE
	ReasonCancelled              = "CANCELLED"               // CANCELLED
	ReasonDeadlineExceeded       = "DEADLINE_EXCEEDED"       // DEADLINE_EXCEEDED
	ReasonUnimplemented          = "UNIMPLEMENTED"           // UNIMPLEMENTED
	ReasonInternal               = "INTERNAL"                // INTERNAL
)

// An Error is what the runtime returns: one gRPC status per cause, with the details
// of AIP-193. A gRPC server sends it as it is.
//
// Its text and details never hold SQL, names of tables, columns or constraints, or
// what the database said. That is in the cause, which errors.As and Unwrap reach
// and which belongs in logs.
type Error struct {
	Code    codes.Code
	Reason  string
	Message string
	// Domain is that of ErrorInfo: the proto package of the model.
	Domain string
	// Metadata holds everything that varies in Message.
	Metadata map[string]string
	// Violations become BadRequest, all of them at once. Their fields are paths from
	// the request's root once a server method has returned them; a store's are paths
	// from the resource's, with the element's place before them in a batch: [3].title.
	Violations []Violation
	// Resource becomes ResourceInfo.
	Resource *Resource
	// Precondition becomes PreconditionFailure.
	Precondition *Precondition
	// RetryAfter becomes RetryInfo. Zero is none: a retry is not known to be safe.
	RetryAfter time.Duration
	// RequestID names the log record that holds the cause of an INTERNAL error.
	RequestID string

	cause error
	// referred says of a broken reference that it can only be one to the resource itself.
	referred bool
	// own is the status where it is not made of the rest.
	own *status.Status
	// missing are the names of all resources that a batch did not find.
	missing []string
}

// A Violation says what is wrong with one field.
type Violation struct {
	Field       string // path
	Description string
	Reason      string // one of INVALID_ARGUMENT's
}

// A Resource names one row for ResourceInfo.
type Resource struct {
	Type string // type of google.api.resource, or the full name of the message
	Name string // resource name, or the key values joined with /
}

// A Precondition says what stands in the way.
type Precondition struct {
	Type, Subject, Description string
}

// Error returns the code and the message, which are safe to show.
func (e *Error) Error() string { return e.Code.String() + ": " + e.Message }

// Unwrap returns what caused the error, usually a *pgconn.PgError. It may be nil.
func (e *Error) Unwrap() error { return e.cause }

// GRPCStatus returns the status that a client sees: exactly one ErrorInfo and at
// most one of each other detail.
func (e *Error) GRPCStatus() *status.Status {
	if e.own != nil {
		return e.own
	}
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{
		Reason: e.Reason, Domain: e.Domain, Metadata: e.Metadata,
	}}
	if len(e.Violations) > 0 {
		details = append(details, e.badRequest())
	}
	if r := e.Resource; r != nil {
		details = append(details, &errdetails.ResourceInfo{
			ResourceType: r.Type, ResourceName: r.Name, Description: e.Message,
		})
	}
	if p := e.Precondition; p != nil {
		details = append(details, &errdetails.PreconditionFailure{
			Violations: []*errdetails.PreconditionFailure_Violation{{
				Type: p.Type, Subject: p.Subject, Description: p.Description,
			}},
		})
	}
	if e.RetryAfter > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(e.RetryAfter)})
	}
	if e.RequestID != "" {
		details = append(details, &errdetails.RequestInfo{RequestId: e.RequestID})
	}
	st := status.New(e.Code, e.Message)
	if with, err := st.WithDetails(details...); err == nil {
		return with
	}
	// Details fail to marshal only for text that is not UTF-8, which a message from
	// Go code can hold. The code and message are still right.
	return st
}

// maxShownViolations is how many violations a status has: it travels in a header. The
// message says how many there are.
const maxShownViolations = 1000

func (e *Error) badRequest() *errdetails.BadRequest {
	bad := &errdetails.BadRequest{}
	for _, v := range e.Violations[:min(len(e.Violations), maxShownViolations)] {
		bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{
			Field: v.Field, Description: v.Description, Reason: v.Reason,
		})
	}
	return bad
}

// invalid makes an INVALID_ARGUMENT error of violations, of which there is at least
// one. Its reason is the first one's.
func invalid(domain string, violations ...Violation) *Error {
	first := violations[0]
	problem, _, _ := strings.Cut(first.Description, "\n")
	message := first.Field + ": " + problem
	if n := len(violations) - 1; n > 0 {
		message += fmt.Sprintf(" (and %d more)", n)
	}
	return &Error{
		Code:       codes.InvalidArgument,
		Reason:     first.Reason,
		Domain:     domain,
		Message:    message,
		Metadata:   map[string]string{"field": first.Field},
		Violations: violations,
	}
}

func invalidField(field, description string) Violation {
	return Violation{Field: field, Description: description, Reason: ReasonInvalidField}
}

func missingField(field string) Violation {
	return Violation{Field: field, Description: "is required", Reason: ReasonRequiredFieldMissing}
}

// joined returns the path of a field below another; the path of the message itself is
// empty.
func joined(field, path string) string {
	if path == "" {
		return field
	}
	return field + "." + path
}

// besideResource are the reasons of violations of fields that stand beside the
// resource in a request: its mask and its id.
var besideResource = map[string]bool{ReasonInvalidFieldMask: true, ReasonRequestIDReused: true}

// prefixed returns the error with its violations' paths below field, but for those of
// a mask, which stands beside it.
func (e *Error) prefixed(field string) *Error {
	if field == "" {
		return e
	}
	return e.renamed(func(v Violation) string {
		if besideResource[v.Reason] {
			return v.Field
		}
		return joined(field, v.Field)
	})
}

// renamed returns the error with other paths of its violations.
func (e *Error) renamed(path func(Violation) string) *Error {
	if len(e.Violations) == 0 {
		return e
	}
	violations := make([]Violation, len(e.Violations))
	for i, v := range e.Violations {
		v.Field = path(v)
		violations[i] = v
	}
	out := *e
	out.Violations = violations
	if e.Message == invalid(e.Domain, e.Violations...).Message { // made of the paths
		made := invalid(e.Domain, violations...)
		metadata := make(map[string]string, len(e.Metadata))
		maps.Copy(metadata, e.Metadata)
		maps.Copy(metadata, made.Metadata)
		out.Message, out.Metadata = made.Message, metadata
	}
	return &out
}

// in returns the error with the domain, if it has none: a transaction belongs to no
// model.
func (e *Error) in(domain string) *Error {
	if e.Domain != "" {
		return e
	}
	out := *e
	out.Domain = domain
	return &out
}

func internal(domain string, cause error) *Error {
	return &Error{
		Code: codes.Internal, Reason: ReasonInternal, Domain: domain,
		Message: "internal error", cause: cause,
	}
}
