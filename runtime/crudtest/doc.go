// Package crudtest gives tests databases of their own, isolated, fast, and real, and runs
// services on them.
//
//	func TestMain(m *testing.M) { crudtest.Main(m) }
//
//	func TestBooks(t *testing.T) {
//		t.Parallel()
//		crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
//			require.NoError(t, crud.CreateTables(t.Context(), db, libraryv1.BookTable))
//			books := libraryv1.NewBookRepository(db)
//			…
//		})
//	}
//
// [Postgres] and [PostgresURL] give a schema of its own in a PostgreSQL server,
// [SQLite] and [SQLiteMemory] a database of the embedded engine, and [EachEngine]
// runs a test on both engines. [Tx] gives a part of a database that is shared. A
// [Recorder] notes the statements that pass through it, a [Clock] and [Limits] do what
// a test tells them to, and [TestStore] is the contract of stores.
//
// [Serve] runs services inside the process, behind the interceptors of a real server:
//
//	func TestGetBook(t *testing.T) {
//		db := crudtest.SQLiteMemory(t)
//		require.NoError(t, crud.CreateTables(t.Context(), db, libraryv1.LibraryServiceInfo.Tables()...))
//		impl := libraryv1.NewCRUDLibraryServiceServer(db)
//		conn := crudtest.Serve(t, server.Of(libraryv1.RegisterLibraryServiceServer, libraryv1.LibraryServiceInfo).By(impl))
//		_, err := libraryv1.NewLibraryServiceClient(conn).GetBook(t.Context(), &libraryv1.GetBookRequest{Name: "shelves/a/books/b"})
//		assert.True(t, client.IsNotFound(err))
//	}
//
// The embedded engine in memory is the fake to test against: it needs no set-up, and
// passes the same suite as PostgreSQL.
//
// # The PostgreSQL server
//
// When the environment variable CRUDTEST_DATABASE_URL is set, tests use the
// server it names. Its user must be allowed to create schemas in the database.
//
// Otherwise the first test that asks for PostgreSQL starts a throw-away server
// from the programs installed on this machine, and the tests of the process share
// it. The programs are looked for in the directory named by PGBIN, in PATH, where
// pg_config says, and where the packages of Debian, Red Hat and Homebrew put them.
// Nothing needs to be set up: the data lies in a temporary directory, the server
// listens on a free port of 127.0.0.1, and it writes nothing through to the disk.
// PostgreSQL refuses to run as root, so for root it runs as the user postgres, or
// nobody where there is no postgres.
//
// A test that needs PostgreSQL fails when there is none. It is never skipped.
//
// Starting a server takes a second or two, once for each test process; "go test
// ./..." runs one process for each package. To share one server among them, start
// it with [Start] and run the tests with CRUDTEST_DATABASE_URL set to its URL.
//
// The server trusts every connection from this machine, its superuser included.
// Put nothing into it that other users of the machine must not see.
//
// # How the server ends
//
// On Linux and FreeBSD the kernel stops the server when the test process ends, no
// matter how: by os.Exit, a panic, a time limit, or SIGKILL. What a process cannot
// do by itself when it ends is to remove the server's directory, crudtest-PID-…
// in the directory for temporary files. [Main] stops the server and removes it. A
// package that does not use Main leaves it behind, about 40 MB, until the next start of
// a server on the machine, which removes the directories of processes that are
// gone.
//
// On other Unix systems Main stops the server. Without it the server ends by
// itself within about a minute of the removal of its directory. Where there is no
// Unix, set CRUDTEST_DATABASE_URL.
//
// A test process that is killed cannot drop its schemas. In the throw-away server
// they vanish with it; in a server named by CRUDTEST_DATABASE_URL they stay, named
// crudtest_ and 16 hexadecimal digits.
package crudtest
