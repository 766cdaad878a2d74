package sqlite

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite's memory lies outside Go's heap and is addressed by uintptr. The
// functions here are the only places where the two meet.

// pointer turns an address in SQLite's memory into a pointer. The garbage
// collector neither moves nor frees that memory, which is what makes the
// conversion sound; the detour over &p says so to vet.
func pointer(p uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&p))
}

// memoryAt is the n bytes of SQLite's memory at p, not a copy.
func memoryAt(p uintptr, n int) []byte {
	if p == 0 || n <= 0 {
		return []byte{}
	}
	return unsafe.Slice((*byte)(pointer(p)), n)
}

// bytesOf is the bytes of s, not a copy. They must not be written to.
func bytesOf(s string) []byte {
	return unsafe.Slice(unsafe.StringData(s), len(s))
}

// funcPointer is the address by which SQLite calls the Go function f. f must be
// a function declared at package level: nothing else keeps it alive.
func funcPointer[F any](f F) uintptr {
	return *(*uintptr)(unsafe.Pointer(&f))
}

// freeFunc lets SQLite free memory that copyOut allocated.
var freeFunc = funcPointer(sqlite3.Xsqlite3_free)

// copyOut copies b and a final NUL into memory that SQLite can free. It returns
// 0 when there is no memory left.
func copyOut(tls *libc.TLS, b []byte) uintptr {
	p := sqlite3.Xsqlite3_malloc64(tls, uint64(len(b))+1)
	if p == 0 {
		return 0
	}
	m := unsafe.Slice((*byte)(pointer(p)), len(b)+1)
	copy(m, b)
	m[len(b)] = 0
	return p
}

// allocZeroed returns n zeroed bytes of SQLite's memory, or 0.
func allocZeroed(tls *libc.TLS, n int) uintptr {
	p := sqlite3.Xsqlite3_malloc64(tls, uint64(n))
	if p != 0 {
		clear(memoryAt(p, n))
	}
	return p
}
