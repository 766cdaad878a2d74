package main

import (
	"fmt"
	"io"
	"runtime/debug"
)

func runVersion(args []string, stdout io.Writer) error {
	if err := noArguments("version", args); err != nil {
		return err
	}
	_, err := fmt.Fprintln(stdout, "protoc-gen-go-crud", version(debug.ReadBuildInfo()))
	return err
}

// version returns the version of the module that the program was built from. ok
// is false for a program that was built without modules.
func version(info *debug.BuildInfo, ok bool) string {
	if !ok || info.Main.Version == "" {
		return "(unknown)"
	}
	return info.Main.Version
}
