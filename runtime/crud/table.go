package crud

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
	"google.golang.org/protobuf/proto"
)

// Default limits of List (AIP-158) and of batches (AIP-231).
const (
	defaultPageSize = 50
	defaultMaxPage  = 1000
	defaultMaxBatch = 1000
)

// A TableSpec is what generated code states of a model. M is the message's type, *Book,
// and K is the Go type of its key, [NoKey] for a model without one.
type TableSpec[M proto.Message, K comparable] struct {
	Message  string // full name of the message
	Singular string // snake_case, the name of the resource's field in requests
	Schema   string // SQL name, unquoted; empty for the connection's own
	Name     string // SQL name, unquoted
	Resource string // resource type, for ResourceInfo

	// Columns are in SELECT order.
	Columns []Column[M]

	// KeyOrder are the SQL names of the key's columns in key order; nil means that it is
	// the order of Columns.
	KeyOrder []string

	// Key reads the key of a message from its key fields; nil where only the
	// resource name holds it.
	Key func(M) K
	// Pattern is that of the resource name, and ParseName parses one; both are nil in
	// the plain style.
	Pattern   *Pattern
	ParseName func(string) (K, error)
	// SetKey writes the key to a message, its resource name included.
	SetKey func(M, K)
	// KeyValues are the key's values in key column order. Nil means that K is the
	// only one.
	KeyValues func(K) []any

	Parent     *Parent
	References []Reference
	// Children are the tables whose rows go with the one that they refer to.
	Children []Child
	Indexes  []Index
	// Singleton says that each parent has one of the resource, which is always there.
	Singleton bool
	// Related says that Relate is called before the table is used.
	Related bool
	// Scope are the SQL names of the columns that every statement is bound to.
	Scope []string
	// Events says that each write appends an event, see [EventTables].
	Events bool

	DefaultPageSize, MaxPageSize, MaxBatchSize int32
	// PurgeAfter is how long a soft-deleted row is kept; 0 is for ever.
	PurgeAfter time.Duration
	// TotalSize says how List counts.
	TotalSize TotalSize
	// IDPattern is the regular expression of client-chosen ids. Empty is the rule of
	// the key style.
	IDPattern string

	SQL SQL
}

// SQL are the statements of a repository that need nothing added at run time but a
// scope.
type SQL struct {
	Columns string // the list after SELECT
	Select  string // SELECT … FROM
	Get     string // Select with the key's WHERE
	Create  string // INSERT of all columns but an identity, RETURNING Columns
	Delete  string // DELETE with the key's WHERE
	// Lookups are Select with the WHERE of a unique field, by the field's name.
	Lookups map[string]string
}

// A Table describes the table behind a message: its columns, its key and its
// statements. Generated code makes one per model. It is immutable and safe for
// concurrent use.
type Table[M proto.Message, K comparable] struct{ table table }

// A table is a Table without the types of its message and its key.
type table struct {
	info TableInfo

	columns    []column
	relations  []*relation
	width      int       // SQL columns of all columns
	keyColumns []*column // one per SQL column of the key, in key order
	ids        []*column // that the runtime makes
	ttl        int       // place of the column of a time to live, or -1
	siblings   [][]int   // of each column, the other arms of its oneof; nil without oneofs
	nameField  string    // the field of the resource name; empty in the plain style
	name       func(proto.Message) string
	updateTime int // place of the column in columns, or -1
	createTime int
	deleteTime int
	purgeTime  int
	etag       int
	revision   int // place of the column that etags count in, -1 where they are of values
	identity   int
	keys       []orderKey // the order of the key
	newOne     func() proto.Message
	appendNew  func(ms []proto.Message, n int) []proto.Message
	times      int // timestamps that every row has
	isNil      func(proto.Message) bool
	// hides reports whether something is INPUT_ONLY, which no answer shows.
	hides func() bool
	// nested are the columns that masks go into.
	nested func() []nestedColumn

	key       func(proto.Message) any
	parseName func(string) (any, error)
	setKey    func(proto.Message, any)
	keyValues func(any) []any
	idPattern idRule
	purgeTTL  time.Duration
	sql       SQL
	// hooks returns an option's hooks if they are of the table's messages.
	hooks func(option any) (Hooks[proto.Message], bool)
	// described completes info.
	described func() *TableInfo
	// schema is what filters and orders may name.
	schema func() *filter.Schema
}

// NewTable builds a table from what generated code states. It panics when the
// statement contradicts itself, which the generator never does.
func NewTable[T any, M interface {
	*T
	proto.Message
}, K comparable](spec TableSpec[M, K]) *Table[M, K] {
	return newTable(spec, func() proto.Message { return M(new(T)) }, appendNew[T, M])
}

// newTable is NewTable without the type that M points to: code that has it is compiled
// again for each message.
func newTable[M proto.Message, K comparable](spec TableSpec[M, K], newOne func() proto.Message, appendNew func(ms []proto.Message, n int) []proto.Message) *Table[M, K] {
	none := proto.Message(as[M](nil))
	t := &Table[M, K]{table: table{
		info:      tableInfo(&spec),
		columns:   columnsOf(spec.Columns),
		newOne:    newOne,
		appendNew: appendNew,
		isNil:     func(m proto.Message) bool { return m == nil || m == none },
		idPattern: newIDRule(spec.IDPattern, spec.ParseName != nil),
		purgeTTL:  spec.PurgeAfter,
		sql:       spec.SQL,
		hooks:     untypedHooks[M],
	}}
	t.table.key, t.table.parseName, t.table.setKey, t.table.keyValues = keyFuncs(&spec)
	_, keyless := any(*new(K)).(NoKey)
	if keyless {
		t.table.withoutKey()
	}
	t.table.derive(spec.KeyOrder)
	if keyless != t.table.keyless() {
		panic(fmt.Sprintf("crud: the table of %s has no key, or one beside crud.NoKey", spec.Message))
	}
	return t
}

// keyFuncs are what the spec says of keys, for keys and messages of any type.
func keyFuncs[M proto.Message, K comparable](spec *TableSpec[M, K]) (key func(proto.Message) any, parse func(string) (any, error), set func(proto.Message, any), values func(any) []any) {
	if f := spec.Key; f != nil {
		key = func(m proto.Message) any { return f(as[M](m)) }
	}
	if f := spec.ParseName; f != nil {
		parse = func(name string) (any, error) { return f(name) }
	}
	if f := spec.SetKey; f != nil {
		set = func(m proto.Message, k any) { f(as[M](m), k.(K)) }
	}
	if f := spec.KeyValues; f != nil {
		values = func(k any) []any { return f(k.(K)) }
	}
	return key, parse, set, values
}

// derive adds the rest of what a table is.
func (t *table) derive(keyOrder []string) {
	t.index()
	t.orderKey(keyOrder)
	t.late()
	t.keys = t.keyOrder()
	named := t.info.Pattern != nil
	if named != (t.parseName != nil) || named != (t.name != nil) {
		panic(fmt.Sprintf("crud: the table of %s needs Pattern, ParseName and a name column, or none of them", t.info.Message))
	}
}

// late sets what needs the descriptors, which are there only once the program runs.
func (t *table) late() {
	t.schema = sync.OnceValue(t.filterSchema)
	t.nested = sync.OnceValue(t.nestedColumns)
	t.described = sync.OnceValue(t.describe)
	t.hides = sync.OnceValue(func() bool { return anyTable(reachable(t), AnyTable.hidesOwn) })
}

// index finds the columns that have a role.
func (t *table) index() {
	t.siblings = siblingsOf(t.columns)
	t.updateTime, t.createTime, t.identity = -1, -1, -1
	t.deleteTime, t.purgeTime, t.etag, t.revision, t.ttl = -1, -1, -1, -1, -1
	for i := range t.columns {
		c := &t.columns[i]
		t.width += len(c.Names)
		if c.Kind == KindTimestamp && c.NotNull {
			t.times++
		}
		if c.PrimaryKey {
			for range c.Names {
				t.keyColumns = append(t.keyColumns, c)
			}
		}
		if (c.Generated == ByUUIDv7 || c.Generated == ByUUIDv4) && len(c.Names) == 1 {
			t.ids = append(t.ids, c)
		}
		switch {
		case c.Expires != "":
			t.ttl = i
		case c.Time == RowCreateTime:
			t.createTime = i
		case c.Time == RowUpdateTime:
			t.updateTime = i
		case c.Time == RowDeleteTime:
			t.deleteTime = i
		case c.Time == RowPurgeTime:
			t.purgeTime = i
		case c.Revision:
			t.etag = i
			if len(c.Names) > 0 {
				t.revision = i
			}
		case c.Generated == ByIdentity:
			t.identity = i
		}
		switch codec := c.codec.(type) {
		case *nameCodec:
			t.nameField, t.name = c.Field, codec.get
		case *computedCodec:
			t.nameField, t.name = c.Field, codec.get
		case *etagCodec:
			codec.key = t.keyNameOf
		}
	}
}

// orderKey puts the columns of the key into the order that is stated.
func (t *table) orderKey(names []string) {
	if names == nil {
		return
	}
	columns := make([]*column, len(names))
	for i, name := range names {
		at := slices.Index(t.info.Key, name)
		if at < 0 || len(names) != len(t.info.Key) {
			panic(fmt.Sprintf("crud: the key order %v of %s is not that of its key columns", names, t.info.Message))
		}
		columns[i] = t.keyColumns[at]
	}
	t.keyColumns, t.info.Key = columns, names
}

// appendNew appends n new messages, which are in one piece of memory. The code of each
// message's table would have it twice if it were inlined.
//
//go:noinline
func appendNew[T any, M interface {
	*T
	proto.Message
}](ms []proto.Message, n int) []proto.Message {
	slab := make([]T, n)
	ms = slices.Grow(ms, n)
	for i := range slab {
		ms = append(ms, M(&slab[i]))
	}
	return ms
}

// Info is [Table.Info].
func (t *table) Info() *TableInfo { return t.described() }

// describe completes the description by what the descriptors say.
func (t *table) describe() *TableInfo {
	for i := range t.info.Columns {
		c := &t.info.Columns[i]
		if c.Kind != KindEnumType {
			continue
		}
		values := c.enum().Values()
		var labels []string
		for v := range values.Len() {
			if d := values.Get(v); values.ByNumber(d.Number()) == d { // and no alias
				labels = append(labels, string(d.Name()))
			}
		}
		c.Labels = labels
	}
	return &t.info
}

func (t *table) hidesOwn() bool {
	return slices.ContainsFunc(t.columns, func(c column) bool { return c.InputOnly }) || t.hidesInside()
}

// New is [Table.New].
func (t *table) New() proto.Message { return t.newOne() }

func (t *table) hooksFit(hooks any) bool {
	_, ok := t.hooks(hooks)
	return ok
}

// keyPlace returns the place of an SQL column in the key, or -1.
func (t *table) keyPlace(name string) int { return slices.Index(t.info.Key, name) }

// columnsOf returns the columns of fields that are separated by commas, those that
// exist.
func (t *table) columnsOf(fields string) []*column {
	var columns []*column
	for field := range strings.SplitSeq(fields, ",") {
		if c, ok := t.column(field); ok {
			columns = append(columns, c)
		}
	}
	return columns
}

// comparable returns the column of a path that conditions and orders name: of a field, or
// of one in an embedded message.
func (t *table) comparable(path string) (*column, bool) {
	if c, ok := t.column(path); ok {
		return c, true
	}
	for i := range t.columns {
		for j := range t.columns[i].leaves {
			if c := &t.columns[i].leaves[j]; c.Field == path {
				return c, true
			}
		}
	}
	return nil, false
}

// column returns the column of a proto field.
func (t *table) column(field string) (*column, bool) {
	i := slices.IndexFunc(t.columns, func(c column) bool { return c.Field == field })
	if i < 0 {
		return nil, false
	}
	return &t.columns[i], true
}
