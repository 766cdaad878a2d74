package server

import (
	"errors"
	"fmt"
	"strings"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A StartError says all that keeps a server from starting.
type StartError struct {
	// Problems are sentences without an end.
	Problems []string
}

// Error returns the problems, a line each.
func (e *StartError) Error() string {
	return "server: it cannot start:\n- " + strings.Join(e.Problems, "\n- ")
}

// look registers all services with nobody, and finds what is wrong with the config.
func (c Config) look() ([]*served, error) {
	e := &StartError{}
	add := func(err error) {
		if err != nil {
			e.Problems = append(e.Problems, err.Error())
		}
	}
	if len(c.Services) == 0 {
		add(errors.New("there are no Services"))
	}
	var all []*served
	names := map[string]bool{}
	for _, service := range c.Services {
		s, err := look(service)
		add(err)
		if err != nil {
			continue
		}
		if name := s.desc.ServiceName; names[name] {
			add(fmt.Errorf("%s is there twice", name))
		} else if name == healthpb.Health_ServiceDesc.ServiceName || c.Reflection && ownMethod("/"+name+"/") {
			add(fmt.Errorf("%s is among the Services, and the server has its own", name))
		}
		names[s.desc.ServiceName] = true
		add(c.limitProblem(s.info))
		add(c.accessProblem(s.info))
		all = append(all, s)
	}
	add(c.TLS.check())
	add(c.HTTP.check())
	for _, err := range c.numberProblems() {
		add(err)
	}
	if len(c.ReflectionPermissions) > 0 {
		add(c.guardProblem("ReflectionPermissions is set"))
	}
	if len(e.Problems) > 0 {
		return nil, e
	}
	return all, nil
}

// limitProblem says that limits are declared and nobody can count.
func (c Config) limitProblem(info crud.ServiceInfo) error {
	var of []string
	if len(info.Limits) > 0 {
		of = append(of, "the service")
	}
	for _, m := range info.Methods {
		if len(m.Limits) > 0 {
			of = append(of, methodName(m.FullName))
		}
	}
	if len(of) == 0 || c.LimitStore != nil {
		return nil
	}
	return fmt.Errorf("%s declares rate limits (%s), and there is no LimitStore; ratelimit.NewMemory() makes one", info.Name, strings.Join(of, ", "))
}

// accessProblem says that permissions are declared and nobody can be asked for them.
func (c Config) accessProblem(info crud.ServiceInfo) error {
	var of []string
	if len(info.Permissions) > 0 {
		of = append(of, "the service")
	}
	for _, m := range info.Methods {
		if len(m.Permissions) > 0 {
			of = append(of, methodName(m.FullName))
		}
	}
	if len(of) == 0 {
		return nil
	}
	return c.guardProblem(fmt.Sprintf("%s declares permissions (%s)", info.Name, strings.Join(of, ", ")))
}

func (c Config) guardProblem(because string) error {
	var missing []string
	if c.Authenticator == nil {
		missing = append(missing, "no Authenticator")
	}
	if c.Authorizer == nil {
		missing = append(missing, "no Authorizer")
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%s, and there is %s", because, strings.Join(missing, " and "))
}

// numberProblems says which numbers are no use. Zero is a default everywhere.
func (c Config) numberProblems() []error {
	var errs []error
	for _, n := range []struct {
		name  string
		value int64
	}{
		{"MaxReceiveBytes", int64(c.MaxReceiveBytes)},
		{"MaxSendBytes", int64(c.MaxSendBytes)},
		{"MaxHeaderBytes", int64(c.MaxHeaderBytes)},
		{"MaxConcurrentStreams", int64(c.MaxConcurrentStreams)},
		{"MaxInFlight", int64(c.MaxInFlight)},
		{"Keepalive.Time", int64(c.Keepalive.Time)},
		{"Keepalive.Timeout", int64(c.Keepalive.Timeout)},
		{"Keepalive.MinTime", int64(c.Keepalive.MinTime)},
		{"Keepalive.MaxIdle", int64(c.Keepalive.MaxIdle)},
		{"Keepalive.MaxAge", int64(c.Keepalive.MaxAge)},
		{"Keepalive.MaxAgeGrace", int64(c.Keepalive.MaxAgeGrace)},
		{"Health.Interval", int64(c.Health.Interval)},
		{"Health.Timeout", int64(c.Health.Timeout)},
		{"Health.Failures", int64(c.Health.Failures)},
		{"Health.Successes", int64(c.Health.Successes)},
		{"HTTP.HeaderTimeout", int64(c.HTTP.HeaderTimeout)},
		{"HTTP.BodyTimeout", int64(c.HTTP.BodyTimeout)},
		{"HTTP.WriteTimeout", int64(c.HTTP.WriteTimeout)},
		{"HTTP.IdleTimeout", int64(c.HTTP.IdleTimeout)},
		{"DrainDelay", int64(c.DrainDelay)},
		{"DrainTimeout", int64(c.DrainTimeout)},
		{"ShutdownTimeout", int64(c.ShutdownTimeout)},
	} {
		if n.value < 0 {
			errs = append(errs, fmt.Errorf("%s is negative", n.name))
		}
	}
	return errs
}

// methodName returns the last part of a full method name.
func methodName(full string) string { return full[strings.LastIndexByte(full, '/')+1:] }
