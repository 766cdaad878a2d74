//go:build darwin || dragonfly || netbsd || openbsd

package crudtest

import "syscall"

// dieWithParent changes nothing: these kernels do not tell a program that its
// parent ended. It stays in the test's process group, so that at least the
// terminal's Ctrl-C stops both.
func dieWithParent(*syscall.SysProcAttr) {}
