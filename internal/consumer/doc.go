// Package consumer holds no code: its test makes a module outside of this one, as a
// team that uses the plugin has it, generates its code with buf and with protoc,
// builds it, and calls its server from Go and from Python.
package consumer
