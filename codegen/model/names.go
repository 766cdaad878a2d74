package model

// ModelNames are the Go identifiers that a model's code declares. They are made
// in one place, so that they can be checked for clashes before anything is
// written.
type ModelNames struct {
	Key        string   // BookKey; empty when the key is a scalar, or there is none
	ParseKey   string   // ParseBookKey; as Key
	KeyFields  []string // of the key struct, in key order: ShelfId, BookId
	Store      string   // BookStore
	Repository string   // BookRepository
	New        string   // NewBookRepository
	Hooks      string   // BookHooks
	Table      string   // BookTable

	// Unexported.
	NewTable string   // newBookTable
	Pattern  string   // bookPattern; empty in the plain style
	Columns  string   // bookColumns
	Select   string   // bookSelect
	Get      string   // bookGet; empty without a key, as Delete is
	Create   string   // bookCreate
	Delete   string   // bookDelete
	Lookups  []string // bookGetByIsbn, in the order of Model.Lookups

	// LookupMethods are the methods of the store, in the order of Model.Lookups.
	LookupMethods []string // GetByIsbn
}

// ServiceNames are the Go identifiers that a service's code declares.
type ServiceNames struct {
	Server string // CRUDLibraryServiceServer
	New    string // NewCRUDLibraryServiceServer
	Info   string // LibraryServiceInfo
}
