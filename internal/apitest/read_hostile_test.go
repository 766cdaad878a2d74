package apitest_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
)

// readHostile are texts that mean something to an SQL engine, to its drivers, to a
// pattern or to the languages of filters and orders.
var readHostile = []string{
	// quotes and ends
	`'`, `''`, `"`, `""`, "`", `'"`, `\`, `\\`, `\'`, `\"`, `';`, `";`, `;`, `--`, `/*`, `*/`, `/**/`, `#`, `E'\''`, `$$`, `$tag$x$tag$`,
	// parameters
	`?`, `??`, `$1`, `$2`, `$99999`, `:name`, `@name`, `%s`, `%d`, `{}`, `{shelf}`, `${x}`,
	// statements
	`' OR '1'='1`, `' OR 1=1 --`, `" OR ""="`, `'; DROP TABLE books; --`, `1; DELETE FROM books`, `') UNION SELECT secret FROM books --`,
	`' AND pg_sleep(10) --`, `x' || (SELECT secret FROM books LIMIT 1) || '`, `books.secret`, `secret`, `NULL`, `null`, `true`, `DEFAULT`,
	`ORDER BY 1`, `title desc; DROP TABLE books`, `title, (SELECT 1)`, `CASE WHEN 1 THEN 1 END`, `1=1`, `COPY books TO PROGRAM 'id'`, `ATTACH DATABASE 'x' AS y`, `PRAGMA user_version`,
	// patterns
	`%`, `_`, `%%`, `a_b`, `\%`, `*`, `**`, `\*`, `[a-z]`, `[!a]`, `[`, `]`, `^`, `(?i)x`, `.*`,
	// languages
	`a OR b`, `a AND b`, `NOT a`, `-a`, `(a`, `a)`, `title = x`, `f(x)`, `a.b.c`, `a:b`, `,`, `desc`, `../../etc/passwd`,
	// bytes
	"\x00", "a\x00b", "\n", "\r\n", "\t", "\u202e", "\ufeff", "é", "e\u0301", "😀", "ﬀ", "\U0010ffff", "İ", "ß", strings.Repeat("a", 3000), strings.Repeat("'", 500),
}

// readQuoted is a text as a filter's literal.
func readQuoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `*`, `\*`).Replace(text) + `"`
}

// readInputs are the string inputs of the methods that read, each in a call.
func (s *readServer) readInputs() map[string]func(ctx context.Context, text string) error {
	list := func(ctx context.Context, change func(*apitest.ListBooksRequest)) error {
		req := &apitest.ListBooksRequest{Parent: "shelves/a"}
		change(req)
		_, err := s.named.ListBooks(ctx, req)
		return err
	}
	films := func(ctx context.Context, change func(*apitest.ListFilmsRequest)) error {
		req := &apitest.ListFilmsRequest{}
		change(req)
		_, err := s.plain.ListFilms(ctx, req)
		return err
	}
	get := func(ctx context.Context, name string, paths ...string) error {
		_, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: name, ReadMask: readMask(paths...)})
		return err
	}
	return map[string]func(ctx context.Context, text string) error{
		"name":        func(ctx context.Context, x string) error { return get(ctx, x) },
		"shelf":       func(ctx context.Context, x string) error { return get(ctx, "shelves/"+x+"/books/1") },
		"book":        func(ctx context.Context, x string) error { return get(ctx, "shelves/a/books/"+x) },
		"masked book": func(ctx context.Context, x string) error { return get(ctx, "shelves/a/books/"+x, "title") },
		"read mask":   func(ctx context.Context, x string) error { return get(ctx, "shelves/a/books/1", x) },
		"isbn": func(ctx context.Context, x string) error {
			_, err := s.named.GetBookByIsbn(ctx, &apitest.GetBookByIsbnRequest{Isbn: x})
			return err
		},
		"code": func(ctx context.Context, x string) error {
			_, err := s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{Code: x, ReadMask: readMask("title")})
			return err
		},
		"code's mask": func(ctx context.Context, x string) error {
			_, err := s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{Code: "c", ReadMask: readMask(x)})
			return err
		},
		"org": func(ctx context.Context, x string) error {
			_, err := s.plain.GetMember(ctx, &apitest.GetMemberRequest{Org: x, Number: 1})
			return err
		},
		"members' org": func(ctx context.Context, x string) error {
			_, err := s.plain.ListMembers(ctx, &apitest.ListMembersRequest{Org: x})
			return err
		},
		"parent": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Parent = x })
		},
		"id in it": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Parent = "shelves/" + x })
		},
		"language": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Language = x })
		},
		"page token": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.PageToken = x })
		},
		"list mask": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.ReadMask = readMask(x) })
		},
		"order by": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.OrderBy = x })
		},
		"order by, second": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.OrderBy = "title, " + x })
		},
		"filter": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Filter = x })
		},
		"filter, bare": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Filter = "summary = " + x })
		},
		"filter, quoted": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Filter = "summary = " + readQuoted(x) })
		},
		"filter, has": func(ctx context.Context, x string) error {
			return films(ctx, func(r *apitest.ListFilmsRequest) { r.Filter = "title:" + readQuoted(x) + " id > 0" })
		},
		"filter, element": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Filter = "tags:" + readQuoted(x) })
		},
		"filter, name": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Filter = "name = " + readQuoted("shelves/a/books/"+x) })
		},
		"filter, enum": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Filter = "genre = " + x })
		},
		"filter, time": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Filter = "create_time > " + readQuoted(x) })
		},
		"filter, word": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Filter = readQuoted(x) })
		},
		"filter, field": func(ctx context.Context, x string) error {
			return list(ctx, func(r *apitest.ListBooksRequest) { r.Filter = x + " = 1" })
		},
		"stream's parent": func(ctx context.Context, x string) error {
			_, err := readStreamBooks(ctx, s.named, &apitest.StreamBooksRequest{Parent: "shelves/" + x})
			return err
		},
		"stream's filter": func(ctx context.Context, x string) error {
			_, err := readStreamFilms(ctx, s.plain, &apitest.StreamFilmsRequest{Filter: x})
			return err
		},
		"stream's order": func(ctx context.Context, x string) error {
			_, err := readStreamFilms(ctx, s.plain, &apitest.StreamFilmsRequest{OrderBy: x})
			return err
		},
	}
}

// readBenign are harmless texts of the shapes that the inputs have: a word, words,
// several of them, patterns, what equals nothing, and fields.
var readBenign = []string{
	"x", "title", "pages", "desc", "", "x y", "x OR y", "x y OR z", "NOT x", "-x", "x*", `x\*`, "x y z", "null", "true", "b", "secret", "*",
	"title = x", "a/b", "x y z w", "x y z w v", "x y z w v u",
}

// TestRead_6_6_Hostile: no text of a caller makes another statement than a harmless one,
// and none fails but by the rules.
func TestRead_6_6_Hostile(t *testing.T) {
	t.Parallel()
	require.Greater(t, len(readHostile), 60)
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		s.shelf(t, "a")
		s.book(t, &apitest.Book{Name: "shelves/a/books/1", Isbn: proto.String("1")})
		s.film(t, &apitest.Film{Code: proto.String("c")})
		s.member(t, "acme", 1)
		inputs := s.readInputs()
		sent := func(call func(context.Context, string) error, text string) ([]string, error) {
			s.sent.Reset()
			err := call(ctx, text)
			return s.sent.Statements(), err
		}
		ran := 0
		for input, call := range inputs {
			known := make(map[string]bool)
			for _, text := range readBenign {
				statements, _ := sent(call, text)
				for _, sql := range statements {
					known[sql] = true
				}
			}
			for _, text := range readHostile {
				statements, err := sent(call, text)
				ran += len(statements)
				for _, sql := range statements {
					assert.True(t, known[sql], "%s %q makes a statement of its own: %s", input, text, sql)
				}
				allowed := []codes.Code{codes.OK, codes.InvalidArgument, codes.NotFound}
				assert.True(t, slices.Contains(allowed, status.Code(err)), "%s %q: %v", input, text, err)
				if err != nil {
					assert.NotNil(t, readInfo(err), "%s %q: the error is gRPC's own: %v", input, text, err)
				}
			}
		}
		assert.Greater(t, ran, 10*len(readHostile), "most of them reach the database")
	})
}

// TestRead_6_6_HostileRows: what is stored is found by what it is, and by nothing else.
func TestRead_6_6_HostileRows(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		stored := make(map[string]string) // by text
		for i, text := range readHostile {
			if strings.Contains(text, "\x00") || len([]rune(text)) > 40 {
				continue
			}
			id := "b" + strings.Repeat("x", i)
			s.book(t, &apitest.Book{Name: "shelves/a/books/" + id, Title: text, Isbn: proto.String(text), Language: text, Tags: []string{text}})
			stored[text] = id
		}
		for text, id := range stored {
			literal := readQuoted(text)
			for _, req := range []*apitest.ListBooksRequest{
				{Filter: "title = " + literal},
				{Filter: "isbn = " + literal + " language = " + literal},
				{Filter: "NOT title != " + literal},
				{Filter: "tags:" + literal},
				{Language: text},
			} {
				req.Parent, req.PageSize = "shelves/a", 1000
				s.listBooks(t, req, id)
			}
			got, err := s.named.GetBookByIsbn(t.Context(), &apitest.GetBookByIsbnRequest{Isbn: text})
			require.NoError(t, err, text)
			assert.Equal(t, text, got.GetTitle())
			page, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 1000, Filter: "title:" + literal})
			require.NoError(t, err, text)
			var holds []string
			for other, id := range stored {
				if strings.Contains(other, text) {
					holds = append(holds, id)
				}
			}
			assert.ElementsMatch(t, holds, readIDs(page.GetBooks()), "title:%s", literal)
		}
	})
}
