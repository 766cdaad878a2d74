package sqlite

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite's own databases in memory let readers and the writer exclude each other.
// Databases in memory are therefore files, write-ahead log and all, of a file
// system for SQLite that lives in memory: they behave as those on disk.

// memoryVFS is the name under which SQLite knows the file system.
const memoryVFS = "protocrud-memory"

const (
	memoryPathMax = 512
	vfsVersion    = 2
)

// memoryStore is one database in memory. It is there as long as somebody holds
// it.
type memoryStore struct {
	path    string
	holders atomic.Int32
}

var lastStoreID atomic.Uint64

// newMemoryStore returns a new store, which its caller holds.
func newMemoryStore() (*memoryStore, error) {
	if err := registerMemoryVFS(); err != nil {
		return nil, err
	}
	s := &memoryStore{path: "/" + strconv.FormatUint(lastStoreID.Add(1), 10)}
	s.hold()
	return s, nil
}

func (s *memoryStore) hold() { s.holders.Add(1) }

func (s *memoryStore) release() {
	if s.holders.Add(-1) > 0 {
		return
	}
	for _, suffix := range []string{"", "-wal", "-journal"} {
		memoryFiles.remove(s.path + suffix)
	}
}

// fileTable is the directory of the file system.
type fileTable struct {
	mu     sync.Mutex
	byPath map[string]*memoryFile
}

var memoryFiles = fileTable{byPath: make(map[string]*memoryFile)}

// open returns the file at path, or a new one without a path if that is "".
func (t *fileTable) open(path string, create bool) *memoryFile {
	if path == "" {
		return &memoryFile{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.byPath[path]
	if f == nil && create {
		f = &memoryFile{}
		t.byPath[path] = f
	}
	return f
}

func (t *fileTable) remove(path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byPath, path)
}

func (t *fileTable) exists(path string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byPath[path] != nil
}

// registerMemoryVFS makes the file system known to SQLite, once.
var registerMemoryVFS = sync.OnceValue(func() error {
	tls := libc.NewTLS()
	defer tls.Close()
	if rc := sqlite3.Xsqlite3_initialize(tls); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("SQLite cannot be initialised: code %d", rc)
	}
	vfs := allocZeroed(tls, int(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	methods := allocZeroed(tls, int(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
	name := copyOut(tls, bytesOf(memoryVFS))
	base := sqlite3.Xsqlite3_vfs_find(tls, 0)
	if vfs == 0 || methods == 0 || name == 0 || base == 0 {
		return errNoMemory()
	}
	fileMethods = methods
	*(*sqlite3.Tsqlite3_io_methods)(pointer(methods)) = memoryMethods()
	*(*sqlite3.Tsqlite3_vfs)(pointer(vfs)) = memoryFileSystem((*sqlite3.Tsqlite3_vfs)(pointer(base)), name)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, vfs, 0); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("SQLite refuses the file system in memory: code %d", rc)
	}
	return nil
})

// memoryFileSystem takes time, sleep and randomness from base, the file system of
// the operating system.
func memoryFileSystem(base *sqlite3.Tsqlite3_vfs, name uintptr) sqlite3.Tsqlite3_vfs {
	vfs := *base
	vfs.FiVersion = vfsVersion
	vfs.FpNext, vfs.FpAppData = 0, 0
	vfs.FzName = name
	vfs.FmxPathname = memoryPathMax
	vfs.FszOsFile = int32(unsafe.Sizeof(fileHandle{}))
	vfs.FxOpen = funcPointer(memoryOpen)
	vfs.FxDelete = funcPointer(memoryDelete)
	vfs.FxAccess = funcPointer(memoryAccess)
	vfs.FxFullPathname = funcPointer(memoryFullPathname)
	return vfs
}

// fileMethods is the address of the methods of open files.
var fileMethods uintptr

// fileHandle is SQLite's view of an open file. Its Go side is found by id.
type fileHandle struct {
	methods uintptr
	id      uintptr
}

var (
	openFiles  sync.Map // uintptr -> *openFile
	lastFileID atomic.Uintptr
)

// fileOf returns the Go side of an open file.
func fileOf(handle uintptr) *openFile {
	found, _ := openFiles.Load((*fileHandle)(pointer(handle)).id)
	return found.(*openFile)
}

func memoryOpen(_ *libc.TLS, _, zName, handle uintptr, flags int32, outFlags uintptr) int32 {
	h := (*fileHandle)(pointer(handle))
	h.methods = 0
	path := ""
	if zName != 0 {
		path = libc.GoString(zName)
	}
	f := memoryFiles.open(path, flags&sqlite3.SQLITE_OPEN_CREATE != 0)
	if f == nil {
		return sqlite3.SQLITE_CANTOPEN
	}
	h.id = lastFileID.Add(1)
	openFiles.Store(h.id, &openFile{file: f})
	h.methods = fileMethods
	if outFlags != 0 {
		*(*int32)(pointer(outFlags)) = flags
	}
	return sqlite3.SQLITE_OK
}

func memoryDelete(_ *libc.TLS, _, zPath uintptr, _ int32) int32 {
	memoryFiles.remove(libc.GoString(zPath))
	return sqlite3.SQLITE_OK
}

func memoryAccess(_ *libc.TLS, _, zPath uintptr, _ int32, out uintptr) int32 {
	result := int32(0)
	if memoryFiles.exists(libc.GoString(zPath)) {
		result = 1
	}
	*(*int32)(pointer(out)) = result
	return sqlite3.SQLITE_OK
}

func memoryFullPathname(_ *libc.TLS, _, zPath uintptr, nOut int32, zOut uintptr) int32 {
	path := libc.GoString(zPath)
	if len(path) >= int(nOut) {
		return sqlite3.SQLITE_CANTOPEN
	}
	out := memoryAt(zOut, len(path)+1)
	copy(out, path)
	out[len(path)] = 0
	return sqlite3.SQLITE_OK
}
