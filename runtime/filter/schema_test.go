package filter_test

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// genres is an enum.
var genres = newGenres("GENRE_UNSPECIFIED", "FICTION", "POETRY")

func newGenres(names ...string) protoreflect.EnumDescriptor {
	e := &descriptorpb.EnumDescriptorProto{Name: proto.String("Genre")}
	for i, name := range names {
		e.Value = append(e.Value, &descriptorpb.EnumValueDescriptorProto{Name: proto.String(name), Number: proto.Int32(int32(i))})
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("genre.proto"), Syntax: proto.String("proto3"), EnumType: []*descriptorpb.EnumDescriptorProto{e},
	}, nil)
	if err != nil {
		panic(err)
	}
	return file.Enums().Get(0)
}

// field returns a field that filters and orders may name, in a column of its name.
func field(path string, k filter.Kind, changes ...func(*filter.Field)) filter.Field {
	f := filter.Field{
		Path: path, Columns: []string{strings.ReplaceAll(path, ".", "_")}, Kind: k,
		Filterable: true, Orderable: true,
	}
	if k == filter.Enum {
		f.Enum = genres
	}
	for _, change := range changes {
		change(&f)
	}
	return f
}

func nullIs(n filter.Null) func(*filter.Field) { return func(f *filter.Field) { f.Null = n } }

func repeated(f *filter.Field) { f.Repeated = true }

func searched(f *filter.Field) { f.Search = true }

// bookName is the name of a book, shelves/{shelf}/books/{book}.
func bookName() filter.Field {
	return filter.Field{
		Path: "name", Columns: []string{"shelf", "book"}, Kind: filter.Name, Filterable: true, Orderable: true,
		Key: func(name string, _ filter.Dialect) ([]any, bool) {
			s := strings.Split(name, "/")
			if len(s) != 4 || s[0] != "shelves" || s[2] != "books" {
				return nil, false
			}
			return []any{s[1], s[3]}, true
		},
	}
}

// books is a schema with a field of each kind and shape that the tests need.
var books = filter.NewSchema("books",
	bookName(),
	field("title", filter.String, searched),
	field("subtitle", filter.String, nullIs(filter.NullIsUnset), searched),
	field("author.given_name", filter.String, nullIs(filter.NullIsUnknown)),
	field("author.born", filter.Timestamp, nullIs(filter.NullIsUnknown)),
	field("notes", filter.String, nullIs(filter.NullIsZero)),
	field("pages", filter.Int32),
	field("stock", filter.Int32, nullIs(filter.NullIsUnset)),
	field("sold", filter.Int64),
	field("lent", filter.Uint32),
	field("isbn", filter.Uint64),
	field("price", filter.Double),
	field("weight", filter.Float, nullIs(filter.NullIsUnset)),
	field("signed", filter.Bool),
	field("genre", filter.Enum),
	field("cover", filter.Bytes),
	field("uid", filter.UUID, nullIs(filter.NullIsZero)),
	field("edition", filter.UUID),
	field("published", filter.Timestamp, nullIs(filter.NullIsUnset)),
	field("reading_time", filter.Duration, nullIs(filter.NullIsUnset)),
	field("tags", filter.String, repeated),
	field("ratings", filter.Int32, repeated),
	field("codes", filter.Uint64, repeated),
	field("genres", filter.Enum, repeated, nullIs(filter.NullIsUnknown)),
	filter.Field{Path: "secret", Columns: []string{"secret"}, Kind: filter.String},
)
