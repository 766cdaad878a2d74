package crudtest

import (
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
)

// as returns the test as it is for another tenant.
func (t *storeTest[M, K]) as(tenant int) *storeTest[M, K] {
	other := *t
	other.ctx = t.suite.Tenant(t.outside, tenant)
	return &other
}

func (t *storeTest[M, K]) tenantsSeeTheirOwn() {
	a, b := t.as(0), t.as(1)
	mine := a.create(0)
	t.same(mine, a.get(t.key(mine)), "Get by the tenant that created")
	_, err := t.store.Get(b.ctx, t.key(mine))
	t.refusedKey(err, codes.NotFound, t.key(mine), "Get of another tenant's resource")
	require.Empty(t, b.list(), "a List holds another tenant's resource")
	require.Empty(t, b.all(b.query()), "All yields another tenant's resource")
	theirs := b.create(1)
	t.sameList([]M{mine}, a.list(), "what the first tenant lists")
	t.sameList([]M{theirs}, b.list(), "what the second tenant lists")
}

func (t *storeTest[M, K]) tenantsChangeTheirOwn() {
	a, b := t.as(0), t.as(1)
	m := a.create(0)
	for _, f := range t.fields {
		_, err := t.store.Update(b.ctx, t.input(m, t.suite.New(1), f), maskOf(f))
		t.refusedKey(err, codes.NotFound, t.key(m), "Update of another tenant's resource")
	}
	_, err := t.store.Update(b.ctx, m, maskOf("*"))
	t.refusedKey(err, codes.NotFound, t.key(m), "Update of another tenant's resource")
	_, err = t.store.Delete(b.ctx, t.key(m))
	t.refusedKey(err, codes.NotFound, t.key(m), "Delete of another tenant's resource")
	t.same(m, a.get(t.key(m)), "the resource after calls of another tenant")
	require.Empty(t, b.list(), "the other tenant's resources")
}

// tenantsMayAgree gives both the same values. One that were refused would tell of the
// other's. A key of the store's own numbering is not the tenant's to choose.
func (t *storeTest[M, K]) tenantsMayAgree() {
	a, b := t.as(0), t.as(1)
	mine, theirs := a.create(0), b.create(0)
	if !t.model.generated {
		require.Equal(t, t.key(mine), t.key(theirs), "the keys of two tenants that chose the same")
	}
	t.same(mine, a.get(t.key(mine)), "Get by the first tenant")
	t.same(theirs, b.get(t.key(theirs)), "Get by the second tenant")
	if len(t.fields) > 0 {
		mine = a.update(mine, t.suite.New(1), t.fields...)
		t.same(mine, a.get(t.key(mine)), "Get by the first tenant after its Update")
		t.same(theirs, b.get(t.key(theirs)), "Get by the second tenant after the first's Update")
	}
	_, err := t.store.Delete(a.ctx, t.key(mine))
	require.NoError(t, err, "Delete by the first tenant")
	t.same(theirs, b.get(t.key(theirs)), "Get by the second tenant after the first's Delete")
	_, err = t.store.Get(a.ctx, t.key(mine))
	t.refusedKey(err, codes.NotFound, t.key(mine), "Get by the first tenant after its Delete")
}

func (t *storeTest[M, K]) tenantsHaveTheirOwnTokens() {
	a, b := t.as(0), t.as(1)
	a.createAll(3)
	b.createAll(3)
	q := b.query()
	q.PageToken = a.firstToken(a.query())
	_, err := t.store.List(b.ctx, q)
	t.refusedField(err, "page_token", "List with another tenant's token")
}

func (t *storeTest[M, K]) noTenantIsRefused() {
	m := t.as(0).create(0)
	t.as(0).get(t.key(m)) // which a cache remembers
	_, err := t.store.Get(t.outside, t.key(m))
	require.Error(t, err, "Get without a tenant")
	_, err = t.store.List(t.outside, t.query())
	require.Error(t, err, "List without a tenant")
	require.Error(t, t.onlyErrorIn(t.outside, t.query()), "All without a tenant")
	_, err = t.store.Create(t.outside, t.suite.New(1))
	require.Error(t, err, "Create without a tenant")
	_, err = t.store.Update(t.outside, m, nil)
	require.Error(t, err, "Update without a tenant")
	_, err = t.store.Delete(t.outside, t.key(m))
	require.Error(t, err, "Delete without a tenant")
	t.sameList([]M{m}, t.as(0).list(), "the resources after calls without a tenant")
	require.Empty(t, t.as(1).list(), "the resources after calls without a tenant")
}
