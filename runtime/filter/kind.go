package filter

// Kind is the type of a field's values, of the elements if it is repeated.
type Kind uint8

// The kinds. Their SQL types in PostgreSQL and SQLite are in the comments. A repeated
// field is an array in PostgreSQL and a JSON list in SQLite, in which bytes are
// base64.
const (
	Bool      Kind = iota + 1 // boolean, INTEGER
	Int32                     // integer, INTEGER
	Int64                     // bigint, INTEGER
	Uint32                    // bigint, INTEGER
	Uint64                    // numeric, INTEGER with the sign bit flipped
	Float                     // real, REAL
	Double                    // double precision, REAL
	String                    // text, TEXT
	UUID                      // uuid, TEXT; lower-case canonical form
	Bytes                     // bytea, BLOB
	Enum                      // integer, INTEGER
	Timestamp                 // timestamptz, INTEGER (microseconds since 1970)
	Duration                  // bigint, INTEGER (microseconds)
	Name                      // an AIP-122 resource name, of which the key columns hold the variables
	EnumName                  // text or an enum type, TEXT: the name of an enum's value
	Date                      // date, INTEGER (days since 1970)
	TimeOfDay                 // time, INTEGER (microseconds since midnight)
	Typed                     // a type of PostgreSQL's that text is read for; not in SQLite
	Message                   // inside JSON: an object
	Map                       // inside JSON: an object whose keys are the caller's
)

// A kindRule is what the language knows of a kind.
type kindRule struct {
	// takes says what a literal must be, behind "takes".
	takes string
	// read returns a literal's value; ok is false for one of another type.
	read func(f *Field, text string) (v operand, ok bool)
	// unquoted literals are those that no quotes may stand around.
	unquoted bool
	// ordered kinds have < and >.
	ordered bool
	// zero is the default value; nil is that of a kind that is set or not.
	zero any
}

// kinds are the rules of all kinds. A value is a bool, an int64, a uint64, a float64,
// a string or a []byte.
var kinds = [...]kindRule{
	Bool:      {takes: "true or false", read: readBool, unquoted: true, zero: false},
	Int32:     {takes: "a whole number", read: readInteger, unquoted: true, ordered: true, zero: int64(0)},
	Int64:     {takes: "a whole number", read: readInteger, unquoted: true, ordered: true, zero: int64(0)},
	Uint32:    {takes: "a whole number", read: readInteger, unquoted: true, ordered: true, zero: int64(0)},
	Uint64:    {takes: "a whole number", read: readInteger, unquoted: true, ordered: true, zero: uint64(0)},
	Float:     {takes: "a number", read: readFloat, unquoted: true, ordered: true, zero: float64(0)},
	Double:    {takes: "a number", read: readFloat, unquoted: true, ordered: true, zero: float64(0)},
	String:    {takes: "a text", read: readString, ordered: true, zero: ""},
	UUID:      {takes: "a UUID in lower case", read: readUUID, ordered: true},
	Bytes:     {takes: "bytes in base64", read: readBytes, ordered: true, zero: []byte{}},
	Enum:      {takes: "the name of a value", read: readEnum, zero: int64(0)},
	Timestamp: {takes: "a time such as 2012-04-21T11:30:00Z", read: readTimestamp, ordered: true},
	Duration:  {takes: "a duration in seconds such as 1.2s, of at most 10,000 years", read: readDuration, ordered: true},
	Name:      {takes: "a resource name", read: readString},
	EnumName:  {takes: "the name of a value", read: readEnumName},
	Date:      {takes: "a date such as 2012-04-21", read: readDate, ordered: true},
	TimeOfDay: {takes: "a time of day such as 11:30:00", read: readTimeOfDay, ordered: true},
	Typed:     {read: readTyped, ordered: true},
	Message:   {takes: "* only"},
	Map:       {takes: "a key"},
}
