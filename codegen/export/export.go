// Package export writes the protos that annotated files import, so that protoc
// and buf find them without a module registry and without copies in a repository.
package export

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// Files returns the files to write, text by slash-separated import path: the
// options, in their own source, and if withDeps is set everything that annotated
// files import besides: google/api, google/type and buf/validate with all they
// import in turn. Those are printed from the descriptors linked into this binary,
// without comments. The files of google/protobuf are never among them; protoc and
// buf bring their own. The same binary returns the same texts.
func Files(withDeps bool) (map[string]string, error) {
	files := map[string]string{protocrudv1.Path: protocrudv1.Source()}
	if !withDeps {
		return files, nil
	}
	deps, err := closure(dependencies())
	if err != nil {
		return nil, err
	}
	for _, fd := range deps {
		text, err := printFile(fd)
		if err != nil {
			return nil, err
		}
		files[fd.Path()] = text
	}
	return files, nil
}

// Write writes what Files returns below dir, which is then an import path for
// protoc and a module for buf. It makes the directories that are missing and
// overwrites files of an earlier export. It returns the paths of the files, dir
// included, sorted. On an error, which names the path, these are the files that
// were written before.
func Write(dir string, withDeps bool) ([]string, error) {
	files, err := Files(withDeps)
	if err != nil {
		return nil, err
	}
	var written []string
	for _, path := range slices.Sorted(maps.Keys(files)) {
		name := filepath.Join(dir, filepath.FromSlash(path))
		if err := writeFile(name, files[path]); err != nil {
			return written, fmt.Errorf("export: %w", err)
		}
		written = append(written, name)
	}
	return written, nil
}

func writeFile(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}
