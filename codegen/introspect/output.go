package introspect

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// An Output is a file with what it is to hold.
type Output struct {
	Path string
	// Was is what the file holds, empty if there is none.
	Was string
	Result
}

// Make returns the file for the tables, at a path that ends in .proto or in the
// directory of a package below another one. An empty path is that of no file. paths are
// the import paths of a file that is there.
func Make(ctx context.Context, db *Database, c Config, out string, paths []string) (*Output, error) {
	o := &Output{Path: out}
	if c.Package == "" {
		c.Package = "app.v1"
		if s := schemaOf(db); s != "" {
			c.Package = snake(s) + ".v1"
		}
	}
	if c.Domain == "" {
		c.Domain = strings.Split(c.Package, ".")[0] + ".example.com"
	}
	var existing *Existing
	if out != "" {
		if filepath.Ext(out) != ".proto" {
			paths = append(paths, out)
			parts := strings.Split(c.Package, ".")
			o.Path = filepath.Join(append([]string{out}, append(parts, parts[0]+".proto")...)...)
		}
		if len(paths) == 0 {
			paths = []string{rootOf(o.Path, c.Package)}
		}
		var err error
		if existing, err = Load(ctx, o.Path, paths); err != nil {
			return nil, err
		}
	}
	if c.GoPackage == "" {
		c.GoPackage = goPackage(o.Path, c.Package)
	}
	if existing != nil {
		o.Was = existing.Text
	}
	var err error
	if o.Result, err = File(db, c, existing); err != nil {
		return nil, err
	}
	return o, o.serve(ctx, c, existing, paths)
}

func schemaOf(db *Database) string {
	for _, t := range db.Tables {
		return t.Schema
	}
	return ""
}

// rootOf is the import path of a file: the directory above that of its package, if it is
// in one, else its own.
func rootOf(path, name string) string {
	dir := filepath.Dir(path)
	if root, ok := strings.CutSuffix(filepath.ToSlash(dir), strings.ReplaceAll(name, ".", "/")); ok {
		return filepath.Clean("./" + filepath.FromSlash(root))
	}
	return dir
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)"?`)

// goPackage is the Go package of a file: below the module that the file is in.
func goPackage(path, name string) string {
	parts := strings.Split(name, ".")
	alias := ";" + strings.Join(parts[max(0, len(parts)-2):], "")
	module, below := "example.com", strings.Join(parts, "/")
	if dir, err := filepath.Abs(filepath.Dir(path)); err == nil && path != "" {
		for at := dir; ; at = filepath.Dir(at) {
			raw, err := os.ReadFile(filepath.Join(at, "go.mod"))
			if m := moduleLine.FindSubmatch(bytes.TrimSpace(raw)); err == nil && m != nil {
				rel, _ := filepath.Rel(at, dir) // both are absolute
				return strings.TrimSuffix(string(m[1])+"/"+filepath.ToSlash(rel), "/.") + alias
			}
			if at == filepath.Dir(at) {
				break
			}
		}
	}
	return module + "/" + below + alias
}
