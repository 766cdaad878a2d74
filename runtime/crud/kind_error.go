package crud

import "fmt"

// The errors of reading a row never hold the value: they are logged.

func errScan(v any, want string) error { return fmt.Errorf("cannot read %T as %s", v, want) }

func errWidth(name string, src []byte) error {
	return fmt.Errorf("%d bytes are no %s", len(src), name)
}

func errRange(name string) error { return fmt.Errorf("a value that %s cannot hold exactly", name) }
