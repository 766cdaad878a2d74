package client

import (
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/keepalive"
)

// connectTimeout is how long one attempt to connect may take. Without it an attempt
// may take no longer than the pause before the next, which is short here.
const connectTimeout = 20 * time.Second

// reconnect is how soon a server that was away is found again. gRPC's own default
// waits up to two minutes.
var reconnect = backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 5 * time.Second}

// serviceConfig is what gRPC does by itself: it takes replicas in turn, and may wait for
// a connection. Retries are none of it: its retryPolicy is chosen by the name of a
// method alone, and sees neither the RetryInfo of an answer nor the request_id of a
// request.
const serviceConfig = `{"loadBalancingConfig": [{"round_robin": {}}], "methodConfig": [{"name": [{}], "waitForReady": %t}]}`

// Dial returns a connection to the server that a config names. It does not wait for
// it: the first call does. Its errors are those of the config: of the address, of a
// number, of a file. Close the connection when nobody calls any more.
//
// A connection is for the whole process: it is safe for concurrent use, carries all
// calls at the same time, and finds the server again by itself. Share it among the
// clients of all services of the server.
func Dial(cfg Config) (*grpc.ClientConn, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	target, opts, err := cfg.dialOptions()
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	conn, err := grpc.NewClient(target, opts...)
	if err != nil {
		return nil, fmt.Errorf("client: the address %q: %w", cfg.Addr, err)
	}
	return conn, nil
}

func (c Config) dialOptions() (target string, opts []grpc.DialOption, err error) {
	creds, err := c.TLS.credentials(c.Logger)
	if err != nil {
		return "", nil, err
	}
	list, err := parseAddresses(c.Addr)
	if err != nil {
		return "", nil, err
	}
	target = c.Addr
	if list != nil {
		target = addressesScheme + ":///"
		opts = append(opts, grpc.WithResolvers(list))
	}
	calls := newCaller(c)
	opts = append(opts,
		grpc.WithTransportCredentials(creds),
		grpc.WithDefaultServiceConfig(fmt.Sprintf(serviceConfig, c.WaitForReady)),
		grpc.WithDisableRetry(), // by a policy that a name resolver brings; see serviceConfig
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: reconnect, MinConnectTimeout: connectTimeout}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: c.Keepalive.Time, Timeout: c.Keepalive.Timeout, PermitWithoutStream: c.Keepalive.WithoutCalls,
		}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(c.MaxReceiveBytes), grpc.MaxCallSendMsgSize(c.MaxSendBytes)),
		grpc.WithChainUnaryInterceptor(calls.unary),
		grpc.WithChainStreamInterceptor(calls.stream),
	)
	if c.Credentials != nil {
		opts = append(opts, grpc.WithPerRPCCredentials(c.Credentials))
	}
	return target, append(opts, c.DialOptions...), nil
}
