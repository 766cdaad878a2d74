package client

import (
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// An Info tells which methods of a service may be called again. A generated
// LibraryServiceInfo is one.
type Info interface {
	// Repeatable returns the full names, /package.Service/Method, of the methods that only
	// read, and of those that a request_id makes repeatable.
	Repeatable() (reads, withRequestID []string)
}

// A repeatability says when a method may be called again though it is not known what
// became of a call.
type repeatability struct{ always, withRequestID bool }

// methods know the methods that are called.
type methods struct {
	told map[string]repeatability
	seen sync.Map // of the names of methods to their repeatability
}

func newMethods(infos []Info) *methods {
	m := &methods{told: map[string]repeatability{}}
	for _, info := range infos {
		reads, withRequestID := info.Repeatable()
		for _, name := range reads {
			m.told[name] = repeatability{always: true}
		}
		for _, name := range withRequestID {
			m.told[name] = repeatability{withRequestID: true}
		}
	}
	return m
}

// repeatable reports whether a call may be made again though it is not known what
// became of it.
func (m *methods) repeatable(method string, req any) bool {
	r := m.find(method)
	return r.always || r.withRequestID && hasRequestID(req)
}

func (m *methods) find(method string) repeatability {
	if r, ok := m.told[method]; ok {
		return r
	}
	if r, ok := m.seen.Load(method); ok {
		return r.(repeatability)
	}
	r := declared(method)
	m.seen.Store(method, r)
	return r
}

// declared returns what the proto of a method says, where it is linked.
func declared(method string) repeatability {
	name := strings.ReplaceAll(strings.TrimPrefix(method, "/"), "/", ".")
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		return repeatability{}
	}
	md, ok := d.(protoreflect.MethodDescriptor)
	if !ok {
		return repeatability{}
	}
	options, _ := md.Options().(*descriptorpb.MethodOptions)
	return repeatability{
		always:        options.GetIdempotencyLevel() != descriptorpb.MethodOptions_IDEMPOTENCY_UNKNOWN || standardRead(md),
		withRequestID: standardWrite(md),
	}
}

// standardRead reports whether a method is Get, List or BatchGet by its name and shape,
// which have no side effects (AIP-131, 132, 231). A method with such a name and another
// shape may be anything.
func standardRead(md protoreflect.MethodDescriptor) bool {
	if md.IsStreamingClient() || md.IsStreamingServer() {
		return false
	}
	name, in, out := string(md.Name()), md.Input(), md.Output()
	switch {
	case strings.HasPrefix(name, "Get"):
		of, found := strings.CutPrefix(name, "Get"+string(out.Name()))
		return found && (of == "" || strings.HasPrefix(of, "By"))
	case strings.HasPrefix(name, "List"):
		return textField(in, pageToken) != nil && textField(out, nextPageToken) != nil
	case strings.HasPrefix(name, "BatchGet"):
		for i := range out.Fields().Len() {
			if f := out.Fields().Get(i); f.IsList() && f.Message() != nil {
				return true
			}
		}
	}
	return false
}

// standardWrite reports whether a method is one of the standard writes and takes a
// request_id, with which it is done once however often it is called (AIP-155). In
// another method such a field may be for the log alone.
func standardWrite(md protoreflect.MethodDescriptor) bool {
	name := strings.TrimPrefix(string(md.Name()), "Batch")
	for _, verb := range []string{"Create", "Update", "Delete", "Undelete"} {
		if strings.HasPrefix(name, verb) {
			return textField(md.Input(), requestID) != nil
		}
	}
	return false
}

// hasRequestID reports whether a request has a request_id.
func hasRequestID(req any) bool {
	m, ok := req.(proto.Message)
	if !ok {
		return false
	}
	f := textField(m.ProtoReflect().Descriptor(), requestID)
	return f != nil && m.ProtoReflect().Get(f).String() != ""
}

// The fields of standard methods.
const (
	pageToken     = "page_token"
	nextPageToken = "next_page_token"
	requestID     = "request_id"
	resumeToken   = "resume_token"
	skip          = "skip"
)

// textField returns the field of a message that is one string, or nil.
func textField(m protoreflect.MessageDescriptor, name protoreflect.Name) protoreflect.FieldDescriptor {
	f := m.Fields().ByName(name)
	if f == nil || f.Kind() != protoreflect.StringKind || f.Cardinality() == protoreflect.Repeated {
		return nil
	}
	return f
}
