package crudtest

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// installed is where packages put a server's programs without adding the place to
// PATH: Debian, Red Hat, Homebrew.
var installed = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
}

// errNoPostgres tells how to get a PostgreSQL.
var errNoPostgres = errors.New("no PostgreSQL server is installed (looked in $PGBIN, $PATH, pg_config --bindir, " +
	strings.Join(installed, ", ") + "). Install one (Debian, Ubuntu: apt-get install postgresql), " +
	"or name a running one: " + urlVariable + "=postgres://user:password@host:5432/database")

// findPrograms returns the directory that holds the server's programs. patterns
// are tried last, the newest version of a pattern first.
func findPrograms(patterns []string) (string, error) {
	if dir := os.Getenv("PGBIN"); dir != "" {
		if !hasPrograms(dir) {
			return "", fmt.Errorf("PGBIN=%s: initdb and postgres are not both there", dir)
		}
		return filepath.Abs(dir)
	}
	candidates := []string{programsInPath(), programsOfConfig()}
	for _, pattern := range patterns {
		candidates = append(candidates, newestFirst(pattern)...)
	}
	for _, dir := range candidates {
		if dir != "" && hasPrograms(dir) {
			return dir, nil
		}
	}
	return "", errNoPostgres
}

func hasPrograms(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// programsInPath returns the directory of the initdb in PATH, symbolic links
// resolved, because it is often only linked there.
func programsInPath() string {
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return ""
	}
	initdb, err = filepath.EvalSymlinks(initdb)
	if err != nil {
		return ""
	}
	dir, err := filepath.Abs(filepath.Dir(initdb))
	if err != nil {
		return ""
	}
	return dir
}

func programsOfConfig() string {
	out, err := exec.Command("pg_config", "--bindir").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

var versionNumber = regexp.MustCompile(`\d+(?:\.\d+)?`)

// newestFirst returns the directories that pattern matches, by the last number in
// their path, which is the version.
func newestFirst(pattern string) []string {
	dirs, err := filepath.Glob(pattern)
	if err != nil {
		return nil
	}
	version := func(dir string) float64 {
		numbers := versionNumber.FindAllString(dir, -1)
		if len(numbers) == 0 {
			return 0
		}
		v, err := strconv.ParseFloat(numbers[len(numbers)-1], 64)
		if err != nil {
			return 0
		}
		return v
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	return dirs
}
