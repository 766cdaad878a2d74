package server

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TenantHeader is the metadata key in which a call names its branch. A real service
// takes the branch from who is logged in, not from what the caller says.
const TenantHeader = "x-tenant"

type tenantKey struct{}

// WithTenant returns a context for calls of a branch.
func WithTenant(ctx context.Context, tenant string) context.Context {
	return context.WithValue(ctx, tenantKey{}, tenant)
}

// Tenant returns the branch of a call. Without one it is UNAUTHENTICATED: nothing of
// a branch is shown to nobody in particular.
func Tenant(ctx context.Context) (string, error) {
	if tenant, ok := ctx.Value(tenantKey{}).(string); ok && tenant != "" {
		return tenant, nil
	}
	return "", &crud.Error{
		Code: codes.Unauthenticated, Reason: "TENANT_MISSING", Domain: domain,
		Message:  "the metadata " + TenantHeader + " is missing",
		Metadata: map[string]string{"metadata": TenantHeader},
	}
}

// tenantOfCall is the interceptor that moves the branch from the metadata to the
// context.
func tenantOfCall(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if values := metadata.ValueFromIncomingContext(ctx, TenantHeader); len(values) == 1 {
		ctx = WithTenant(ctx, values[0])
	}
	return handler(ctx, req)
}
