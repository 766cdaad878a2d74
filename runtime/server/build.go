package server

import (
	"math"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/protocrud/protoc-gen-go-crud/internal/certfile"
	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
)

// handshakeTimeout is how long a new connection may take to be one.
const handshakeTimeout = 20 * time.Second

func newRunning(cfg Config) (*running, error) {
	services, err := cfg.look()
	if err != nil {
		return nil, err
	}
	s := &running{
		Config:   cfg,
		health:   health.NewServer(),
		signals:  signals.New(cfg.Signals...),
		calls:    &inFlight{most: int64(cfg.MaxInFlight)},
		draining: make(chan struct{}),
	}
	if err := s.build(services); err != nil {
		return nil, &StartError{Problems: []string{err.Error()}}
	}
	s.follower = &follower{Health: cfg.Health, service: s.health, names: []string{""}, logger: cfg.Logger}
	for _, service := range services {
		s.follower.names = append(s.follower.names, service.desc.ServiceName)
		if service.plain {
			cfg.Logger.Warn("server: nothing is declared of a service; it has no limits and no permissions", "service", service.desc.ServiceName)
		}
	}
	return s, nil
}

// build makes the servers: that of the network and, where HTTP is served, the one inside.
// They have the same services, interceptors and bounds.
func (s *running) build(services []*served) error {
	options, err := s.options(services)
	if err != nil {
		return err
	}
	var certificates *certfile.Keeper
	outside := options
	if s.TLS.CertFile != "" {
		if certificates, err = s.TLS.keep(s.Logger); err != nil {
			return err
		}
		outside = append([]grpc.ServerOption{grpc.Creds(credentials.NewTLS(serving(certificates, "h2")))}, options...)
	}
	s.server = grpc.NewServer(outside...)
	s.register(s.server, services)
	if s.HTTP.Handler == nil {
		return nil
	}
	if s.front, err = s.newFront(options, certificates); err != nil {
		return err
	}
	s.register(s.front.inside.server, services)
	return nil
}

func (s *running) register(server *grpc.Server, services []*served) {
	for _, service := range services {
		server.RegisterService(service.desc, service.impl)
	}
	healthpb.RegisterHealthServer(server, s.health)
	if s.Reflection {
		reflection.Register(server)
	}
}

// options returns those of the gRPC servers, but for their credentials.
func (s *running) options(services []*served) ([]grpc.ServerOption, error) {
	chain, err := newChain(s.Config, services, s.calls, s.signals)
	if err != nil {
		return nil, err
	}
	k := s.Keepalive
	options := []grpc.ServerOption{
		grpc.ConnectionTimeout(handshakeTimeout),
		grpc.MaxRecvMsgSize(s.MaxReceiveBytes),
		grpc.MaxSendMsgSize(s.MaxSendBytes),
		grpc.MaxHeaderListSize(uint32(min(s.MaxHeaderBytes, math.MaxUint32))),
		grpc.MaxConcurrentStreams(uint32(min(s.MaxConcurrentStreams, math.MaxUint32))),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			Time: k.Time, Timeout: k.Timeout,
			MaxConnectionIdle: k.MaxIdle, MaxConnectionAge: k.MaxAge, MaxConnectionAgeGrace: k.MaxAgeGrace,
		}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: k.MinTime, PermitWithoutStream: true}),
		grpc.ChainUnaryInterceptor(chain.unary...),
		grpc.ChainStreamInterceptor(chain.stream...),
	}
	for _, h := range chain.stats {
		options = append(options, grpc.StatsHandler(h))
	}
	options = append(options, s.ServerOptions...)
	return append(options, grpc.ChainStreamInterceptor(doorman{s.draining}.stream)), nil
}
