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
// [CreateTables] makes the tables of the models on either. It is for development,
// tests and embedded use.
//
// # Serve
//
// The generated constructor makes a repository per model and a server over them:
//
//	libraryv1.RegisterLibraryServiceServer(srv, libraryv1.NewCRUDLibraryServiceServer(pool))
//
// To change one RPC, embed the server and redefine the method. To change where
// resources are kept, set a field of the server to a [Store] of your own.
//
// # Repositories
//
// A [Repository] is a [Store] over one table. Get, List, Create, Update and Delete
// are one statement and one round trip each. It takes what Go code gives it: what a
// client may write is decided above it, by the functions [Create], [Update] and so
// on, which the generated methods call.
//
// BatchGet is one statement too. BatchCreate, BatchUpdate and BatchDelete do all or
// nothing, in a few round trips however many elements there are.
//
// Hand-written methods start from [Repository.Select], [Repository.UpdateWhere] and
// [Repository.DeleteWhere], which have the table, the columns and the scope set.
//
// # Transactions and hooks
//
// [InTx] runs a func in a transaction, again if it lost a race, and runs what was
// given to [Tx.AfterCommit] after the commit. Repositories join it with WithTx.
// [Hooks] run inside the transaction of a write.
//
// # Scopes
//
// A [ScopeColumn] binds every statement, custom ones included, to the rows of a
// tenant. It fails closed: a call without a tenant sends no statement.
//
// # Errors
//
// What the runtime returns is an [*Error]: a gRPC status with the details of
// AIP-193, one per cause. What the database said is in its cause, never in its text.
package crud
