package crudtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// dropTimeout bounds the drop of a schema, of which some hold hundreds of tables.
const dropTimeout = 30 * time.Second

// A schema is a test's own namespace in a server that it shares with others.
type schema struct {
	server *pgx.ConnConfig
	url    string // of the server
	name   string
}

// newSchema makes a schema that is dropped when t ends.
func newSchema(t testing.TB) schema {
	t.Helper()
	s, err := createSchema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
		defer cancel()
		if err := s.drop(ctx); err != nil {
			t.Errorf("crudtest: drop the schema of the test: %v", err)
		}
	})
	return s
}

func createSchema(ctx context.Context) (schema, error) {
	url, err := shared.url()
	if err != nil {
		return schema{}, err
	}
	server, err := pgx.ParseConfig(url)
	if err != nil {
		return schema{}, fmt.Errorf("crudtest: %s: %w", urlVariable, err)
	}
	s := schema{server: server, url: url, name: newSchemaName()}
	if err := admin.exec(ctx, url, "CREATE SCHEMA "+s.name); err != nil {
		return schema{}, fmt.Errorf("crudtest: PostgreSQL at %s:%d (%s): %w", server.Host, server.Port, origin(), err)
	}
	return s, nil
}

// origin tells where the server comes from.
func origin() string {
	if os.Getenv(urlVariable) != "" {
		return "named by " + urlVariable
	}
	return "started by this process"
}

// newSchemaName returns a name that no other test, process or machine will choose,
// and that needs no quotes.
func newSchemaName() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return "crudtest_" + hex.EncodeToString(b[:])
}

// drop drops the schema with all that is in it.
func (s schema) drop(ctx context.Context) error {
	return admin.exec(ctx, s.url, "DROP SCHEMA "+s.name+" CASCADE")
}

// connString returns the server's connection string with the schema as its
// search_path. The parameter "options" is the one that every client library
// understands; given twice, the last one counts.
func (s schema) connString() string {
	options := strings.TrimSpace(s.server.RuntimeParams["options"] + " -csearch_path=" + s.name)
	if !strings.HasPrefix(s.url, "postgres://") && !strings.HasPrefix(s.url, "postgresql://") {
		options = strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(options)
		return strings.TrimSpace(s.url) + " options='" + options + "'"
	}
	separator := "?"
	if strings.Contains(s.url, "?") {
		separator = "&"
	}
	// A + in a connection URL is a plus.
	return s.url + separator + "options=" + strings.ReplaceAll(url.QueryEscape(options), "+", "%20")
}
