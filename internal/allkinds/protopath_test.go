package allkinds_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/internal/protopath"
)

func TestMapKey(t *testing.T) {
	t.Parallel()
	fields := (&allkinds.Document{}).ProtoReflect().Descriptor().Fields()
	for field, texts := range map[protoreflect.Name]map[string]string{ // "" is no key
		"labels":   {"a b": "a b", "$.x": "$.x"},
		"flags":    {"true": "true", "false": "false", "True": "", "": ""},
		"weights":  {"7": "7", "007": "7", "+7": "7", "-9223372036854775808": "-9223372036854775808", "9223372036854775808": "", "x": "", "7.0": ""},
		"counters": {"18446744073709551615": "18446744073709551615", "-1": "", "18446744073709551616": ""},
	} {
		for text, want := range texts {
			key, ok := protopath.MapKey(fields.ByName(field).MapKey(), text)
			assert.Equal(t, want != "", ok, "%s %q", field, text)
			if ok {
				assert.Equal(t, want, key.String())
			}
		}
	}
}

func TestEnds(t *testing.T) {
	t.Parallel()
	assert.True(t, protopath.Ends((&structpb.Struct{}).ProtoReflect().Descriptor()))
	address := (&allkinds.Address{}).ProtoReflect().Descriptor()
	assert.False(t, protopath.Ends(address))
	assert.Equal(t, []string{"city", "country", "zip"}, protopath.FieldNames(address))
}
