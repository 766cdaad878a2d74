// Package consumer holds no code: its tests make modules outside of this one, as teams
// that use the plugin have them. One is generated with buf and with protoc, built, and
// its server called from Go and from Python. The other one's protos are introspected from
// databases, and a program writes every table of those through the generated servers.
package consumer
