package crudtest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// A ServerOption changes how [Start] sets up a server.
type ServerOption func(*serverConfig)

type serverConfig struct {
	settings map[string]string
	err      error
}

// WithSetting sets a parameter of the server's configuration, as -c does on its
// command line. WithSetting("log_statement", "all") has [Server.Log] show every
// statement. The last value given for a name counts; it wins over the defaults of
// this package.
//
// What the server's URL and log depend on cannot be set: listen_addresses, port,
// unix_socket_directories, data_directory, log_destination and logging_collector
// are an error of Start. So is a name or a value that the server refuses.
func WithSetting(name, value string) ServerOption {
	return func(c *serverConfig) {
		switch {
		case c.err != nil:
		case !settingName.MatchString(name):
			c.err = fmt.Errorf("WithSetting: %q is not the name of a parameter", name)
		case slices.Contains(ownSettings, name):
			c.err = fmt.Errorf("WithSetting: %s is set by crudtest itself", name)
		default:
			c.settings[name] = value
		}
	}
}

// settingName matches the lower-case names that PostgreSQL documents, and those of
// extensions with their prefix. The server folds case, which would let a name past ownSettings.
var settingName = regexp.MustCompile(`^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$`)

var ownSettings = []string{
	"listen_addresses", "port", "unix_socket_directories", "data_directory",
	"log_destination", "logging_collector",
}

// newServerConfig starts from settings for data that nobody will miss.
func newServerConfig(opts []ServerOption) (serverConfig, error) {
	c := serverConfig{settings: map[string]string{
		"fsync":              "off",
		"full_page_writes":   "off",
		"max_connections":    "200",
		"shared_buffers":     "32MB",
		"synchronous_commit": "off",
	}}
	for _, opt := range opts {
		opt(&c)
	}
	return c, c.err
}

// args returns the settings as arguments of the server, in the order of their
// names.
func (c serverConfig) args() []string {
	var args []string
	for _, name := range slices.Sorted(maps.Keys(c.settings)) {
		args = append(args, "-c", name+"="+c.settings[name])
	}
	return args
}
