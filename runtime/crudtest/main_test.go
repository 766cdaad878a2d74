package crudtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// childVariable makes the test binary, run as a child, something else than the tests.
const childVariable = "CRUDTEST_TEST_CHILD"

func TestMain(m *testing.M) {
	switch child := os.Getenv(childVariable); child {
	case "":
		Main(m)
	case "main":
		Main(m)
	case "hold":
		holdServer()
	default:
		panic("unknown child " + child)
	}
}

// holdServer starts a server, prints its URL and directory, and ends without
// stopping it when the standard input ends.
func holdServer() {
	s, err := Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.URL())
	fmt.Println(s.dir.path)
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// childCommand is this test binary as a child that puts its files into tmp.
func childCommand(t *testing.T, kind, tmp string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, urlVariable+"=") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	cmd.Env = append(cmd.Env, childVariable+"="+kind, "TMPDIR="+tmp)
	return cmd
}

// A holder is a child process that holds a server.
type holder struct {
	cmd      *exec.Cmd
	stdin    io.Closer
	url, dir string
}

func startHolder(t *testing.T, tmp string) *holder {
	t.Helper()
	h := &holder{cmd: childCommand(t, "hold", tmp)}
	var err error
	h.stdin, err = h.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := h.cmd.StdoutPipe()
	require.NoError(t, err)
	h.cmd.Stderr = os.Stderr
	require.NoError(t, h.cmd.Start())
	lines := bufio.NewReader(out)
	h.url = readLine(t, lines)
	h.dir = readLine(t, lines)
	return h
}

func readLine(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	line, err := r.ReadString('\n')
	require.NoError(t, err, "the child ended before it had started a server")
	return strings.TrimSpace(line)
}

// openRoot makes a directory for temporary files that the server's user may enter;
// t.TempDir is this process's alone.
func openRoot(t *testing.T) string {
	t.Helper()
	root, err := os.MkdirTemp("", "crudtest-root-*")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(root)) })
	require.NoError(t, os.Chmod(root, 0o755))
	return root
}

// ping connects to url and runs a statement.
func ping(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Ping(ctx)
}

func requireStopped(t *testing.T, url string) {
	t.Helper()
	require.Eventually(t, func() bool { return ping(t.Context(), url) != nil }, 20*time.Second, 10*time.Millisecond,
		"the server at %s still answers", url)
}

// A failingTest is a testing.TB that keeps the failures of the code under test.
type failingTest struct {
	testing.TB
	errors []string
}

func (f *failingTest) Helper() {}

func (f *failingTest) Errorf(format string, args ...any) {
	f.errors = append(f.errors, fmt.Sprintf(format, args...))
}
