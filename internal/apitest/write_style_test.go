package apitest_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A writeResource is what Book and Film have in common.
type writeResource interface {
	proto.Message
	GetTitle() string
	GetTags() []string
	GetLanguage() string
	GetNote() string
	GetState() string
	GetEtag() string
	GetCreateTime() *timestamppb.Timestamp
	GetUpdateTime() *timestamppb.Timestamp
	GetDeleteTime() *timestamppb.Timestamp
	GetPurgeTime() *timestamppb.Timestamp
}

// A writeCall is what a request says beside the resource.
type writeCall struct {
	mask         *fieldmaskpb.FieldMask
	etag         string
	requestID    string
	allowMissing bool
	validateOnly bool
}

// A writeStyle drives the soft-deleted resource of a key style through its service.
// Rules that both styles share are tested through it.
type writeStyle struct {
	*writeServer
	field     string // of the resource in requests
	keyField  string // of the key, in the resource and in requests
	uniqueOne string // the unique field
	number    string // an int32 field
	reference string // the field that refers to a film
	resource  string // the type
	table     string
	// absent are keys that no resource has, as ResourceInfo has them.
	absent string

	// numbered is the key of that number, of which no created resource has one above 99.
	numbered func(n int) string
	blank    func(key string) writeResource
	key      func(m writeResource) string
	get      func(ctx context.Context, key string) (writeResource, error)
	create   func(ctx context.Context, m writeResource, call writeCall) (writeResource, error)
	update   func(ctx context.Context, m writeResource, call writeCall) (writeResource, error)
	remove   func(ctx context.Context, key string, call writeCall) (writeResource, error)
	undelete func(ctx context.Context, key string, call writeCall) (writeResource, error)
}

// writeEachStyle runs f on both engines in both key styles, each on a database of its
// own.
func writeEachStyle(t *testing.T, config writeConfig, f func(t *testing.T, w *writeStyle)) {
	t.Helper()
	t.Run("named", func(t *testing.T) {
		writeEach(t, config, func(t *testing.T, s *writeServer) { f(t, writeBooks(s)) })
	})
	t.Run("plain", func(t *testing.T) {
		writeEach(t, config, func(t *testing.T, s *writeServer) { f(t, writeFilms(s)) })
	})
}

// writeResult keeps a nil message of a failed call from looking like one.
func writeResult[M writeResource](m M, err error) (writeResource, error) {
	if err != nil {
		return nil, err
	}
	return m, nil
}

// writeBooks drives books. A book that is created without a name gets the next of
// shelves/a/books/b1, b2 and so on.
func writeBooks(s *writeServer) *writeStyle {
	next := 0
	return &writeStyle{
		writeServer: s,
		field:       "book", keyField: "name", uniqueOne: "isbn", number: "pages", reference: "owner_id",
		resource: "api.example.com/Book", table: "books", absent: "shelves/a/books/none",
		numbered: func(n int) string { return "shelves/a/books/n" + strconv.Itoa(n) },
		blank:    func(key string) writeResource { return &apitest.Book{Name: key} },
		key:      func(m writeResource) string { return m.(*apitest.Book).GetName() },
		get: func(ctx context.Context, key string) (writeResource, error) {
			return writeResult(s.GetBook(ctx, &apitest.GetBookRequest{Name: key}))
		},
		create: func(ctx context.Context, m writeResource, call writeCall) (writeResource, error) {
			next++
			return writeResult(s.CreateBook(ctx, &apitest.CreateBookRequest{
				Parent: "shelves/a", BookId: "b" + strconv.Itoa(next), Book: m.(*apitest.Book),
				RequestId: call.requestID, ValidateOnly: call.validateOnly,
			}))
		},
		update: func(ctx context.Context, m writeResource, call writeCall) (writeResource, error) {
			return writeResult(s.UpdateBook(ctx, &apitest.UpdateBookRequest{
				Book: m.(*apitest.Book), UpdateMask: call.mask, AllowMissing: call.allowMissing,
				RequestId: call.requestID, ValidateOnly: call.validateOnly,
			}))
		},
		remove: func(ctx context.Context, key string, call writeCall) (writeResource, error) {
			return writeResult(s.DeleteBook(ctx, &apitest.DeleteBookRequest{
				Name: key, Etag: call.etag, AllowMissing: call.allowMissing,
				RequestId: call.requestID, ValidateOnly: call.validateOnly,
			}))
		},
		undelete: func(ctx context.Context, key string, call writeCall) (writeResource, error) {
			return writeResult(s.UndeleteBook(ctx, &apitest.UndeleteBookRequest{
				Name: key, Etag: call.etag, RequestId: call.requestID, ValidateOnly: call.validateOnly,
			}))
		},
	}
}

// writeFilms drives films, whose ids the database makes.
func writeFilms(s *writeServer) *writeStyle {
	id := func(key string) int64 {
		n, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			panic(err)
		}
		return n
	}
	return &writeStyle{
		writeServer: s,
		field:       "film", keyField: "id", uniqueOne: "code", number: "minutes", reference: "sequel_of",
		resource: "apitest.Film", table: "films", absent: "4711",
		numbered: strconv.Itoa,
		blank:    func(key string) writeResource { return &apitest.Film{Id: id(key)} },
		key:      func(m writeResource) string { return strconv.FormatInt(m.(*apitest.Film).GetId(), 10) },
		get: func(ctx context.Context, key string) (writeResource, error) {
			return writeResult(s.GetFilm(ctx, &apitest.GetFilmRequest{Id: id(key)}))
		},
		create: func(ctx context.Context, m writeResource, call writeCall) (writeResource, error) {
			return writeResult(s.CreateFilm(ctx, &apitest.CreateFilmRequest{
				Film: m.(*apitest.Film), RequestId: call.requestID, ValidateOnly: call.validateOnly,
			}))
		},
		update: func(ctx context.Context, m writeResource, call writeCall) (writeResource, error) {
			return writeResult(s.UpdateFilm(ctx, &apitest.UpdateFilmRequest{
				Film: m.(*apitest.Film), UpdateMask: call.mask, AllowMissing: call.allowMissing,
				RequestId: call.requestID, ValidateOnly: call.validateOnly,
			}))
		},
		remove: func(ctx context.Context, key string, call writeCall) (writeResource, error) {
			return writeResult(s.DeleteFilm(ctx, &apitest.DeleteFilmRequest{
				Id: id(key), Etag: call.etag, AllowMissing: call.allowMissing,
				RequestId: call.requestID, ValidateOnly: call.validateOnly,
			}))
		},
		undelete: func(ctx context.Context, key string, call writeCall) (writeResource, error) {
			return writeResult(s.UndeleteFilm(ctx, &apitest.UndeleteFilmRequest{Id: id(key), Etag: call.etag}))
		},
	}
}

// fields returns the text with the names of the style's fields in place of UNIQUE,
// NUMBER, REFERENCE and KEY.
func (w *writeStyle) fields(text string) string {
	return strings.NewReplacer("UNIQUE", w.uniqueOne, "NUMBER", w.number, "REFERENCE", w.reference, "KEY", w.keyField).Replace(text)
}

// message returns a resource with the key, empty for none, and the fields of a text.
func (w *writeStyle) message(t testing.TB, key, text string) writeResource {
	t.Helper()
	m := w.blank("0")
	require.NoError(t, prototext.Unmarshal([]byte(w.fields(text)), m))
	if key != "" {
		proto.Merge(m, w.blank(key))
	}
	return m
}

// made creates a resource of a text.
func (w *writeStyle) made(t testing.TB, text string) writeResource {
	t.Helper()
	m, err := w.create(t.Context(), w.message(t, "", text), writeCall{})
	require.NoError(t, err)
	return m
}

// stored returns what Get answers.
func (w *writeStyle) stored(t testing.TB, m writeResource) writeResource {
	t.Helper()
	got, err := w.get(t.Context(), w.key(m))
	require.NoError(t, err)
	return got
}

// change updates m's resource with the fields of a text.
func (w *writeStyle) change(t testing.TB, m writeResource, text string, paths ...string) (writeResource, error) {
	t.Helper()
	return w.update(t.Context(), w.message(t, w.key(m), text), writeCall{mask: w.mask(writeMask(paths...))})
}

// mask returns a mask with the names of the style's fields.
func (w *writeStyle) mask(mask *fieldmaskpb.FieldMask) *fieldmaskpb.FieldMask {
	if mask == nil {
		return nil
	}
	out := &fieldmaskpb.FieldMask{}
	for _, path := range mask.GetPaths() {
		out.Paths = append(out.Paths, w.fields(path))
	}
	return out
}

func writeMask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

// patched returns a resource with the fields of a text in place of its own, NULL for
// unset, and without what each write changes.
func (w *writeStyle) patched(t testing.TB, m writeResource, text string) writeResource {
	t.Helper()
	out := w.timeless(m)
	if cleared := w.uniqueOne + ": NULL"; strings.Contains(w.fields(text), cleared) {
		text = strings.Replace(w.fields(text), cleared, "", 1)
		writeClear(out, w.uniqueOne)
	}
	for _, f := range strings.Fields(w.fields(text)) {
		if name, isName := strings.CutSuffix(f, ":"); isName {
			writeClear(out, name)
		}
	}
	proto.Merge(out, w.message(t, "", text))
	writeClear(out, "note") // which no answer has
	return out
}

// timeless returns a resource without what each write changes.
func (w *writeStyle) timeless(m writeResource) writeResource {
	out := proto.Clone(m).(writeResource)
	writeClear(out, "update_time")
	writeClear(out, "etag")
	return out
}

func writeClear(m writeResource, field string) {
	r := m.ProtoReflect()
	r.Clear(r.Descriptor().Fields().ByName(protoreflect.Name(field)))
}

// writeEachStyleInMemory runs f in both key styles on the embedded engine alone, for
// rules in which no engine has a part.
func writeEachStyleInMemory(t *testing.T, config writeConfig, f func(t *testing.T, w *writeStyle)) {
	t.Helper()
	for name, style := range map[string]func(*writeServer) *writeStyle{"named": writeBooks, "plain": writeFilms} {
		t.Run(name, func(t *testing.T) { f(t, style(writeServe(t, crudtest.SQLiteMemory(t), config))) })
	}
}
