//go:build freebsd || linux

package crudtest

import "syscall"

// dieWithParent has the kernel stop the program when the thread ends that started
// it. A process group of its own keeps the terminal's Ctrl-C from stopping the server
// while tests still clean up.
func dieWithParent(attr *syscall.SysProcAttr) {
	attr.Pdeathsig = syscall.SIGQUIT
	attr.Setpgid = true
}
