package server

import (
	"flag"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/setting"
)

// envPrefix begins the names of the variables that FromEnv reads.
const envPrefix = "GRPC_SERVER_"

// Flags defines a flag for each setting that is text, a number, a duration or a switch.
// What the config says is the flag's default, and parsing writes to the config, so
// flags are read after FromEnv. Where a zero field has another default, 0 is no value
// of the flag.
func (c *Config) Flags(fs *flag.FlagSet) {
	*c = c.withDefaults()
	plain := Config{}.withDefaults()
	setting.Define(fs, c.define, plain.define)
}

func (c *Config) define(fs *flag.FlagSet) {
	fs.StringVar(&c.Addr, "addr", c.Addr, "where to listen, `host:port` or unix:PATH")
	fs.StringVar(&c.TLS.CertFile, "tls-cert", c.TLS.CertFile, "the `file` of the certificate and its chain, PEM")
	fs.StringVar(&c.TLS.KeyFile, "tls-key", c.TLS.KeyFile, "the `file` of the certificate's key, PEM")
	fs.StringVar(&c.TLS.ClientCAFile, "tls-client-ca", c.TLS.ClientCAFile, "the `file` of the authorities of clients' certificates, which are then demanded, PEM")
	fs.IntVar(&c.MaxReceiveBytes, "max-receive-bytes", c.MaxReceiveBytes, "the largest message of a client in `bytes`")
	fs.IntVar(&c.MaxSendBytes, "max-send-bytes", c.MaxSendBytes, "the largest answer in `bytes`")
	fs.IntVar(&c.MaxHeaderBytes, "max-header-bytes", c.MaxHeaderBytes, "the largest header list of a call in `bytes`")
	fs.IntVar(&c.MaxConcurrentStreams, "max-concurrent-streams", c.MaxConcurrentStreams, "the largest number of `calls` at once on a connection")
	fs.IntVar(&c.MaxInFlight, "max-in-flight", c.MaxInFlight, "the largest number of `calls` at once; 0 is no bound")
	fs.DurationVar(&c.Keepalive.Time, "keepalive-time", c.Keepalive.Time, "how long a connection may be silent before it is pinged")
	fs.DurationVar(&c.Keepalive.Timeout, "keepalive-timeout", c.Keepalive.Timeout, "how long the answer to a ping may take")
	fs.DurationVar(&c.Keepalive.MinTime, "keepalive-min-time", c.Keepalive.MinTime, "the least time between two pings of a client")
	fs.DurationVar(&c.Keepalive.MaxIdle, "keepalive-max-idle", c.Keepalive.MaxIdle, "how long a connection without calls is kept; 0 is forever")
	fs.DurationVar(&c.Keepalive.MaxAge, "keepalive-max-age", c.Keepalive.MaxAge, "after how long a connection is closed; 0 is never")
	fs.DurationVar(&c.Keepalive.MaxAgeGrace, "keepalive-max-age-grace", c.Keepalive.MaxAgeGrace, "how long the calls of an old connection may go on; 0 is until they end")
	fs.DurationVar(&c.Health.Interval, "health-interval", c.Health.Interval, "the time between two pings of the database")
	fs.DurationVar(&c.Health.Timeout, "health-timeout", c.Health.Timeout, "how long a ping of the database may take")
	fs.IntVar(&c.Health.Failures, "health-failures", c.Health.Failures, "how many failed `pings` in a row make health NOT_SERVING")
	fs.IntVar(&c.Health.Successes, "health-successes", c.Health.Successes, "how many good `pings` in a row make health SERVING again")
	fs.BoolVar(&c.Reflection, "reflection", c.Reflection, "tell clients what is served")
	fs.BoolVar(&c.DefaultDeny, "default-deny", c.DefaultDeny, "refuse the calls of methods that no permission is declared for")
	fs.DurationVar(&c.DrainDelay, "drain-delay", c.DrainDelay, "how long calls are still taken after health says NOT_SERVING")
	fs.DurationVar(&c.DrainTimeout, "drain-timeout", c.DrainTimeout, "how long the calls in flight have to end")
	fs.DurationVar(&c.ShutdownTimeout, "shutdown-timeout", c.ShutdownTimeout, "how long the shutdown hooks have")
	fs.BoolVar(&c.ListMethods, "list-methods", c.ListMethods, "print what is served, and exit")
}

// FromEnv sets what the environment says: for each flag of Flags the variable of its
// name, GRPC_SERVER_ADDR, GRPC_SERVER_TLS_CERT, GRPC_SERVER_DRAIN_TIMEOUT. An empty
// variable says nothing. The error names all that do not fit; the others are set.
func (c *Config) FromEnv() error {
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	c.Flags(fs)
	return setting.FromEnv("server", fs, EnvName)
}

// EnvName returns the variable of a flag: GRPC_SERVER_TLS_CERT for tls-cert.
func EnvName(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
