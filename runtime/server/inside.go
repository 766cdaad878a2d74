package server

import (
	"context"
	"math"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
)

// insideBuffer is how many bytes are on their way inside the process, in each direction.
// A pipe without a buffer would have each write wait for its reader.
const insideBuffer = 256 << 10

// An inside is a gRPC server that only its own process reaches, through conn: the
// services and interceptors are those of the server outside. It believes what conn says
// of callers, which is why it is a server of its own.
type inside struct {
	server   *grpc.Server
	listener *bufconn.Listener
	conn     *grpc.ClientConn
}

// newInside returns the inside of a server with options.
func newInside(cfg Config, options []grpc.ServerOption) (*inside, error) {
	who := newCallers()
	in := &inside{listener: bufconn.Listen(insideBuffer)}
	all := append([]grpc.ServerOption{grpc.StatsHandler(who)}, options...)
	in.server = grpc.NewServer(append(all,
		grpc.Creds(insecure.NewCredentials()),
		grpc.MaxConcurrentStreams(math.MaxUint32), // one connection has the calls of all that HTTP bounds
	)...)
	var err error
	in.conn, err = grpc.NewClient("passthrough:///inside",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return in.listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDisableServiceConfig(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(cfg.MaxSendBytes)),
		grpc.WithChainUnaryInterceptor(who.unary),
		grpc.WithChainStreamInterceptor(who.stream),
	)
	return in, err
}
