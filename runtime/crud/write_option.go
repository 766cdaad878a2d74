package crud

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
)

// A WriteOption changes one call that writes.
type WriteOption interface{ applyWrite(*writeSettings) }

// writeSettings are what the options of one call say.
type writeSettings struct {
	keyPresence []bool
	// atLeast are messages that are to be set, with whatever they have.
	atLeast []part
	// unchanged are paths whose values must equal the stored row's.
	unchanged []string
	etag      string
	// etags are those of the elements of a BatchDelete.
	etags []string
	// allowMissing makes Update create and Delete succeed; create makes the new
	// resource of the one that was given, as a func(M) (M, error), or is nil.
	allowMissing bool
	create       any
	validateOnly bool
	// client says that a message is a client's, whose related ones have behaviors.
	client bool
	// childless makes Delete fail for a resource with children.
	childless bool
	request   *requestID
}

func writeSettingsOf(opts []WriteOption) writeSettings {
	if len(opts) == 0 {
		return writeSettings{}
	}
	var s writeSettings
	for _, opt := range opts {
		if opt != nil {
			opt.applyWrite(&s)
		}
	}
	return s
}

// inTx reports whether the options need a transaction.
func (s *writeSettings) inTx() bool { return s.validateOnly || s.request != nil }

type writeOption func(*writeSettings)

func (f writeOption) applyWrite(s *writeSettings) { f(s) }

type keyPresence []bool

func (p keyPresence) applyGet(s *getSettings)     { s.keyPresence = p }
func (p keyPresence) applyWrite(s *writeSettings) { s.keyPresence = p }

// KeyPresence says which fields of the key a request sets, in key order. Without
// it, a zero or empty value counts as not set. Stores ignore it: it is for the
// functions behind generated methods.
func KeyPresence(set ...bool) interface {
	GetOption
	WriteOption
} {
	return keyPresence(set)
}

// Unchanged makes Update fail with INVALID_ARGUMENT, reason IMMUTABLE_FIELD, when
// the message's value of a field differs from the stored row's. The row is locked
// for the comparison. It is how IMMUTABLE fields are kept (AIP-203).
func Unchanged(fields ...string) WriteOption {
	return writeOption(func(s *writeSettings) { s.unchanged = append(s.unchanged, fields...) })
}

// IfEtag makes Update, Delete and Undelete fail with ABORTED, reason ETAG_MISMATCH,
// unless the resource's etag is this one (AIP-154). The empty one is no condition.
// Update looks here and not at the message's field; the server's functions pass
// that one on.
func IfEtag(etag string) WriteOption {
	return writeOption(func(s *writeSettings) { s.etag = etag })
}

// IfEtags is IfEtag for the keys of a BatchDelete, one by one in their order.
func IfEtags(etags ...string) WriteOption {
	return writeOption(func(s *writeSettings) { s.etags = etags })
}

// AllowMissing makes Update create the resource where there is none (AIP-134), with
// all fields and whatever the mask, and Delete succeed (AIP-135). An Update that
// would change nothing then writes nothing.
func AllowMissing(allow bool) WriteOption {
	return writeOption(func(s *writeSettings) { s.allowMissing = allow })
}

// ValidateOnly runs the write up to its commit and rolls it back (AIP-163): the
// result and the errors are those of the write, but for generated ids, which are
// left out. Hooks run, work for after the commit does not. Sequences of the
// database advance. In a transaction of the caller's it is an error: only all of
// that one can be rolled back.
func ValidateOnly(on bool) WriteOption {
	return writeOption(func(s *writeSettings) { s.validateOnly = on })
}

// RequestID makes the write happen once (AIP-155): a call of the same principal and
// scope with the same id returns what the first one returned. One that comes while the
// first runs waits for it. The id is recorded in the write's transaction, so that a call
// which failed is not remembered; it is kept for 24 hours. The same id with another
// request or method is INVALID_ARGUMENT, reason REQUEST_ID_REUSED. Where a [Where] has
// another predicate than in the first call, a result whose rows it hides is NOT_FOUND.
// An empty id is no condition.
//
// The database needs [RequestTable].
func RequestID(method, id string, request proto.Message) WriteOption {
	return writeOption(func(s *writeSettings) {
		if id != "" {
			s.request = &requestID{method: method, id: strings.ToLower(id), request: request}
		}
	})
}

// creating is AllowMissing of the server's functions, which decide what a client may
// create.
func creating(input func(proto.Message) (proto.Message, error)) WriteOption {
	return writeOption(func(s *writeSettings) { s.allowMissing, s.create = true, input })
}

// fromClient says that the message of an Update is a client's.
var fromClient = writeOption(func(s *writeSettings) { s.client = true })

// creatingFirst is creating for a singleton, which an Update may always create.
func creatingFirst(input func(proto.Message) (proto.Message, error)) WriteOption {
	return writeOption(func(s *writeSettings) { s.create = input })
}

// check returns what is wrong with what the options say.
func (s *writeSettings) check() []Violation {
	if s.request == nil {
		return nil
	}
	return s.request.check()
}

// partsAtLeast are messages that an Update sets if they are not, whatever its mask.
type partsAtLeast []part

func (p partsAtLeast) applyWrite(s *writeSettings) { s.atLeast = p }

// atLeast are the parts of a target that are to be set with whatever they have.
func (t target) atLeast() partsAtLeast {
	return slices.DeleteFunc(slices.Clone(t.parts), func(p part) bool { return !p.atLeast })
}
