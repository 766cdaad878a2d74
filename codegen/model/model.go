package model

import (
	"slices"
	"time"

	"google.golang.org/protobuf/compiler/protogen"
)

// A File is what one .proto file of the run declares: its table-backed messages
// and the services that are served, wholly or in part, over such messages. Both
// are in declaration order.
type File struct {
	Proto    *protogen.File
	Models   []*Model
	Services []*Service
}

// A Model is a message that is stored in a table.
type Model struct {
	Message *protogen.Message
	Names   ModelNames

	// Schema and Table are SQL names, unquoted. Schema is empty unless the option
	// states it.
	Schema, Table string
	// Comment is that of the table in the database, or empty.
	Comment string
	// Was are former names of the table, latest first.
	Was []string

	// Columns are in SELECT order: key columns that only the resource name holds
	// first, then the fields in declaration order, the etag's column last. Skipped
	// fields and the resource name itself are not among them.
	Columns []*Column
	Key     Key
	// Keyless says that nothing tells rows apart: the Key has no columns.
	Keyless bool

	// TTL is the field of a time to live, which is stored as that of expire_time in the
	// same oneof (AIP-214); nil if there is none.
	TTL *protogen.Field

	// Parent is the collection that owns the rows: what the pattern's leading
	// variables name. It is nil for a top-level resource and in the plain style.
	Parent *Parent

	// References are the foreign keys, the parent's first.
	References []*Reference
	// Children are the references to the model that cascade, of the models that its file
	// can see.
	Children []Child
	// Relations are the fields that are joined to other models, in the order of the
	// fields.
	Relations []*Relation
	// Indexes are the secondary ones, unique fields' not among them.
	Indexes []*Index
	// Scope are the SQL names of the columns that every statement is bound to.
	// They need not be among Columns.
	Scope []string
	// Events says that each write of a row appends an event.
	Events bool

	// Singular is the snake_case singular, the name of the resource's field in
	// requests: book. Plural is that of a field of several: books.
	Singular, Plural string
	// Noun and Nouns are what the names of methods call it: Book and Books.
	Noun, Nouns string
	// ResourceType is the type of google.api.resource, or the full name of the
	// message where there is none.
	ResourceType string
	// IDPattern is the regular expression for client-chosen ids; empty means the
	// style's own rule.
	IDPattern string

	DefaultPageSize, MaxPageSize, MaxBatchSize int32
	// TotalSize says how List counts.
	TotalSize TotalSize
	// PurgeTTL is how long a soft-deleted row is kept; 0 is for ever.
	PurgeTTL time.Duration
}

// TotalSize says how the total size of a list is found.
type TotalSize uint8

const (
	Exact TotalSize = iota
	Capped
	Estimated
)

// Singleton reports whether each parent has one of the resource, which is always there
// (AIP-156).
func (m *Model) Singleton() bool { return m.Key.Pattern != nil && m.Key.Pattern.Singleton }

// SoftDelete returns the column of the time of a soft delete (AIP-164); nil where
// Delete removes the row.
func (m *Model) SoftDelete() *Column { return m.timeColumn(DeleteTime) }

// Etag returns the column behind the resource's etag, nil if it has none.
func (m *Model) Etag() *Column {
	for _, c := range m.Columns {
		if c.Etag {
			return c
		}
	}
	return nil
}

func (m *Model) timeColumn(t ServerTime) *Column {
	for _, c := range m.Columns {
		if c.Time == t {
			return c
		}
	}
	return nil
}

// Lookups returns the columns by which a single row is found, besides the key: each
// unique field, and the fields of each unique index.
func (m *Model) Lookups() [][]*Column {
	var all [][]*Column
	add := func(columns []*Column) {
		known := slices.ContainsFunc(all, func(other []*Column) bool { return slices.Equal(other, columns) })
		if !known && !slices.Equal(columns, m.Key.Columns) {
			all = append(all, columns)
		}
	}
	for _, c := range m.Columns {
		if c.Unique && c.Field != nil && !c.PrimaryKey {
			add([]*Column{c})
		}
	}
	for _, index := range m.Indexes {
		if index.identifies() && !slices.ContainsFunc(index.Columns, func(c *Column) bool { return c.Field == nil || c.Repeated }) {
			add(index.Columns)
		}
	}
	return all
}

// A Key is the primary key of a model and how messages state it.
type Key struct {
	// Columns are in key order, that of the pattern's variables if there is one.
	Columns []*Column
	// Name is the field that holds the resource name, nil in the plain style.
	Name *protogen.Field
	// Pattern is the pattern of Name, nil in the plain style.
	Pattern *Pattern
	// NameUnfilterable and NameUnorderable keep Name out of filters and of order_by.
	NameUnfilterable, NameUnorderable bool
}

// Scalar reports whether the Go type of the key is the scalar of its only column.
// Otherwise it is a struct.
func (k Key) Scalar() bool { return k.Pattern == nil && len(k.Columns) == 1 }

// Reordered reports whether the order of the key is not that of the fields.
func (k Key) Reordered() bool {
	return k.Fields() && !slices.IsSortedFunc(k.Columns, func(a, b *Column) int { return a.Field.Desc.Index() - b.Field.Desc.Index() })
}

// Fields reports whether the key columns are fields of the message, so that
// requests can state the key by them. A model can have both these and a name.
func (k Key) Fields() bool {
	for _, c := range k.Columns {
		if c.Field == nil {
			return false
		}
	}
	return true
}

// List returns the name of a field that lists keys of one column that is a field: ids.
func (k Key) List() string { return pluralOf(string(k.Columns[0].Field.Desc.Name())) }

// A Pattern is a resource name pattern, shelves/{shelf}/books/{book} (AIP-122).
type Pattern struct {
	// Text is the pattern as the proto has it.
	Text string
	// Variables are the names in braces, in order. Each maps to the key column at
	// its index.
	Variables []string
	// Singleton says that the last segment is no variable: each parent has one of the
	// resource (AIP-156).
	Singleton bool
}

// A Parent is the collection that a resource lives in.
type Parent struct {
	// Pattern is the leading part of the child's, shelves/{shelf}.
	Pattern Pattern
	// Columns are the child's leading key columns.
	Columns []*Column
	// Model is the parent's model. It is nil when no imported message has the
	// pattern: then there is no foreign key and no existence check.
	Model *Model
	// Check says that List answers NOT_FOUND for a parent that does not exist.
	Check bool
	// Across says that List reads across parents (AIP-159).
	Across bool
}

// A Reference is a foreign key.
type Reference struct {
	// Constraint is the name of the constraint, at most 63 bytes.
	Constraint string
	Columns    []*Column
	// Model and Target are the referenced model and its columns.
	Model  *Model
	Target []*Column
	// OnDelete and OnUpdate are SQL actions such as CASCADE; empty is NO ACTION.
	OnDelete, OnUpdate string
	// IsParent says that the reference is that of the resource's parent.
	IsParent bool
}

// A Child is a model whose rows are deleted with the row that they refer to.
type Child struct {
	Model     *Model
	Reference *Reference
}

// A Relation joins a field to the rows of another model.
type Relation struct {
	Field *protogen.Field
	Model *Model
	// Columns are the model's, and Target the related model's, which have the same
	// values in related rows.
	Columns, Target []*Column
	// BelongsTo says that Columns are the foreign key.
	BelongsTo bool
	// Join is the table between the two; nil for a relation without one.
	Join *Join
	// OrderBy is the related model's column of the order; nil for that of its key.
	OrderBy *Column
	// Owned says that writes write the related rows, or the links. Required says that
	// there must be some.
	Owned, Required bool
}

// A Join is the table between the models of a many-to-many relation.
type Join struct {
	// Schema and Table are SQL names, unquoted.
	Schema, Table string
	// Columns refer to the Relation's Columns, and Target to its Target.
	Columns, Target []string
	// DeleteTime is the column of the time of a soft delete, or empty.
	DeleteTime string
	// Made says that no model describes the table.
	Made bool
}

// An Index is a secondary index.
type Index struct {
	Name    string
	Columns []*Column
	// Expressions are SQL, indexed after the columns.
	Expressions []string
	Unique      bool
	// Where is the SQL condition of the rows that the index covers; empty says
	// nothing of them.
	Where string
	// Method is the access method; empty is btree.
	Method string
}

// identifies reports whether the columns' values are those of one row at most.
func (i *Index) identifies() bool { return i.Unique && len(i.Expressions) == 0 && i.Where == "" }

// A Service is served over one or more models.
type Service struct {
	Service *protogen.Service
	Names   ServiceNames
	// Stores are the models that its methods use, in the order of first use.
	Stores []*Store
	// Methods are all RPCs, custom ones included, in declaration order.
	Methods []*Method
	// Limits bound the calls of all methods together.
	Limits []*RateLimit
	// Permissions are asked for where a method has none of its own.
	Permissions []string
}

// A Store is a model's place in the server's struct.
type Store struct {
	Model *Model
	// GoName is the exported field's name, the plural of the message's: Books.
	GoName string
}

// A Method is an RPC and what was recognised in it. The fields below Store are
// those of the request and response messages that have a role; nil where the RPC
// lacks them or the kind has no such role.
type Method struct {
	Method *protogen.Method
	Kind   MethodKind
	Store  *Store
	// Limits bound its calls, besides the service's.
	Limits []*RateLimit
	// Permissions replace the service's, unless there are none.
	Permissions []string
	// Without names the interceptors that it opts out of.
	Without []string

	// KeyFields are the request's key fields in key order; Name is its resource
	// name. A Get, Delete or Undelete has one of the two.
	KeyFields []*protogen.Field
	Name      *protogen.Field
	// Lookup is the unique column of a GetBy, and LookupField the request's field.
	Lookup      *Column
	LookupField *protogen.Field

	Parent              *protogen.Field // List, Create
	PageSize, PageToken *protogen.Field // List; a stream may lack them
	Filter, OrderBy     *protogen.Field // List
	Skip, ShowDeleted   *protogen.Field // List
	Equal               []Equality      // List
	ReadMask, View      *protogen.Field // Get, List
	Resource            *protogen.Field // Create, Update: the resource in the request
	ID                  *protogen.Field // Create: {resource}_id
	UpdateMask          *protogen.Field // Update

	AllowMissing            *protogen.Field // Update, Delete
	ValidateOnly, RequestID *protogen.Field // all that write
	Etag                    *protogen.Field // Delete, Undelete
	Force                   *protogen.Field // Delete

	Items, NextPageToken, TotalSize *protogen.Field // List's response; a batch has Items

	ResumeToken *protogen.Field // Watch
	// Event is what a Watch answers with. Nil for the other kinds.
	Event *WatchEvent

	// Batch is where the elements of a batch are. Nil for the other kinds.
	Batch *Batch
}

// A WatchEvent is the message that tells of one change: its fields, and the values of
// its type. Those that it may lack are nil.
type WatchEvent struct {
	Type, Resource, ResumeToken *protogen.Field
	Previous, Time, Changed     *protogen.Field

	Created, Updated, Deleted, Undeleted, Bookmark *protogen.EnumValue
}

// A Batch is the list in the request of a batch method.
type Batch struct {
	// List is the repeated field: the names, the keys or the requests.
	List *protogen.Field
	// Element has the fields of one of the requests that have a role, as a method of
	// its own would have them. Nil where List holds names or keys.
	Element *Method
}

// An Equality is a field of a List request that limits it to the rows whose column has
// the value, or one of the values.
type Equality struct {
	Field  *protogen.Field
	Column *Column
	// Required says that the request must set it.
	Required bool
}

// Streams reports whether the answer is a stream.
func (m *Method) Streams() bool { return m.Method.Desc.IsStreamingServer() }

// MethodKind is what an RPC was recognised as.
type MethodKind uint8

const (
	// Custom is an RPC that is left to its owner.
	Custom MethodKind = iota
	// Skipped is an RPC that (protocrud.v1.method).skip opts out of recognition.
	Skipped
	Get
	List
	Create
	Update
	Delete
	Undelete
	// GetBy is a Get by a unique field that is not the key.
	GetBy
	BatchGet
	BatchCreate
	BatchUpdate
	BatchDelete
	Watch
)
