package crud_test

import (
	"context"
	"errors"
	"fmt"

	sq "github.com/Masterminds/squirrel"
)

func ExampleRepository_Select() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	long, err := films.Select(ctx).
		Where(sq.Gt{"films.minutes": 90}).
		Where("films.language = ?", "de").
		OrderBy("films.minutes DESC").
		Limit(1).
		All(ctx)
	fmt.Println(long[0].GetTitle(), err)
	// Output: Metropolis <nil>
}

func ExampleRepository_UpdateWhere() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	n, err := films.UpdateWhere(ctx).
		Set("minutes", sq.Expr("minutes + 1")).
		Where(sq.Eq{"films.language": "en"}).
		Exec(ctx)
	fmt.Println(n, err)

	_, err = films.UpdateWhere(ctx).Set("minutes", 0).Exec(ctx) // no Where
	fmt.Println(errors.Unwrap(err))                             // not for clients
	// Output:
	// 2 <nil>
	// crud: an update or delete of several rows needs a Where; Where("true") means every row
}
