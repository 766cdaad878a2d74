package crud_test

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// Two repositories in one transaction.
func ExampleInTx() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()
	members := apitest.NewMemberRepository(db)

	err := crud.InTx(ctx, db, func(tx *crud.Tx) error {
		tx.AfterCommit(func(context.Context) { fmt.Println("committed") })
		if _, err := members.WithTx(tx).Create(ctx, &apitest.Member{Org: "ufa", Number: 1, Role: "director"}); err != nil {
			return err
		}
		_, err := films.WithTx(tx).Create(ctx, &apitest.Film{Title: "Faust"})
		return err
	})
	fmt.Println(err)
	// Output:
	// committed
	// <nil>
}

// Hooks run in the write's transaction: what they write stays or goes with it.
func ExampleHooks() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	members := apitest.NewMemberRepository(db, apitest.MemberHooks{
		BeforeCreate: func(ctx context.Context, w *crud.Write[*apitest.Member]) error {
			w.New.Badge = new(fmt.Sprint(w.New.GetOrg(), "-", w.New.GetNumber()))
			return nil
		},
		BeforeDelete: func(ctx context.Context, w *crud.Write[*apitest.Member]) error {
			if _, err := films.WithTx(w.Tx).Get(ctx, w.Old.GetNumber()); err == nil {
				return status.Error(codes.FailedPrecondition, "the member has a film")
			}
			return nil
		},
	})
	member, err := members.Create(ctx, &apitest.Member{Org: "ufa", Number: 1, Role: "director"})
	fmt.Println(member.GetBadge(), err)
	_, err = members.Delete(ctx, apitest.MemberKey{Org: "ufa", Number: 1})
	fmt.Println(err)
	// Output:
	// ufa-1 <nil>
	// rpc error: code = FailedPrecondition desc = the member has a film
}
