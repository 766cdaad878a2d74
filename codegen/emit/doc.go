// Package emit writes the Go of a planned file. It cannot fail: whatever could be
// wrong with a proto was said by the model stage.
//
// The order of a file is its reader's: the runtime it needs, then per model the SQL,
// the table, the key, and what can be hooked, replaced and extended, then per service
// the server and what the proto declares. Each declaration has one function here.
package emit
