package crud

// ProtocolVersion1 is what generated code asks of the runtime. A file that does not
// compile for want of a ProtocolVersion constant was made by a newer plugin.
const ProtocolVersion1 = true
