package rls_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
	"github.com/protocrud/protoc-gen-go-crud/runtime/rls"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

// as is a call of a tenant.
func as(ctx context.Context, tenant string) context.Context {
	return identity.WithPrincipal(ctx, identity.Principal{ID: tenant})
}

// shelvesOf makes a table of shelves whose rows are their tenants' by a policy. The
// repository knows nothing of tenants.
func shelvesOf(t testing.TB, opts ...crudtest.PostgresOption) (pool *pgxpool.Pool, db crud.DB) {
	t.Helper()
	pool = crudtest.Postgres(t, opts...)
	ctx := t.Context()
	require.NoError(t, crud.CreateTables(ctx, pool, bookpb.ShelfTable))
	role := "rls_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	var schema string
	require.NoError(t, pool.QueryRow(ctx, "SELECT current_schema()").Scan(&schema))
	for _, sql := range []string{
		"ALTER TABLE shelves ADD COLUMN tenant text NOT NULL",
		"ALTER TABLE shelves ALTER COLUMN tenant SET DEFAULT current_setting('app.tenant')",
		"ALTER TABLE shelves DROP CONSTRAINT shelves_pkey, ADD PRIMARY KEY (tenant, shelf_id)",
		"ALTER TABLE shelves ENABLE ROW LEVEL SECURITY",
		"CREATE POLICY tenancy ON shelves USING (tenant = current_setting('app.tenant'))",
		"CREATE ROLE " + role,
		"GRANT USAGE ON SCHEMA " + schema + " TO " + role,
		"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema + " TO " + role,
	} {
		_, err := pool.Exec(ctx, sql)
		require.NoError(t, err, sql)
	}
	t.Cleanup(func() { // before the pool is closed
		_, err := pool.Exec(context.WithoutCancel(ctx), "DROP OWNED BY "+role+"; DROP ROLE "+role)
		assert.NoError(t, err)
	})
	return pool, rls.New(pool, func(ctx context.Context) ([]rls.Setting, error) {
		p, ok := identity.FromContext(ctx)
		if !ok {
			return nil, status.Error(codes.PermissionDenied, "no tenant")
		}
		return []rls.Setting{{Name: "role", Value: role}, {Name: "app.tenant", Value: p.ID}}, nil
	})
}

func shelf(id, theme string) *bookpb.Shelf {
	return &bookpb.Shelf{Name: "shelves/" + id, Theme: theme}
}

// TestStore: a repository under row-level security keeps the contract of a store, that
// tenants do not meet included.
func TestStore(t *testing.T) {
	t.Parallel()
	crudtest.TestStore(t, crudtest.StoreSuite[*bookpb.Shelf, bookpb.ShelfKey]{
		Table: bookpb.ShelfTable,
		Open: func(t testing.TB) crud.Store[*bookpb.Shelf, bookpb.ShelfKey] {
			_, db := shelvesOf(t)
			return bookpb.NewShelfRepository(db)
		},
		New:    func(i int) *bookpb.Shelf { return shelf(fmt.Sprintf("s%d", i), fmt.Sprintf("Theme %d", i)) },
		Tenant: func(ctx context.Context, i int) context.Context { return as(ctx, fmt.Sprintf("t%d", i)) },
	})
}

// TestNoLeak: 10,000 calls of two tenants in turn over one connection, many of which fail,
// are cancelled, panic or are given up: nobody sees what is the other's, and afterwards
// the connection is as it was.
func TestNoLeak(t *testing.T) {
	t.Parallel()
	pool, db := shelvesOf(t, crudtest.WithMaxConns(1))
	shelves := bookpb.NewShelfRepository(db)
	tenants := []string{"a", "b"}
	for _, tenant := range tenants {
		for i := range 5 {
			_, err := shelves.Create(as(t.Context(), tenant), shelf(fmt.Sprintf("s%d", i), tenant))
			require.NoError(t, err)
		}
	}
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := range 2500 {
				tenant := tenants[(w+i)%2]
				if err := leak(as(t.Context(), tenant), db, shelves, tenant, i); !assert.NoError(t, err, "call %d of %s", i, tenant) {
					return
				}
			}
		})
	}
	group.Wait()
	var tenant, role string
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT coalesce(current_setting('app.tenant', true), ''), current_setting('role')").Scan(&tenant, &role))
	assert.Empty(t, tenant)
	assert.Equal(t, "none", role)
}

// leak makes the i-th call, and returns what it should not have seen.
func leak(ctx context.Context, db crud.DB, shelves bookpb.ShelfRepository, tenant string, i int) error {
	key := bookpb.ShelfKey{ShelfId: fmt.Sprintf("s%d", i%5)}
	errStop := errors.New("stop")
	switch i % 8 {
	case 0:
		page, err := shelves.List(ctx, crud.Query{PageSize: 10})
		if err != nil {
			return err
		}
		return foreign(tenant, 5, page.Items...)
	case 1: // a stream that is given up
		for m, err := range shelves.All(ctx, crud.Query{}) {
			if err != nil {
				return err
			}
			return foreign(tenant, 1, m)
		}
	case 2: // cancelled before or while it is sent
		cancelled, cancel := context.WithCancel(ctx)
		if i%16 == 2 {
			cancel()
		} else {
			go cancel()
		}
		m, err := shelves.Get(cancelled, key)
		cancel()
		if err != nil {
			return nil
		}
		return foreign(tenant, 1, m)
	case 3: // an error of the database
		if _, err := shelves.Create(ctx, shelf(key.ShelfId, tenant)); status.Code(err) != codes.AlreadyExists {
			return fmt.Errorf("created again: %w", err)
		}
	case 4: // a panic inside a transaction
		defer func() { _ = recover() }()
		return crud.InTx(ctx, db, func(tx *crud.Tx) error {
			if _, err := shelves.WithTx(tx).Get(ctx, key); err != nil {
				return err
			}
			panic("inside")
		})
	case 5: // a transaction that is rolled back
		err := crud.InTx(ctx, db, func(tx *crud.Tx) error {
			n, err := tx.Exec(ctx, "UPDATE shelves SET theme = 'x'")
			if err != nil || n.RowsAffected() != 5 {
				return fmt.Errorf("updated %d rows: %w", n.RowsAffected(), err)
			}
			return errStop
		})
		if !errors.Is(err, errStop) {
			return err
		}
	case 6:
		m, err := shelves.Update(ctx, shelf(key.ShelfId, tenant), nil)
		if err != nil {
			return err
		}
		return foreign(tenant, 1, m)
	default:
		var n int
		if err := db.QueryRow(ctx, "SELECT count(*) FROM shelves").Scan(&n); err != nil || n != 5 {
			return fmt.Errorf("counted %d: %w", n, err)
		}
	}
	return nil
}

func foreign(tenant string, n int, found ...*bookpb.Shelf) error {
	if len(found) != n {
		return fmt.Errorf("found %d of %d", len(found), n)
	}
	for _, m := range found {
		if m.GetTheme() != tenant {
			return fmt.Errorf("saw %v", m)
		}
	}
	return nil
}

// TestRefuses: without a value for every setting nothing is sent.
func TestRefuses(t *testing.T) {
	t.Parallel()
	pool := crudtest.Postgres(t)
	require.NoError(t, crud.CreateTables(t.Context(), pool, bookpb.ShelfTable))
	cases := map[string]struct {
		settings []rls.Setting
		err      error
		code     codes.Code
	}{
		"an error":       {nil, status.Error(codes.PermissionDenied, "no"), codes.PermissionDenied},
		"nothing":        {nil, nil, codes.Internal},
		"an empty value": {[]rls.Setting{{Name: "app.tenant"}}, nil, codes.Internal},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shelves := bookpb.NewShelfRepository(rls.New(pool, func(context.Context) ([]rls.Setting, error) { return c.settings, c.err }))
			ctx := t.Context()
			_, err := crud.GetNamed(ctx, bookpb.ShelfTable, shelves, "shelves/a", crud.ReadMask(&fieldmaskpb.FieldMask{Paths: []string{"x"}}))
			assert.Equal(t, c.code, status.Code(err), "%v", err)
			_, err = crud.GetNamed(ctx, bookpb.ShelfTable, shelves, "shelves/a")
			assert.Equal(t, c.code, status.Code(err), "%v", err)
			_, err = crud.CreateNamed(ctx, bookpb.ShelfTable, shelves, "", "a", shelf("", "T"))
			assert.Equal(t, c.code, status.Code(err), "%v", err)
			_, err = crud.List(ctx, bookpb.ShelfTable, shelves, crud.Query{Filter: "("})
			assert.Equal(t, c.code, status.Code(err), "%v", err)
		})
	}
	nobody := rls.New(pool, func(context.Context) ([]rls.Setting, error) {
		return []rls.Setting{{Name: "role", Value: "nobody at all"}}, nil
	})
	_, err := bookpb.NewShelfRepository(nobody).Get(t.Context(), bookpb.ShelfKey{ShelfId: "a"})
	assert.Equal(t, codes.Internal, status.Code(err), "%v", err)
	err = crud.InTx(t.Context(), nobody, func(*crud.Tx) error { return nil })
	assert.Equal(t, codes.Internal, status.Code(err), "%v", err)
	assert.Panics(t, func() { rls.New(otherEngine{pool}, nil) })
}

// An otherEngine is not PostgreSQL.
type otherEngine struct{ *pgxpool.Pool }

func (otherEngine) Dialect() crud.Dialect { return crud.SQLite }

// TestNoRows: QueryRow without a row is pgx's error.
func TestNoRows(t *testing.T) {
	t.Parallel()
	_, db := shelvesOf(t)
	var n int
	ctx := as(t.Context(), "a")
	require.ErrorIs(t, db.QueryRow(ctx, "SELECT 1 FROM shelves").Scan(&n), pgx.ErrNoRows)
	require.Error(t, db.QueryRow(t.Context(), "SELECT 1").Scan(&n))
	tag, err := db.Exec(ctx, "INSERT INTO shelves (shelf_id, theme) VALUES ('x', 'y')")
	require.NoError(t, err)
	assert.EqualValues(t, 1, tag.RowsAffected())
	_, err = db.Exec(ctx, "INSERT INTO shelves (tenant, shelf_id, theme) VALUES ('b', 'z', 'y')")
	require.ErrorContains(t, err, "row-level security")
}
