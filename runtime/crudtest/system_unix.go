//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package crudtest

import (
	"errors"
	"os"
	"syscall"
)

// errUnsupported is nil where a server can be started.
var errUnsupported error

// attributes returns how to start a program of the server as a, nil for the user
// of this process.
func attributes(a *account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{}
	if a != nil {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	dieWithParent(attr)
	return attr
}

// signalQuit is PostgreSQL's immediate shutdown: no checkpoint, whose result would
// be thrown away.
var signalQuit os.Signal = syscall.SIGQUIT

// alive reports whether a process pid exists.
func alive(pid int) bool {
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// tryLock takes the lock on f if no other process has it. It is let go when f is
// closed, and so when this process ends.
func tryLock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
