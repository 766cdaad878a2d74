package crud

import "google.golang.org/protobuf/proto"

// A Parent is the collection that a resource lives in (AIP-122).
type Parent struct {
	Pattern *Pattern
	// Check makes List answer NOT_FOUND for a parent that does not exist.
	Check bool
	// Across lets List read across parents, with - for an id (AIP-159).
	Across bool
}

// A Reference is a foreign key. Columns and tables are SQL names, unquoted.
type Reference struct {
	Constraint string
	Columns    []string
	Schema     string
	Table      string
	Target     []string
	// Resource is the resource type of the referenced model.
	Resource string
	// Scope are the scope columns of the referenced table. They lead its keys, so
	// they lead the foreign key too.
	Scope []string
	// Parent says that the reference is that of the resource's parent.
	Parent bool
	// OnDelete and OnUpdate are SQL actions; empty is NO ACTION.
	OnDelete, OnUpdate string
}

// An Index is a secondary index.
type Index struct {
	Name    string
	Columns []string
	// Expressions are SQL expressions, indexed after the columns.
	Expressions []string
	Unique      bool
	// Where is an SQL condition: the index covers the rows for which it holds. Empty
	// is all rows, or the live ones of a unique index where rows are soft-deleted.
	Where string
	// Method is the access method of PostgreSQL; empty is btree, the only one that
	// SQLite has.
	Method string
}

// TableInfo is the part of a table that does not depend on Go types.
type TableInfo struct {
	Message, Singular, Schema, Name, Resource string
	// Comment is that of the table in the database, or empty. Generated code does not
	// state it: its comments are the proto's own.
	Comment string

	Columns    []ColumnInfo
	Key        []string // SQL names of the key columns
	Pattern    *Pattern // of the resource name; nil in the plain style
	Parent     *Parent
	References []Reference
	Children   []Child
	Indexes    []Index
	Relations  []RelationInfo
	// Singleton says that each parent has one of the resource (AIP-156).
	Singleton bool
	// Related says that the table has relations, which Relate adds.
	Related bool
	Scope   []string
	// Events says that each write appends an event, see [EventTables].
	Events bool

	DefaultPageSize, MaxPageSize, MaxBatchSize int32
	TotalSize                                  TotalSize
}

// AnyTable is a [Table] of any message. It is implemented by Table, and by what [Described] returns.
type AnyTable interface {
	// Info returns the table's description. The caller must not change it.
	Info() *TableInfo
	// hooksFit reports whether an option holds hooks for this table's messages.
	hooksFit(hooks any) bool
	// targets are the tables that relations lead to.
	targets() []AnyTable
	// hidesOwn reports whether something of its own is INPUT_ONLY.
	hidesOwn() bool
}

func tableInfo[M proto.Message, K comparable](spec *TableSpec[M, K]) TableInfo {
	info := TableInfo{
		Message:         spec.Message,
		Singular:        spec.Singular,
		Schema:          spec.Schema,
		Name:            spec.Name,
		Resource:        spec.Resource,
		Pattern:         spec.Pattern,
		Parent:          spec.Parent,
		References:      spec.References,
		Children:        spec.Children,
		Indexes:         spec.Indexes,
		Related:         spec.Related,
		Singleton:       spec.Singleton,
		Scope:           spec.Scope,
		Events:          spec.Events,
		DefaultPageSize: spec.DefaultPageSize,
		MaxPageSize:     spec.MaxPageSize,
		MaxBatchSize:    spec.MaxBatchSize,
		TotalSize:       spec.TotalSize,
	}
	if info.MaxBatchSize == 0 {
		info.MaxBatchSize = defaultMaxBatch
	}
	if info.DefaultPageSize == 0 {
		info.DefaultPageSize = defaultPageSize
	}
	if info.MaxPageSize == 0 {
		info.MaxPageSize = max(defaultMaxPage, info.DefaultPageSize)
	}
	for _, c := range spec.Columns {
		info.Columns = append(info.Columns, c.column.flat()...)
		if c.column.PrimaryKey {
			info.Key = append(info.Key, c.column.Names...)
		}
	}
	return info
}
