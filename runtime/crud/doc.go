// Package crud is the runtime of the code that protoc-gen-go-crud generates: typed
// repositories over PostgreSQL and the embedded SQLite, and the standard methods of
// a gRPC service above them. A generated method is one call into this package.
//
// # Connect
//
// A [DB] is a *pgxpool.Pool, a *pgx.Conn, or the embedded engine of runtime/sqlite:
//
//	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
//	db, err := sqlite.Open("library.db")
//
// [CreateTables] makes the tables of a service on either. It is for development, tests
// and embedded use; over tables that are there already, nothing need be made.
//
//	err = crud.CreateTables(ctx, db, libraryv1.LibraryServiceInfo.Tables()...)
//
// # Serve
//
// The generated constructor makes a repository per model and a server over them:
//
//	libraryv1.RegisterLibraryServiceServer(srv, libraryv1.NewCRUDLibraryServiceServer(db))
//
// To change one RPC, embed the server and redefine the method. To change where
// resources are kept, set a field of the server to a [Store] of your own.
//
// # Repositories
//
// A [Repository] is a [Store] over one table; [NewRepository] makes one, and so does the
// generated NewBookRepository, which has lookups by unique fields as well.
//
//	book, err := books.Get(ctx, libraryv1.BookKey{ShelfId: "sagas", BookId: "edda"})
//	book, err := books.GetByIsbn(ctx, "9780460876162")
//	book, err := books.Create(ctx, &libraryv1.Book{Name: "shelves/sagas/books/egil", Title: "Egil"})
//	book, err := books.Update(ctx, book, &fieldmaskpb.FieldMask{Paths: []string{"title"}})
//
// Get, Create, Update and Delete are one statement and one round trip each. They take
// what Go code gives them: what a client may write is decided above them, by the
// functions [Create], [Update] and so on, which the generated methods call.
//
// What is optional in a call is an option of it: [ReadMask] and [View] of one that
// reads, [IfEtag], [AllowMissing], [ValidateOnly], [RequestID] and [Unchanged] of one
// that writes. Where a write needs more than one statement, it runs in a transaction.
//
// # Lists
//
// A [Query] says which resources List and All are to return:
//
//	page, err := books.List(ctx, crud.Query{
//		Parent:  "shelves/sagas",
//		Filter:  `pages > 300 AND tags:norse`,
//		OrderBy: "publish_time desc, title",
//	})
//	for book, err := range books.All(ctx, crud.Query{Parent: "shelves/-"}) { … }
//
// Package runtime/filter describes the language of filters and orders. A page is found
// by the values of the last row before it, so that it costs the same however deep it is.
// Its token is sealed and good for the same list of the same caller; give all replicas
// of a server the same keys, see [WithPageTokenKeys].
//
// # Batches
//
// BatchGet is one statement. BatchCreate, BatchUpdate and BatchDelete do all or nothing,
// in a few round trips however many elements there are.
//
// # Soft delete
//
// Where a message has the field delete_time, Delete sets it and keeps the row, List and
// lookups leave it out, Get returns it, and Undelete brings it back.
// [Repository.Purge] removes the rows whose purge_time has come.
//
// # Events
//
// Where a model has events, each write of a row appends one in its transaction: see
// [Repository.Watch] and the package runtime/events.
//
// # Queries of one's own
//
// Hand-written methods start from [Repository.Select], [Repository.UpdateWhere] and
// [Repository.DeleteWhere], which have the table, the columns and the scope set. They
// run no hooks, write no events, and see soft-deleted rows.
//
// # Transactions
//
// [InTx] runs a func in a transaction, again if it lost a race, and runs what was
// given to [Tx.AfterCommit] after the commit. Repositories join it with WithTx:
//
//	err := crud.InTx(ctx, db, func(tx *crud.Tx) error {
//		if _, err := books.WithTx(tx).Update(ctx, book, mask); err != nil {
//			return err
//		}
//		_, err := loans.WithTx(tx).Create(ctx, loan)
//		return err
//	})
//
// # Hooks and validators
//
// [Hooks] run inside the transaction of a write, before and after its statement. A
// [Validator] checks a resource as it will be stored, behind the hooks; the package
// runtime/validate has one for the rules of buf.validate.
//
// # Scopes
//
// A [ScopeColumn] binds every statement, custom ones included, to the rows of a
// tenant. It fails closed: a call without a tenant sends no statement. Page tokens and
// request ids are a tenant's own.
//
// # Errors
//
// What the runtime returns is an [*Error]: a gRPC status with the details of
// AIP-193, one per cause. What the database said is in its cause, never in its text.
// [MapErrors] makes interceptors that change what clients see.
package crud
