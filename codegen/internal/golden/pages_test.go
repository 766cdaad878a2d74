package golden_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/hybrid"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/opaquelisting"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
)

// Pages are walked at every API level of Go's protobuf.
func TestPagesAtEveryAPILevel(t *testing.T) {
	t.Parallel()
	t.Run("opaque", func(t *testing.T) {
		t.Parallel()
		list := func(_ context.Context, req *opaquelisting.ListDocsRequest, _ ...grpc.CallOption) (*opaquelisting.ListDocsResponse, error) {
			if req.GetPageToken() == "" {
				return opaquelisting.ListDocsResponse_builder{Docs: []*opaquelisting.Doc{{}}, NextPageToken: new("second")}.Build(), nil
			}
			assert.Equal(t, "second", req.GetPageToken())
			return opaquelisting.ListDocsResponse_builder{Docs: []*opaquelisting.Doc{{}, {}}}.Build(), nil
		}
		docs := 0
		for _, err := range client.Pages(t.Context(), list, &opaquelisting.ListDocsRequest{}, (*opaquelisting.ListDocsResponse).GetDocs) {
			require.NoError(t, err)
			docs++
		}
		assert.Equal(t, 3, docs)
	})
	t.Run("hybrid", func(t *testing.T) {
		t.Parallel()
		list := func(_ context.Context, req *hybrid.ListDocsRequest, _ ...grpc.CallOption) (*hybrid.ListDocsResponse, error) {
			if req.GetPageToken() == "" {
				return hybrid.ListDocsResponse_builder{Docs: []*hybrid.Doc{{}}, NextPageToken: new("second")}.Build(), nil
			}
			return hybrid.ListDocsResponse_builder{Docs: []*hybrid.Doc{{}, {}}}.Build(), nil
		}
		docs := 0
		for _, err := range client.Pages(t.Context(), list, nil, (*hybrid.ListDocsResponse).GetDocs) {
			require.NoError(t, err)
			docs++
		}
		assert.Equal(t, 3, docs)
	})
}
