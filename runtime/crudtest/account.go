package crudtest

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// An account is the user that the server runs as when this process is root's.
type account struct {
	name     string
	uid, gid int
}

// serverAccount returns the account to run the server as, nil for that of this
// process. PostgreSQL refuses to run as root.
func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return newAccount(u)
		}
	}
	return nil, fmt.Errorf("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody to run it as")
}

func newAccount(u *user.User) (*account, error) {
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, fmt.Errorf("user %s: uid %q is not a number", u.Username, u.Uid)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, fmt.Errorf("user %s: gid %q is not a number", u.Username, u.Gid)
	}
	return &account{name: u.Username, uid: uid, gid: gid}, nil
}

// temporaryRoot returns the directory in which the server's directory is made:
// the one for temporary files, or /tmp when a may not enter that.
func temporaryRoot(a *account) (string, error) {
	root, err := filepath.Abs(os.TempDir())
	if err != nil {
		return "", err
	}
	if a == nil || enterable(root) {
		return root, nil
	}
	if enterable("/tmp") {
		return "/tmp", nil
	}
	return "", fmt.Errorf("user %s, as whom PostgreSQL runs for root, may enter neither %s nor /tmp; set TMPDIR to a directory that everybody may enter", a.name, root)
}

// enterable reports whether everybody may enter dir and all that lead to it.
func enterable(dir string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(dir)
		if err != nil || !info.IsDir() || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}
