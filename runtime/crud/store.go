package crud

import (
	"context"
	"iter"

	"github.com/Masterminds/squirrel"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// A Store keeps the resources of one message type M under keys of type K.
// [Repository] is the one over SQL. Whoever writes another embeds
// UnimplementedStore, since methods are added to this interface, and runs
// crudtest's conformance suite on it.
//
// Errors are *Error or anything with a gRPC status; methods are safe for concurrent
// use. A returned message is the caller's own; a given one is neither changed nor
// kept.
type Store[M proto.Message, K any] interface {
	// Get returns the resource with the key. Errors: NOT_FOUND.
	Get(ctx context.Context, key K, opts ...GetOption) (M, error)
	// List returns one page. Errors: INVALID_ARGUMENT; NOT_FOUND where the parent is
	// checked and does not exist.
	List(ctx context.Context, q Query) (*Page[M], error)
	// All returns all resources that q selects, read as they are asked for. PageSize
	// is the largest number of them, 0 is no limit; PageToken must be empty. The
	// sequence ends after the first error. A break ends the query.
	All(ctx context.Context, q Query) iter.Seq2[M, error]
	// Create stores m and returns it as stored. A key that the store generates may be
	// unset. Errors: INVALID_ARGUMENT, ALREADY_EXISTS, NOT_FOUND for a missing parent,
	// FAILED_PRECONDITION for a missing reference.
	Create(ctx context.Context, m M, opts ...WriteOption) (M, error)
	// Update writes the fields that mask names to the resource with m's key and returns
	// it as stored. A nil or empty mask names the fields that are set in m, * all but
	// the key. Paths of the key and of the times that the server keeps are ignored.
	// Errors: INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION.
	Update(ctx context.Context, m M, mask *fieldmaskpb.FieldMask, opts ...WriteOption) (M, error)
	// Delete removes the resource with the key. The message is nil: the resource is
	// gone. Errors: NOT_FOUND, FAILED_PRECONDITION where others refer to it.
	// Where the model is soft-deleted, the row is kept and the message is it.
	Delete(ctx context.Context, key K, opts ...WriteOption) (M, error)
	// Undelete brings a soft-deleted resource back and returns it. Errors: NOT_FOUND;
	// ALREADY_EXISTS for one that is not deleted; UNIMPLEMENTED where the model is
	// not soft-deleted.
	Undelete(ctx context.Context, key K, opts ...WriteOption) (M, error)

	// BatchGet returns the resources with the keys, in their order. A key that comes
	// twice is answered by two messages. Errors: NOT_FOUND if any is missing, which
	// names all that are: in ErrorInfo's metadata, under "resource_names".
	//
	// As in all batch methods, an empty list is INVALID_ARGUMENT, and so is one of more
	// than the model's largest batch.
	BatchGet(ctx context.Context, keys []K, opts ...GetOption) ([]M, error)
	// BatchCreate stores all messages, or none, and returns them as stored, in their
	// order. Errors are those of Create; a key that comes twice is ALREADY_EXISTS.
	BatchCreate(ctx context.Context, ms []M, opts ...WriteOption) ([]M, error)
	// BatchUpdate makes all changes, or none, and returns the resources as stored, in
	// the order of the changes. Errors are those of Update, NOT_FOUND as BatchGet's; two
	// changes of one resource are INVALID_ARGUMENT.
	BatchUpdate(ctx context.Context, changes []Change[M], opts ...WriteOption) ([]M, error)
	// BatchDelete deletes all resources, or none. A key that comes twice counts once.
	// There are no messages unless the model is soft-deleted; then they are what the
	// resources have become. Errors are those of Delete, NOT_FOUND as BatchGet's.
	BatchDelete(ctx context.Context, keys []K, opts ...WriteOption) ([]M, error)
}

// A Query is what List and All are asked for. Generated code fills it from the
// request; nothing of it is read from the wire again.
type Query struct {
	// Method is the full name of the RPC. A page token serves only the method that
	// gave it.
	Method string
	// Parent is the name of the parent resource, for models that have one (AIP-132).
	Parent string
	// PageSize is the largest number of resources; 0 is the model's default, and more
	// than its maximum is the maximum (AIP-158).
	PageSize int32
	// PageToken is that of the page before, or empty.
	PageToken string
	// Filter selects resources in the language of AIP-160; empty selects all.
	Filter string
	// OrderBy sorts them, "title desc, pages" (AIP-132). Resources that agree in all of
	// its fields are in the order of the key, which is the order when it is empty; those
	// of a model without a key in the order of all columns.
	OrderBy string
	// Skip is how many resources to leave out after the place of the token (AIP-158).
	Skip int32
	// ShowDeleted includes the soft-deleted ones (AIP-164).
	ShowDeleted bool
	// Equal are conditions on single fields, all of which must hold.
	Equal []Equality
	// ReadMask names the fields to return (AIP-157). Nil, empty and * are all.
	ReadMask *fieldmaskpb.FieldMask
	// View is the value of a view enum (AIP-157): BASIC and FULL both are all fields of
	// the resource's own. Nil is FULL.
	View protoreflect.Enum
	// CountTotal asks for Page.TotalSize, which costs a statement on the first page.
	CountTotal bool
	// Where is one more condition, for hand-written code. Name columns with their
	// table. All pages of a walk must have the same one.
	Where squirrel.Sqlizer
}

// A Page is one page of a List.
type Page[M proto.Message] struct {
	Items []M
	// NextPageToken asks for the page after; empty if and only if there is none.
	NextPageToken string
	// TotalSize is the number of resources on all pages, as the first page found it,
	// if the query asked for it. See [TotalSize] for how exact it is.
	TotalSize int64
}

// UnimplementedStore answers every method with UNIMPLEMENTED. Embed it in a store of
// your own, so that methods added to Store later do not break it.
type UnimplementedStore[M proto.Message, K any] struct{}

var _ Store[proto.Message, any] = UnimplementedStore[proto.Message, any]{}

// Get answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) Get(context.Context, K, ...GetOption) (m M, err error) {
	return m, unimplemented("Get")
}

// List answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) List(context.Context, Query) (*Page[M], error) {
	return nil, unimplemented("List")
}

// All answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) All(context.Context, Query) iter.Seq2[M, error] {
	return func(yield func(M, error) bool) {
		var none M
		yield(none, unimplemented("All"))
	}
}

// Create answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) Create(context.Context, M, ...WriteOption) (m M, err error) {
	return m, unimplemented("Create")
}

// Update answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) Update(context.Context, M, *fieldmaskpb.FieldMask, ...WriteOption) (m M, err error) {
	return m, unimplemented("Update")
}

// Delete answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) Delete(context.Context, K, ...WriteOption) (m M, err error) {
	return m, unimplemented("Delete")
}

// Undelete answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) Undelete(context.Context, K, ...WriteOption) (m M, err error) {
	return m, unimplemented("Undelete")
}

// BatchGet answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) BatchGet(context.Context, []K, ...GetOption) ([]M, error) {
	return nil, unimplemented("BatchGet")
}

// BatchCreate answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) BatchCreate(context.Context, []M, ...WriteOption) ([]M, error) {
	return nil, unimplemented("BatchCreate")
}

// BatchUpdate answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) BatchUpdate(context.Context, []Change[M], ...WriteOption) ([]M, error) {
	return nil, unimplemented("BatchUpdate")
}

// BatchDelete answers UNIMPLEMENTED.
func (UnimplementedStore[M, K]) BatchDelete(context.Context, []K, ...WriteOption) ([]M, error) {
	return nil, unimplemented("BatchDelete")
}

func unimplemented(method string) *Error {
	return &Error{
		Code: codes.Unimplemented, Reason: ReasonUnimplemented,
		Message:  "the store does not implement " + method,
		Metadata: map[string]string{"method": method},
	}
}
