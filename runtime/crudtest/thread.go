package crudtest

import "runtime"

// A thread runs funcs on one thread of the operating system, which lives until
// close. The signal that a process gets when its parent dies is sent when the
// thread dies that started it, not the parent's process; and the Go runtime ends
// threads as it likes.
type thread chan func()

func newThread() thread {
	t := make(thread)
	go t.run()
	return t
}

func (t thread) run() {
	runtime.LockOSThread() // never unlocked: the thread ends with this goroutine
	for f := range t {
		f()
	}
}

// do runs f on the thread and returns its error.
func (t thread) do(f func() error) error {
	result := make(chan error)
	t <- func() { result <- f() }
	return <-result
}

func (t thread) close() { close(t) }
