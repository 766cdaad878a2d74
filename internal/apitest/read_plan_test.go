package apitest_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A readExplainedDB keeps the plan of the last query, as it ran.
type readExplainedDB struct {
	crud.DB
	plan *readPlan
	err  error
}

func (d *readExplainedDB) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	var text []byte
	d.err = d.DB.QueryRow(ctx, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "+sql, args...).Scan(&text)
	if d.err == nil {
		var plans []struct{ Plan *readPlan }
		d.err = json.Unmarshal(text, &plans)
		d.plan = plans[0].Plan
	}
	return d.DB.Query(ctx, sql, args...)
}

// A readPlan is a node of a plan.
type readPlan struct {
	Node    string     `json:"Node Type"`
	Index   string     `json:"Index Name"`
	Hit     int        `json:"Shared Hit Blocks"`
	Read    int        `json:"Shared Read Blocks"`
	Removed float64    `json:"Rows Removed by Filter"`
	Plans   []readPlan `json:"Plans"`
}

// scans are the nodes that find rows.
func (p *readPlan) scans() (scans []readPlan) {
	if strings.HasSuffix(p.Node, "Scan") && p.Node != "Subquery Scan" && p.Node != "Bitmap Heap Scan" {
		scans = append(scans, *p)
	}
	for i := range p.Plans {
		scans = append(scans, p.Plans[i].scans()...)
	}
	return scans
}

// planBooks stores 20,000 books in the shelf a, of which half have no publish_time, and
// as many in others, with an index for each order.
func (s *readServer) planBooks(t testing.TB) {
	t.Helper()
	s.shelf(t, "a", "b")
	s.manyBooks(t, "a", 20_000)
	s.manyBooks(t, "b", 5_000)
	for _, sql := range []string{
		`UPDATE books SET publish_time = timestamptz '2020-01-01' + pages * interval '1 minute' WHERE pages % 2 = 0`,
		`UPDATE books SET price = pages % 1000, copies = pages % 3`,
		`CREATE INDEX by_pages ON books (shelf_id, pages, book_id)`,
		`CREATE INDEX by_price ON books (shelf_id, price, pages, book_id)`,
		`CREATE INDEX by_publish_time ON books (shelf_id, publish_time, book_id)`,
		`VACUUM ANALYZE books`,
	} {
		_, err := s.db.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
}

// TestRead_8_2_Plans: whatever the order, a page deep in a list costs what the first one
// does: it is found through the index of its order, whose other entries are not read.
func TestRead_8_2_Plans(t *testing.T) {
	t.Parallel()
	db := &readExplainedDB{DB: crudtest.Postgres(t)}
	s := readServe(t, db.DB)
	s.planBooks(t)
	s.named, s.plain = readDial(t, db, nil)
	for name, test := range map[string]struct {
		order, index string
	}{
		"the key":              {"", "books_pkey"},
		"the key, reversed":    {"name desc", "books_pkey"},
		"one way":              {"pages", "by_pages"},
		"one way, reversed":    {"pages desc, name desc", "by_pages"},
		"two fields":           {"price, pages", "by_price"},
		"two fields, reversed": {"price desc, pages desc, name desc", "by_price"},
		"mixed, unlike values": {"pages desc", "by_pages"},
		"mixed, like values":   {"price desc, pages", "by_price"},
		"nullable":             {"publish_time", "by_publish_time"},
		"nullable, reversed":   {"publish_time desc", "by_publish_time"},
		"nullable, name back":  {"publish_time, name desc", "by_publish_time"},
		"nullable, back, back": {"publish_time desc, name desc", "by_publish_time"},
	} {
		for _, depth := range []int32{0, 1, 5_000, 9_990, 15_000, 19_900} {
			req := &apitest.ListBooksRequest{Parent: "shelves/a", OrderBy: test.order}
			if depth > 0 {
				req.PageSize, req.Skip = 1, depth-1
				before, err := s.named.ListBooks(t.Context(), req)
				require.NoError(t, err)
				req.PageToken = before.GetNextPageToken()
			}
			req.PageSize, req.Skip = 50, 0
			page, err := s.named.ListBooks(t.Context(), req)
			require.NoError(t, err)
			require.NoError(t, db.err)
			require.Len(t, page.GetBooks(), 50)
			scans := db.plan.scans()
			require.NotEmpty(t, scans)
			for _, scan := range scans {
				assert.Equal(t, test.index, scan.Index, "%s at %d: %s", name, depth, scan.Node)
			}
			assert.Less(t, db.plan.Hit+db.plan.Read, 200, "%s at %d reads %+v", name, depth, scans)
		}
	}
}
