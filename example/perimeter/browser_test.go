package perimeter_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed testdata/page.html
var pageHTML []byte

// A site is where a page is from, and what the page has found out.
type site struct {
	*httptest.Server
	config map[string]any
	found  chan []byte
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{config: map[string]any{}, found: make(chan []byte, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(pageHTML) })
	mux.HandleFunc("GET /config", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(s.config) })
	mux.HandleFunc("POST /done", func(_ http.ResponseWriter, r *http.Request) {
		if found, err := io.ReadAll(r.Body); err == nil {
			s.found <- found
		}
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// visit shows the site's page in a browser, and returns what the page has found out.
func (s *site) visit(t *testing.T) []byte {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	require.NoError(t, err, "no browser is installed; scripts/install-packages installs Debian's package chromium")
	var output bytes.Buffer
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--user-data-dir="+dir, s.URL)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.WaitDelay = 5 * time.Second
	require.NoError(t, cmd.Start())
	defer func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // with the processes that it has begun
		_ = cmd.Wait()
	}()
	select {
	case found := <-s.found:
		return found
	case <-time.After(time.Minute):
		require.Fail(t, "the page said nothing", "%s", &output)
		return nil
	}
}

type object = map[string]any

// A page of another site can call, if the site is one of those that may: over Connect, in
// JSON, with streams, over gRPC-Web, and over REST.
func TestPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l := newLibrary(t, s.URL)
	l.furnish(t)
	require.Equal(t, http.StatusOK, l.send(t, headers(t, "librarian"), "POST", "/v1/shelves/sea/books", `{"title": "Typee"}`).code)
	s.config["library"], s.config["token"] = l.url, headers(t, "librarian").Get("Authorization")

	var found struct {
		Error                                             string
		Connect, ConnectError, Rest, RestWrite, RestError struct {
			Status int
			Limit  bool
			Body   any
		}
		Stream, StreamError []struct {
			Flags int
			Body  any
		}
		GRPCWeb, GRPCWebError struct {
			Type, Status string
			Messages     []struct {
				Flags int
				Body  string
			}
		}
	}
	text := s.visit(t)
	require.NoError(t, json.Unmarshal(text, &found), "%s", text)
	require.Empty(t, found.Error)

	assert.Equal(t, 200, found.Connect.Status)
	assert.Equal(t, object{"id": "1", "username": "ada", "email": "a@example.com"}, found.Connect.Body)
	assert.True(t, found.Connect.Limit, "the page may read the headers of limits")
	assert.Equal(t, 404, found.ConnectError.Status)
	assert.Equal(t, "not_found", at(found.ConnectError.Body, "code"))
	assert.Equal(t, "google.rpc.ErrorInfo", at(found.ConnectError.Body, "details.0.type"))

	require.Len(t, found.Stream, 3)
	assert.Equal(t, "Moby-Dick", at(found.Stream[0].Body, "title"))
	assert.Equal(t, "Typee", at(found.Stream[1].Body, "title"))
	assert.Equal(t, 2, found.Stream[2].Flags, "the end")
	assert.Nil(t, at(found.Stream[2].Body, "error"))
	require.Len(t, found.StreamError, 1)
	assert.Equal(t, "invalid_argument", at(found.StreamError[0].Body, "error.code"))

	assert.Equal(t, "application/grpc-web+proto", found.GRPCWeb.Type)
	require.Len(t, found.GRPCWeb.Messages, 2)
	assert.Equal(t, "\x08\x01\x12\x03ada\x1a\x0da@example.com", found.GRPCWeb.Messages[0].Body)
	assert.Equal(t, 0x80, found.GRPCWeb.Messages[1].Flags, "the trailers")
	assert.Contains(t, found.GRPCWeb.Messages[1].Body, "grpc-status: 0")
	assert.Equal(t, "5", found.GRPCWebError.Status)

	assert.Equal(t, 200, found.Rest.Status)
	assert.Equal(t, object{"title": "Moby-Dick"}, at(found.Rest.Body, "books.0"))
	assert.Equal(t, 200, found.RestWrite.Status)
	assert.Equal(t, "ada@example.org", at(found.RestWrite.Body, "email"))
	assert.Equal(t, 404, found.RestError.Status)
	assert.EqualValues(t, 5, at(found.RestError.Body, "code"))
}

// A page of any other site gets nothing: its browser does not let it.
func TestPageOfAStranger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l := newLibrary(t, "https://library.example.com")
	s.config["library"], s.config["token"], s.config["stranger"] = l.url, "", true
	assert.JSONEq(t, `{"refused": true}`, string(s.visit(t)))
}
