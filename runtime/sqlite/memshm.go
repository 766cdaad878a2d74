package sqlite

import (
	"sync"
	"sync/atomic"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// sharedMemory is what the connections to a database in write-ahead-log mode
// share: the index of the log, in regions of SQLite's memory, and the locks on
// it.
type sharedMemory struct {
	mu      sync.Mutex
	regions []uintptr
	users   int
	locks   [sqlite3.SQLITE_SHM_NLOCK]int // -1 is exclusive, n > 0 is shared by n

	barriers atomic.Uint32 // counted for the order that counting gives
}

// shmLocks is what one connection holds: a bit for each lock.
type shmLocks struct {
	mapped    bool
	shared    uint16
	exclusive uint16
}

// region returns the i-th region and makes it, and those before it, if extend
// allows. It is 0 where there is none.
func (m *sharedMemory) region(tls *libc.TLS, o *openFile, i, size int, extend bool) (uintptr, int32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !o.shm.mapped {
		o.shm.mapped = true
		m.users++
	}
	for extend && len(m.regions) <= i {
		p := allocZeroed(tls, size)
		if p == 0 {
			return 0, sqlite3.SQLITE_NOMEM
		}
		m.regions = append(m.regions, p)
	}
	if i < len(m.regions) {
		return m.regions[i], sqlite3.SQLITE_OK
	}
	return 0, sqlite3.SQLITE_OK
}

// unmap frees the regions when the last connection leaves.
func (m *sharedMemory) unmap(tls *libc.TLS, o *openFile) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !o.shm.mapped {
		return
	}
	o.shm = shmLocks{}
	if m.users--; m.users > 0 {
		return
	}
	for _, p := range m.regions {
		sqlite3.Xsqlite3_free(tls, p)
	}
	m.regions = nil
}

// lock takes the locks [first, first+n) or none of them. A shared lock is always
// asked for alone.
func (m *sharedMemory) lock(o *openFile, first, n int, exclusive bool) int32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	mask := shmMask(first, n)
	if !exclusive {
		if o.shm.shared&mask != 0 {
			return sqlite3.SQLITE_OK
		}
		if m.locks[first] < 0 {
			return sqlite3.SQLITE_BUSY
		}
		m.locks[first]++
		o.shm.shared |= mask
		return sqlite3.SQLITE_OK
	}
	for _, held := range m.locks[first : first+n] {
		if held != 0 {
			return sqlite3.SQLITE_BUSY
		}
	}
	for i := first; i < first+n; i++ {
		m.locks[i] = -1
	}
	o.shm.exclusive |= mask
	return sqlite3.SQLITE_OK
}

func (m *sharedMemory) unlock(o *openFile, first, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := first; i < first+n; i++ {
		switch bit := shmMask(i, 1); {
		case o.shm.exclusive&bit != 0:
			m.locks[i] = 0
		case o.shm.shared&bit != 0:
			m.locks[i]--
		}
	}
	mask := shmMask(first, n)
	o.shm.exclusive &^= mask
	o.shm.shared &^= mask
}

func shmMask(first, n int) uint16 { return uint16(1<<(first+n) - 1<<first) }

func shmMap(tls *libc.TLS, handle uintptr, i, size, extend int32, out uintptr) int32 {
	o := fileOf(handle)
	p, rc := o.file.shm.region(tls, o, int(i), int(size), extend != 0)
	*(*uintptr)(pointer(out)) = p
	return rc
}

func shmLock(_ *libc.TLS, handle uintptr, first, n, flags int32) int32 {
	o := fileOf(handle)
	if flags&sqlite3.SQLITE_SHM_UNLOCK != 0 {
		o.file.shm.unlock(o, int(first), int(n))
		return sqlite3.SQLITE_OK
	}
	return o.file.shm.lock(o, int(first), int(n), flags&sqlite3.SQLITE_SHM_EXCLUSIVE != 0)
}

// barrier orders the accesses to the shared memory before it and after it.
func (m *sharedMemory) barrier() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.barriers.Add(1)
}

func shmBarrier(_ *libc.TLS, handle uintptr) { fileOf(handle).file.shm.barrier() }

func shmUnmap(tls *libc.TLS, handle uintptr, _ int32) int32 {
	o := fileOf(handle)
	o.file.shm.unmap(tls, o)
	return sqlite3.SQLITE_OK
}
