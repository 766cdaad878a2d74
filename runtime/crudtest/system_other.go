//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package crudtest

import (
	"errors"
	"os"
	"runtime"
	"syscall"
)

var errUnsupported = errors.New("a server cannot be started on " + runtime.GOOS +
	"; name a running one: " + urlVariable + "=postgres://user:password@host:5432/database")

var signalQuit os.Signal = os.Kill

func attributes(*account) *syscall.SysProcAttr { return nil }

func alive(int) bool { return true }

func tryLock(*os.File) error { return errUnsupported }
