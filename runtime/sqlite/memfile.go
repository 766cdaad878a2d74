package sqlite

import (
	"sync"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// chunkSize is the unit in which a file grows.
const chunkSize = 32 << 10

// memoryFile is the content of a file and the locks on it.
type memoryFile struct {
	mu     sync.RWMutex
	chunks [][]byte
	size   int64

	lockMu   sync.Mutex
	shared   int       // how many open files hold at least a shared lock
	reserved *openFile // who may write
	pending  *openFile // who waits for the readers to leave
	shm      sharedMemory
}

// openFile is one opening of a file by one connection.
type openFile struct {
	file *memoryFile
	lock int32
	shm  shmLocks
}

// readAt fills p and zeroes what lies beyond the end of the file. It reports
// whether the file held all of it.
func (f *memoryFile) readAt(p []byte, offset int64) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	n := min(int64(len(p)), max(0, f.size-offset))
	clear(p[n:])
	whole := n == int64(len(p))
	for p = p[:n]; len(p) > 0; {
		k := copy(p, f.chunks[offset/chunkSize][offset%chunkSize:])
		p, offset = p[k:], offset+int64(k)
	}
	return whole
}

func (f *memoryFile) writeAt(p []byte, offset int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	end := offset + int64(len(p))
	for int64(len(f.chunks))*chunkSize < end {
		f.chunks = append(f.chunks, make([]byte, chunkSize))
	}
	f.size = max(f.size, end)
	for len(p) > 0 {
		k := copy(f.chunks[offset/chunkSize][offset%chunkSize:], p)
		p, offset = p[k:], offset+int64(k)
	}
}

// truncate cuts the file to size. What lies behind is zeroed, because the file
// may grow over it again.
func (f *memoryFile) truncate(size int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if size >= f.size {
		return
	}
	keep := (size + chunkSize - 1) / chunkSize
	clear(f.chunks[keep:])
	f.chunks = f.chunks[:keep]
	if rest := size % chunkSize; rest > 0 {
		clear(f.chunks[keep-1][rest:])
	}
	f.size = size
}

func (f *memoryFile) length() int64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.size
}

// acquire raises the lock of o to level. SQLite asks for a shared, a reserved or
// an exclusive lock. A connection that wants to be alone keeps new readers out
// while it waits for the old ones.
func (f *memoryFile) acquire(o *openFile, level int32) int32 {
	f.lockMu.Lock()
	defer f.lockMu.Unlock()
	if level <= o.lock {
		return sqlite3.SQLITE_OK
	}
	switch level {
	case sqlite3.SQLITE_LOCK_SHARED:
		if f.pending != nil {
			return sqlite3.SQLITE_BUSY
		}
		f.shared++
	case sqlite3.SQLITE_LOCK_RESERVED:
		if f.reserved != nil {
			return sqlite3.SQLITE_BUSY
		}
		f.reserved = o
	default:
		if (f.reserved != nil && f.reserved != o) || (f.pending != nil && f.pending != o) {
			return sqlite3.SQLITE_BUSY
		}
		f.pending = o
		if f.shared > 1 {
			o.lock = sqlite3.SQLITE_LOCK_PENDING
			return sqlite3.SQLITE_BUSY
		}
	}
	o.lock = level
	return sqlite3.SQLITE_OK
}

// release lowers the lock of o to level: shared, or none.
func (f *memoryFile) release(o *openFile, level int32) {
	f.lockMu.Lock()
	defer f.lockMu.Unlock()
	if level >= o.lock {
		return
	}
	if f.reserved == o {
		f.reserved = nil
	}
	if f.pending == o {
		f.pending = nil
	}
	if level == sqlite3.SQLITE_LOCK_NONE {
		f.shared--
	}
	o.lock = level
}

func (f *memoryFile) isReserved() bool {
	f.lockMu.Lock()
	defer f.lockMu.Unlock()
	return f.reserved != nil || f.pending != nil
}

// memoryMethods is what SQLite calls on an open file. All of it runs on the
// connection's own goroutine.
func memoryMethods() sqlite3.Tsqlite3_io_methods {
	return sqlite3.Tsqlite3_io_methods{
		FiVersion:               2, // with shared memory, without memory mapping
		FxClose:                 funcPointer(fileClose),
		FxRead:                  funcPointer(fileRead),
		FxWrite:                 funcPointer(fileWrite),
		FxTruncate:              funcPointer(fileTruncate),
		FxSync:                  funcPointer(fileSync),
		FxFileSize:              funcPointer(fileSize),
		FxLock:                  funcPointer(fileLock),
		FxUnlock:                funcPointer(fileUnlock),
		FxCheckReservedLock:     funcPointer(fileCheckReservedLock),
		FxFileControl:           funcPointer(fileControl),
		FxSectorSize:            0,
		FxDeviceCharacteristics: funcPointer(fileCharacteristics),
		FxShmMap:                funcPointer(shmMap),
		FxShmLock:               funcPointer(shmLock),
		FxShmBarrier:            funcPointer(shmBarrier),
		FxShmUnmap:              funcPointer(shmUnmap),
	}
}

func fileClose(_ *libc.TLS, handle uintptr) int32 {
	o := fileOf(handle)
	o.file.release(o, sqlite3.SQLITE_LOCK_NONE)
	openFiles.Delete((*fileHandle)(pointer(handle)).id)
	return sqlite3.SQLITE_OK
}

func fileRead(_ *libc.TLS, handle, buf uintptr, n int32, offset int64) int32 {
	if !fileOf(handle).file.readAt(memoryAt(buf, int(n)), offset) {
		return sqlite3.SQLITE_IOERR | 2<<8 // SQLITE_IOERR_SHORT_READ
	}
	return sqlite3.SQLITE_OK
}

func fileWrite(_ *libc.TLS, handle, buf uintptr, n int32, offset int64) int32 {
	fileOf(handle).file.writeAt(memoryAt(buf, int(n)), offset)
	return sqlite3.SQLITE_OK
}

func fileTruncate(_ *libc.TLS, handle uintptr, size int64) int32 {
	fileOf(handle).file.truncate(size)
	return sqlite3.SQLITE_OK
}

func fileSync(*libc.TLS, uintptr, int32) int32 { return sqlite3.SQLITE_OK }

func fileSize(_ *libc.TLS, handle, out uintptr) int32 {
	*(*int64)(pointer(out)) = fileOf(handle).file.length()
	return sqlite3.SQLITE_OK
}

func fileLock(_ *libc.TLS, handle uintptr, level int32) int32 {
	o := fileOf(handle)
	return o.file.acquire(o, level)
}

func fileUnlock(_ *libc.TLS, handle uintptr, level int32) int32 {
	o := fileOf(handle)
	o.file.release(o, level)
	return sqlite3.SQLITE_OK
}

func fileCheckReservedLock(_ *libc.TLS, handle, out uintptr) int32 {
	result := int32(0)
	if fileOf(handle).file.isReserved() {
		result = 1
	}
	*(*int32)(pointer(out)) = result
	return sqlite3.SQLITE_OK
}

func fileControl(*libc.TLS, uintptr, int32, uintptr) int32 { return sqlite3.SQLITE_NOTFOUND }

func fileCharacteristics(*libc.TLS, uintptr) int32 {
	return sqlite3.SQLITE_IOCAP_ATOMIC | sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE |
		sqlite3.SQLITE_IOCAP_SAFE_APPEND | sqlite3.SQLITE_IOCAP_SEQUENTIAL
}
