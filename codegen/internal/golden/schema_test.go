package golden_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/pluginpb"

	codemodel "github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/schema"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// The tables that `schema` prints and `migrate` plans for are those of the generated
// code, which has no comments.
func TestSchemaDescribesWhatIsGenerated(t *testing.T) {
	t.Parallel()
	for name, models := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			described := describe(t, models)
			for _, m := range models {
				want := m.table().Info()
				got := described[want.Message]
				require.NotNil(t, got, want.Message)
				got.Comment = ""
				for i := range got.Columns {
					got.Columns[i].Comment = ""
				}
				// What is not exported is made of what is.
				diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(crud.ColumnInfo{}), cmp.Comparer(samePattern))
				assert.Empty(t, diff)
			}
		})
	}
}

func samePattern(a, b *crud.Pattern) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.String() == b.String()
}

// describe returns the descriptions of the models' messages, by their names.
func describe(t *testing.T, models []model) map[string]*crud.TableInfo {
	t.Helper()
	req := &pluginpb.CodeGeneratorRequest{}
	seen := map[string]bool{}
	var add func(fd protoreflect.FileDescriptor)
	add = func(fd protoreflect.FileDescriptor) {
		if seen[fd.Path()] {
			return
		}
		seen[fd.Path()] = true
		for i := range fd.Imports().Len() {
			add(fd.Imports().Get(i).FileDescriptor)
		}
		req.ProtoFile = append(req.ProtoFile, protodesc.ToFileDescriptorProto(fd))
	}
	asked := map[string]bool{}
	for _, m := range models {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(m.table().Info().Message))
		require.NoError(t, err)
		if path := d.ParentFile().Path(); !asked[path] {
			asked[path] = true
			add(d.ParentFile())
			req.FileToGenerate = append(req.FileToGenerate, path)
		}
	}
	gen, err := protogen.Options{}.New(req)
	require.NoError(t, err)
	files, problems := codemodel.Load(gen)
	require.Empty(t, problems)
	described := map[string]*crud.TableInfo{}
	for _, table := range schema.Tables(files) {
		if described[table.Message] == nil { // a joining table has its owner's message
			described[table.Message] = table.TableInfo
		}
	}
	return described
}
