package migrate

// A Phase is a place in the order of a plan. Steps of one phase are one file, but for
// those of Indexes, which each are a file of their own.
type Phase int

const (
	// Labels are new values of enum types, which a transaction cannot use before it ends.
	Labels Phase = iota
	Renames
	// Clearing drops what stands in the way of a change and is made again after it.
	Clearing
	// Expanding makes schemas, types, tables and columns. No lock is held for long.
	Expanding
	// Retyping changes the types of columns.
	Retyping
	// Filling gives rows a value, and locks them alone. It comes before what the rows are
	// to obey: else a row could not be written until all of its columns are filled.
	Filling
	// Indexes are built CONCURRENTLY, which no transaction can do.
	Indexes
	// Settling adds constraints that new rows obey. No lock is held for long.
	Settling
	// Validating checks the rows that were there, without keeping writers out.
	Validating
	// Finishing does what needs no check any more. No lock is held for long.
	Finishing
	// Dropping loses what the models do not have.
	Dropping
)

var phaseNames = map[Phase]string{
	Labels: "enum_values", Renames: "rename", Clearing: "clear", Expanding: "expand", Retyping: "retype", Indexes: "index",
	Settling: "constrain", Filling: "fill", Validating: "validate", Finishing: "finish", Dropping: "drop",
}

// String returns the phase as the names of files have it.
func (p Phase) String() string { return phaseNames[p] }

// A Step is a change and its reverse, statements without a semicolon at their ends.
type Step struct {
	Phase Phase
	Up    []string
	// Down is empty where there is no way back; DownNotes say why.
	Down []string
	// Notes say what a reader should know: locks, rewrites, values that are lost.
	Notes, DownNotes []string
}
