// Package rls has each call run under row-level security of PostgreSQL: with the role and
// the settings that policies read, which hold for the call's own transaction and for
// nothing after it, so that connections can be pooled.
//
//	CREATE POLICY tenancy ON books USING (tenant = current_setting('app.tenant'));
//
//	db := rls.New(pool, func(ctx context.Context) ([]rls.Setting, error) {
//		p, ok := identity.FromContext(ctx)
//		if !ok {
//			return nil, status.Error(codes.PermissionDenied, "who are you?")
//		}
//		return []rls.Setting{{Name: "role", Value: "app"}, {Name: "app.tenant", Value: tenantOf(p)}}, nil
//	})
//	libraryv1.RegisterLibraryServiceServer(srv, libraryv1.NewCRUDLibraryServiceServer(db))
//
// Policies hold for roles that neither own the table (unless it says FORCE ROW LEVEL
// SECURITY) nor are superusers: a role among the settings sees to that where the pool's
// user is one.
package rls
