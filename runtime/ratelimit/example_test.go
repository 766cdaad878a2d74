package ratelimit_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"google.golang.org/grpc"

	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
)

// A service that is written by hand declares its limits in Go. Those of a proto come
// with its Info: ratelimit.Services(libraryv1.LibraryServiceInfo).
func Example() {
	limiter, err := ratelimit.New(ratelimit.NewMemory(), ratelimit.Services(ratelimit.Service{
		Name:   "weather.v1.WeatherService",
		Limits: []ratelimit.Limit{{MaxCalls: 1000, Period: time.Minute, Keys: []ratelimit.Key{ratelimit.Peer()}}},
		Methods: []ratelimit.Method{{
			FullName: "/weather.v1.WeatherService/Forecast",
			Limits:   []ratelimit.Limit{{MaxCalls: 2, Period: time.Hour, Keys: []ratelimit.Key{ratelimit.Principal()}}},
		}},
	}))
	if err != nil {
		log.Fatal(err)
	}
	grpc.NewServer(grpc.ChainUnaryInterceptor(limiter.Unary), grpc.ChainStreamInterceptor(limiter.Stream)).Stop()

	forecast := func(user string) error {
		ctx := identity.WithPrincipal(context.Background(), identity.Principal{ID: user})
		_, err := limiter.Unary(ctx, nil, &grpc.UnaryServerInfo{FullMethod: "/weather.v1.WeatherService/Forecast"},
			func(context.Context, any) (any, error) { return "sun", nil })
		return err
	}
	fmt.Println(forecast("ann"), forecast("ann"))
	var exceeded *ratelimit.ExceededError
	if errors.As(forecast("ann"), &exceeded) {
		fmt.Println("over the limit of", exceeded.Policy.Name)
	}
	fmt.Println(forecast("bob"))
	// Output:
	// <nil> <nil>
	// over the limit of weather.v1.WeatherService/Forecast
	// <nil>
}
