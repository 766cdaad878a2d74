package apitest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// Section 8: columns that an equality fixes are no part of the order, so that a deep
// page begins in the index where its place is. What is listed, and in which order, is as
// ever.
func TestPagesUnderAnEquality(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, apitest.MemberTable))
		recorder := crudtest.NewRecorder(db)
		members := apitest.NewMemberRepository(recorder)
		for i := range 20 {
			for _, org := range []string{"a", "b"} {
				_, err := members.Create(t.Context(), &apitest.Member{Org: org, Number: int64(i), Role: fmt.Sprint("r", i%3)})
				require.NoError(t, err)
			}
		}
		up, down, roles := make([]int64, 20), make([]int64, 20), []int64(nil)
		for i := range up {
			up[i], down[i] = int64(i), int64(19-i)
		}
		for r := range 3 {
			for i := r; i < 20; i += 3 {
				roles = append(roles, int64(i))
			}
		}
		org, number := crud.Equal("org", "b", true), crud.Equal("number", int64(7), true)
		tests := []struct {
			orderBy string
			equal   []crud.Equality
			want    []int64
		}{
			{"", []crud.Equality{org}, up},
			{"org desc", []crud.Equality{org}, up},
			{"org, number desc", []crud.Equality{org}, down},
			{"role, org", []crud.Equality{org}, roles},
			{"role desc", []crud.Equality{org, crud.Equal("role", "r1", true)}, roles[7:14]},
			{"", []crud.Equality{number}, []int64{7, 7}},
			{"", []crud.Equality{org, number}, []int64{7}},
			{"number, role", []crud.Equality{number, org}, []int64{7}},
		}
		for _, test := range tests {
			q := crud.Query{OrderBy: test.orderBy, Equal: test.equal, PageSize: 3}
			recorder.Reset()
			var got []int64
			for pages := 0; pages == 0 || q.PageToken != ""; pages++ {
				page, err := members.List(t.Context(), q)
				require.NoError(t, err)
				for _, m := range page.Items {
					got = append(got, m.GetNumber())
				}
				q.PageToken = page.NextPageToken
			}
			assert.Equal(t, test.want, got, "%+v", test)
			for _, sql := range recorder.Statements() {
				assert.NotContains(t, sql, "(members.org, members.number) >", "%+v", test)
			}
		}
	})
}
