package client

import (
	"flag"
	"os"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/setting"
)

const (
	addrFlag = "client-addr"
	// serverAddrVariable says where runtime/server listens, which is where a client that
	// is not told otherwise finds it.
	serverAddrVariable = "GRPC_SERVER_ADDR"
)

// Flags defines a flag for each setting that is text, a number, a duration or a switch,
// as server.Config.Flags does; their names begin with client-, so that a program that
// is both has all of them. What the config says is the flag's default, and parsing
// writes to the config, so flags are read after FromEnv.
func (c *Config) Flags(fs *flag.FlagSet) {
	*c = c.withDefaults()
	plain := Config{}.withDefaults()
	setting.Define(fs, c.define, plain.define)
}

func (c *Config) define(fs *flag.FlagSet) {
	fs.StringVar(&c.Addr, addrFlag, c.Addr, "where the server is, `host:port`, several with commas between them, unix:PATH or a target of gRPC's")
	fs.BoolVar(&c.TLS.Enabled, "client-tls", c.TLS.Enabled, "use TLS with the authorities of the system")
	fs.StringVar(&c.TLS.CAFile, "client-tls-ca", c.TLS.CAFile, "the `file` of the authorities of servers' certificates, PEM")
	fs.StringVar(&c.TLS.CertFile, "client-tls-cert", c.TLS.CertFile, "the `file` of the client's certificate and its chain, PEM")
	fs.StringVar(&c.TLS.KeyFile, "client-tls-key", c.TLS.KeyFile, "the `file` of the certificate's key, PEM")
	fs.StringVar(&c.TLS.ServerName, "client-tls-server-name", c.TLS.ServerName, "the `name` in the server's certificate")
	fs.DurationVar(&c.Timeout, "client-timeout", c.Timeout, "the deadline of a unary call that has none")
	fs.IntVar(&c.MaxReceiveBytes, "client-max-receive-bytes", c.MaxReceiveBytes, "the largest answer in `bytes`")
	fs.IntVar(&c.MaxSendBytes, "client-max-send-bytes", c.MaxSendBytes, "the largest request in `bytes`")
	fs.DurationVar(&c.Keepalive.Time, "client-keepalive-time", c.Keepalive.Time, "how long a connection may be silent before it is pinged")
	fs.DurationVar(&c.Keepalive.Timeout, "client-keepalive-timeout", c.Keepalive.Timeout, "how long the answer to a ping may take")
	fs.BoolVar(&c.Keepalive.WithoutCalls, "client-keepalive-without-calls", c.Keepalive.WithoutCalls, "also ping where no call is in flight")
	fs.BoolVar(&c.WaitForReady, "client-wait-for-ready", c.WaitForReady, "have calls wait for a connection until their deadline")
	fs.IntVar(&c.Retry.MaxAttempts, "client-retry-max-attempts", c.Retry.MaxAttempts, "how many `times` a call is made that may be made again; 1 is once")
	fs.DurationVar(&c.Retry.Backoff, "client-retry-backoff", c.Retry.Backoff, "the mean pause before the second attempt")
	fs.DurationVar(&c.Retry.MaxBackoff, "client-retry-max-backoff", c.Retry.MaxBackoff, "the longest mean pause before an attempt")
	fs.BoolVar(&c.Retry.Exhausted, "client-retry-exhausted", c.Retry.Exhausted, "also make calls again that are over a limit, where the wait fits their deadline")
}

// FromEnv sets what the environment says: for each flag of Flags the variable of its
// name, GRPC_CLIENT_TLS_CA, GRPC_CLIENT_TIMEOUT, and the address also from
// GRPC_SERVER_ADDR if GRPC_CLIENT_ADDR is not set. An empty variable says nothing. The
// error names all that do not fit; the others are set.
func (c *Config) FromEnv() error {
	if addr := os.Getenv(serverAddrVariable); addr != "" {
		c.Addr = addr
	}
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	c.Flags(fs)
	return setting.FromEnv("client", fs, EnvName)
}

// EnvName returns the variable of a flag: GRPC_CLIENT_TLS_CA for client-tls-ca.
func EnvName(flag string) string {
	return "GRPC_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
