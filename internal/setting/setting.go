// Package setting has the settings of a config as flags, and reads them from the
// environment.
package setting

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

// Define has define define the flags of a config on fs. Where a zero config has another
// default, which defaults defines, 0 or no text is no value of the flag.
func Define(fs *flag.FlagSet, define, defaults func(fs *flag.FlagSet)) {
	define(fs)
	plain := flag.NewFlagSet("", flag.ContinueOnError)
	defaults(plain)
	plain.VisitAll(func(f *flag.Flag) {
		switch f.Value.(flag.Getter).Get() {
		case 0, time.Duration(0), false, "":
		default:
			own := fs.Lookup(f.Name)
			own.Value = nonzero{own.Value}
		}
	})
}

// FromEnv sets the flags of fs whose variables are set; name returns that of a flag. An
// empty variable says nothing. The error names all that do not fit, a line each that who
// begins; the others are set.
func FromEnv(who string, fs *flag.FlagSet, name func(flag string) string) error {
	var errs []error
	fs.VisitAll(func(f *flag.Flag) {
		variable := name(f.Name)
		if v := os.Getenv(variable); v != "" {
			if err := fs.Set(f.Name, v); err != nil {
				errs = append(errs, fmt.Errorf("%s: %s is %q: %w", who, variable, v, err))
			}
		}
	})
	return errors.Join(errs...)
}

// A nonzero is a setting of which 0, or no text, is no value.
type nonzero struct{ flag.Value }

func (n nonzero) Set(s string) error {
	if err := n.Value.Set(s); err != nil {
		return err
	}
	switch n.Get() {
	case 0, time.Duration(0), "":
		return errors.New("it is needed")
	}
	return nil
}

// Get makes it a flag.Getter.
func (n nonzero) Get() any { return n.Value.(flag.Getter).Get() }

// String is also asked of the zero nonzero, by package flag.
func (n nonzero) String() string {
	if n.Value == nil {
		return ""
	}
	return n.Value.String()
}
