package main

import (
	"context"
	"errors"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
)

// A story calls the library and checks its answers.
type story struct {
	*printer
	library libraryv1.LibraryServiceClient
	ctx     context.Context

	// What earlier chapters leave to later ones.
	reader *libraryv1.User
	author *libraryv1.Author
}

// tell runs all chapters. Its error is the first surprise.
func tell(ctx context.Context, library libraryv1.LibraryServiceClient, p *printer) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case surprise:
			err = errors.Join(r.error, context.Cause(ctx))
		default:
			panic(r)
		}
	}()
	s := &story{printer: p, library: library, ctx: ctx}
	s.users()
	s.authors()
	s.shelves()
	s.books()
	s.pages()
	s.searches()
	s.relations()
	s.edits()
	s.messages()
	s.deletions()
	s.loans()
	s.branches()
	s.returns()
	return nil
}

// branch returns a context for calls of a branch of the library.
func (s *story) branch(name string) context.Context {
	return metadata.AppendToOutgoingContext(s.ctx, server.TenantHeader, name)
}

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }
