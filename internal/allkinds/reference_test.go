package allkinds_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
)

func containsBacktick(s string) bool { return strings.Contains(s, "`") }

func equal(t *testing.T, want, got proto.Message) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// apply is what AIP-161 says of one path: dst gets what src has of it. The last part may
// be a map's key, in backticks.
func apply(dst, src protoreflect.Message, path string) {
	name, rest, deeper := strings.Cut(path, ".")
	fd := dst.Descriptor().Fields().ByName(protoreflect.Name(name))
	switch {
	case deeper && fd.IsMap():
		applyEntry(dst, src, fd, strings.Trim(rest, "`"))
	case deeper:
		if src.Has(fd) || dst.Has(fd) {
			apply(dst.Mutable(fd).Message(), src.Get(fd).Message(), rest)
		}
	case src.Has(fd):
		dst.Set(fd, proto.Clone(src.Interface()).ProtoReflect().Get(fd))
	default:
		dst.Clear(fd)
	}
}

func applyEntry(dst, src protoreflect.Message, fd protoreflect.FieldDescriptor, key string) {
	var value protoreflect.Value
	var at protoreflect.MapKey
	for _, m := range []protoreflect.Message{dst, src} {
		m.Get(fd).Map().Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
			if k.String() == key {
				at = k
			}
			return true
		})
	}
	if !at.IsValid() {
		return // another path has removed it
	}
	if src.Get(fd).Map().Has(at) {
		value = proto.Clone(src.Interface()).ProtoReflect().Get(fd).Map().Get(at)
		dst.Mutable(fd).Map().Set(at, value)
	} else if dst.Has(fd) {
		dst.Mutable(fd).Map().Clear(at)
	}
}
