package allkinds_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func eachDocuments(t *testing.T, f func(t *testing.T, s crud.Store[*allkinds.Document, int64])) {
	t.Helper()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, allkinds.DocumentTable))
		f(t, allkinds.NewDocumentRepository(db))
	})
}

func stored() *allkinds.Document {
	return &allkinds.Document{
		Title:  "T",
		Author: &allkinds.Person{GivenName: "Ann", FamilyName: "Lee", Age: proto.Int32(7), Birthplace: "Oslo", Etag: "e", Secret: "s", Contact: &allkinds.Person_Email{Email: "a@b"}},
		Reviews: map[string]*allkinds.Review{
			"smith": {Stars: 3, Text: "ok"},
			"a b":   {Stars: 1},
		},
		Labels: map[string]string{"x": "1", "y": "2"},
		Tree:   &allkinds.Tree{Name: "root", Next: &allkinds.Tree{Name: "leaf"}},
	}
}

// What a mask names below a column is written, and nothing else (AIP-134, AIP-161).
func TestNestedMasks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		mask  []string
		input *allkinds.Document
		want  func(m *allkinds.Document)
	}{
		"a field": {
			[]string{"author.given_name"},
			&allkinds.Document{Title: "ignored", Author: &allkinds.Person{GivenName: "Eva", FamilyName: "ignored"}},
			func(m *allkinds.Document) { m.Author.GivenName = "Eva" },
		},
		"a field to its zero": {
			[]string{"author.family_name"},
			&allkinds.Document{Author: &allkinds.Person{GivenName: "ignored"}},
			func(m *allkinds.Document) { m.Author.FamilyName = "" },
		},
		"an optional field to unset": {
			[]string{"author.age"},
			&allkinds.Document{Author: &allkinds.Person{}},
			func(m *allkinds.Document) { m.Author.Age = nil },
		},
		"a field of a message that the input lacks": {
			[]string{"author.age"},
			&allkinds.Document{},
			func(m *allkinds.Document) { m.Author.Age = nil },
		},
		"a field below a message that is made": {
			[]string{"author.address.city"},
			&allkinds.Document{Author: &allkinds.Person{Address: &allkinds.Address{City: "Bergen", Country: "ignored"}}},
			func(m *allkinds.Document) { m.Author.Address = &allkinds.Address{City: "Bergen"} },
		},
		"another arm of a oneof": {
			[]string{"author.phone"},
			&allkinds.Document{Author: &allkinds.Person{Contact: &allkinds.Person_Phone{Phone: 5}}},
			func(m *allkinds.Document) { m.Author.Contact = &allkinds.Person_Phone{Phone: 5} },
		},
		"an arm that is not set": {
			[]string{"author.phone"},
			&allkinds.Document{Author: &allkinds.Person{}},
			func(*allkinds.Document) {},
		},
		"an entry of a map": {
			[]string{"labels.x"},
			&allkinds.Document{Labels: map[string]string{"x": "9", "y": "ignored"}},
			func(m *allkinds.Document) { m.Labels["x"] = "9" },
		},
		"an entry that is removed": {
			[]string{"labels.x"},
			&allkinds.Document{},
			func(m *allkinds.Document) { delete(m.Labels, "x") },
		},
		"a quoted key": {
			[]string{"reviews.`a b`.stars", "reviews.smith.text"},
			&allkinds.Document{Reviews: map[string]*allkinds.Review{"a b": {Stars: 5, Text: "ignored"}, "smith": {Text: "new"}}},
			func(m *allkinds.Document) { m.Reviews["a b"].Stars, m.Reviews["smith"].Text = 5, "new" },
		},
		"a field of a new entry": {
			[]string{"reviews.new.stars"},
			&allkinds.Document{Reviews: map[string]*allkinds.Review{"new": {Stars: 2}}},
			func(m *allkinds.Document) { m.Reviews["new"] = &allkinds.Review{Stars: 2} },
		},
		"deep in a recursion": {
			[]string{"tree.next.name", "tree.children"},
			&allkinds.Document{Tree: &allkinds.Tree{Name: "ignored", Next: &allkinds.Tree{Name: "N"}, Children: []*allkinds.Tree{{Name: "c"}}}},
			func(m *allkinds.Document) { m.Tree.Next.Name, m.Tree.Children = "N", []*allkinds.Tree{{Name: "c"}} },
		},
		"a message as a whole": {
			[]string{"tree"},
			&allkinds.Document{Tree: &allkinds.Tree{Children: []*allkinds.Tree{{}}}},
			func(m *allkinds.Document) { m.Tree = &allkinds.Tree{Children: []*allkinds.Tree{{}}} },
		},
		"parent and child": {
			[]string{"tree.next.name", "tree", "tree.next"},
			&allkinds.Document{Tree: &allkinds.Tree{Name: "r"}},
			func(m *allkinds.Document) { m.Tree = &allkinds.Tree{Name: "r"} },
		},
		"no mask": {
			nil,
			&allkinds.Document{Author: &allkinds.Person{FamilyName: "Roe", Address: &allkinds.Address{Zip: proto.String("")}}, Labels: map[string]string{"z": "3"}},
			func(m *allkinds.Document) {
				m.Author.FamilyName, m.Author.Address = "Roe", &allkinds.Address{Zip: proto.String("")}
				m.Labels = map[string]string{"z": "3"}
			},
		},
		"no mask and an empty message": {
			nil,
			&allkinds.Document{Author: &allkinds.Person{}},
			func(*allkinds.Document) {},
		},
		"everything": {
			[]string{"*"},
			&allkinds.Document{Author: &allkinds.Person{}},
			func(m *allkinds.Document) { *m = allkinds.Document{Author: &allkinds.Person{}} },
		},
	}
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				old, err := s.Create(t.Context(), stored())
				require.NoError(t, err)
				input := proto.Clone(test.input).(*allkinds.Document)
				input.Id = old.GetId()
				want := proto.Clone(old).(*allkinds.Document)
				test.want(want)
				got, err := s.Update(t.Context(), input, &fieldmaskpb.FieldMask{Paths: test.mask})
				require.NoError(t, err)
				want.Id, want.UpdateTime = got.GetId(), got.GetUpdateTime()
				equal(t, want, got)
				got, err = s.Get(t.Context(), want.GetId())
				require.NoError(t, err)
				equal(t, want, got)
			})
		}
	})
}

// A path that names nothing is refused, and says why.
func TestWrongNestedPaths(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"author.givenname":        `path "author.givenname" names no field of author; did you mean "given_name"?`,
		"author.nothing":          `path "author.nothing" names no field of author`,
		"author..given_name":      `path "author..given_name" has an empty or unended part`,
		"author.":                 `path "author." has an empty or unended part`,
		"reviews.`smith":          "path \"reviews.`smith\" has an empty or unended part",
		"editors.0":               `path "editors.0" goes into editors, which is repeated`,
		"editors.given_name":      `path "editors.given_name" goes into editors, which is repeated`,
		"author.tags.x":           `path "author.tags.x" goes into tags, which is repeated`,
		"author.age.x":            `path "author.age.x" goes into age, which has no fields`,
		"author.birth_time.nanos": `path "author.birth_time.nanos" goes into birth_time, which is written as a whole`,
		"settings.key":            `path "settings.key" goes into settings, which is written as a whole`,
		"labels.x.y":              `path "labels.x.y" goes into x, which has no fields`,
		"weights.x":               `path "weights.x" has the key "x", and the keys of weights are of type int64`,
		"reviews.`*`.stars":       "", // a key like others
		"reviews.*.stars":         `path "reviews.*.stars" has a wildcard`,
		"author.*":                `path "author.*" has a wildcard`,
		"update_time.seconds":     `path "update_time.seconds" goes into update_time, which is written as a whole`,
	}
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		old, err := s.Create(t.Context(), stored())
		require.NoError(t, err)
		for path, want := range tests {
			_, err := crud.Update(t.Context(), allkinds.DocumentTable, s, &allkinds.Document{Id: old.GetId()}, &fieldmaskpb.FieldMask{Paths: []string{path}})
			_, read := s.Get(t.Context(), old.GetId(), crud.ReadMask(&fieldmaskpb.FieldMask{Paths: []string{path}}))
			if want == "" {
				require.NoError(t, err, path)
				require.NoError(t, read, path)
				continue
			}
			for field, err := range map[string]error{"update_mask": err, "read_mask": read} {
				require.Equal(t, codes.InvalidArgument, status.Code(err), path)
				assert.Contains(t, err.Error(), field, path)
				assert.Contains(t, violation(err), want)
			}
		}
	})
}

func violation(err error) string {
	e, ok := err.(*crud.Error) //nolint:errorlint // what the runtime returns
	if !ok || len(e.Violations) == 0 {
		return ""
	}
	return e.Violations[0].Description
}

// Behaviors inside messages hold where the message is present (AIP-203).
func TestNestedBehaviors(t *testing.T) {
	t.Parallel()
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		table := allkinds.DocumentTable
		update := func(t *testing.T, id int64, author *allkinds.Person, paths ...string) (*allkinds.Document, error) {
			t.Helper()
			return crud.Update(t.Context(), table, s, &allkinds.Document{Id: id, Author: author}, &fieldmaskpb.FieldMask{Paths: paths})
		}
		create := func(t *testing.T) *allkinds.Document {
			t.Helper()
			m, err := s.Create(t.Context(), stored())
			require.NoError(t, err)
			return m
		}
		t.Run("create", func(t *testing.T) {
			input := stored()
			input.Editors = []*allkinds.Person{{GivenName: "E", Etag: "given", Secret: "hidden"}}
			got, err := crud.Create(t.Context(), table, s, input)
			require.NoError(t, err)
			assert.Empty(t, got.GetAuthor().GetEtag(), "output only")
			assert.Empty(t, got.GetEditors()[0].GetEtag(), "output only")
			assert.Empty(t, got.GetAuthor().GetSecret(), "input only")
			assert.Equal(t, "Oslo", got.GetAuthor().GetBirthplace())
			kept, err := s.Get(t.Context(), got.GetId())
			require.NoError(t, err)
			assert.Equal(t, "hidden", kept.GetEditors()[0].GetSecret())
			assert.Equal(t, "e", stored().GetAuthor().GetEtag(), "the input is not changed")
		})
		t.Run("required", func(t *testing.T) {
			_, err := crud.Create(t.Context(), table, s, &allkinds.Document{
				Author:  &allkinds.Person{FamilyName: "x"},
				Editors: []*allkinds.Person{{GivenName: "a"}, {}},
				Reviews: map[string]*allkinds.Review{"k": {Reviewer: &allkinds.Person{}}},
			})
			assert.Equal(t, []string{"document.author.given_name", "document.editors[1].given_name", `document.reviews["k"].reviewer.given_name`}, fields(err))
			m := create(t)
			_, err = update(t, m.GetId(), &allkinds.Person{}, "author.given_name")
			assert.Equal(t, []string{"document.author.given_name"}, fields(err))
			_, err = update(t, m.GetId(), &allkinds.Person{FamilyName: "x"}, "author")
			assert.Equal(t, []string{"document.author.given_name"}, fields(err))
			_, err = update(t, m.GetId(), &allkinds.Person{FamilyName: "x"}, "author.family_name")
			assert.NoError(t, err)
		})
		t.Run("output only stays", func(t *testing.T) {
			m := create(t)
			for _, path := range []string{"author.etag", "author", "*"} {
				_, err := update(t, m.GetId(), &allkinds.Person{GivenName: "New", Etag: "given", Birthplace: "Oslo"}, path)
				require.NoError(t, err, path)
				got, err := s.Get(t.Context(), m.GetId())
				require.NoError(t, err)
				assert.Equal(t, "e", got.GetAuthor().GetEtag(), path)
			}
			_, err := update(t, m.GetId(), nil, "author")
			require.NoError(t, err)
			got, err := s.Get(t.Context(), m.GetId())
			require.NoError(t, err)
			assert.Nil(t, got.GetAuthor(), "it goes with its message")
		})
		t.Run("immutable", func(t *testing.T) {
			m := create(t)
			for _, path := range []string{"author.birthplace", "author", "*"} {
				_, err := update(t, m.GetId(), &allkinds.Person{GivenName: "G", Birthplace: "Rome"}, path)
				assert.Equal(t, []string{"document.author.birthplace"}, fields(err), path)
				_, err = update(t, m.GetId(), &allkinds.Person{GivenName: "G", Birthplace: "Oslo"}, path)
				assert.NoError(t, err, path)
			}
			_, err := update(t, m.GetId(), nil, "author")
			require.NoError(t, err)
			_, err = update(t, m.GetId(), &allkinds.Person{GivenName: "G", Birthplace: "Rome"}, "author")
			assert.NoError(t, err, "a new message may say it")
		})
	})
}

func fields(err error) []string {
	e, ok := err.(*crud.Error) //nolint:errorlint // what the runtime returns
	if !ok {
		return nil
	}
	names := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		names[i] = v.Field
	}
	return names
}

// A read mask below a column returns that and nothing else (AIP-157).
func TestNestedReadMasks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		mask []string
		want *allkinds.Document
	}{
		"a field":              {[]string{"author.given_name"}, &allkinds.Document{Author: &allkinds.Person{GivenName: "Ann"}}},
		"several":              {[]string{"author.given_name", "author.age", "title"}, &allkinds.Document{Title: "T", Author: &allkinds.Person{GivenName: "Ann", Age: proto.Int32(7)}}},
		"an entry":             {[]string{"labels.x"}, &allkinds.Document{Labels: map[string]string{"x": "1"}}},
		"a field of an entry":  {[]string{"reviews.smith.text"}, &allkinds.Document{Reviews: map[string]*allkinds.Review{"smith": {Text: "ok"}}}},
		"what is not there":    {[]string{"author.address.city", "labels.none"}, &allkinds.Document{}},
		"parent and child":     {[]string{"tree", "tree.name"}, &allkinds.Document{Tree: stored().GetTree()}},
		"an arm that is unset": {[]string{"author.phone"}, &allkinds.Document{}},
	}
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		m, err := s.Create(t.Context(), stored())
		require.NoError(t, err)
		for name, test := range tests {
			mask := &fieldmaskpb.FieldMask{Paths: test.mask}
			got, err := s.Get(t.Context(), m.GetId(), crud.ReadMask(mask))
			require.NoError(t, err, name)
			equal(t, test.want, got)
			page, err := s.List(t.Context(), crud.Query{ReadMask: mask})
			require.NoError(t, err, name)
			equal(t, test.want, page.Items[0])
			batch, err := s.BatchGet(t.Context(), []int64{m.GetId()}, crud.ReadMask(mask))
			require.NoError(t, err, name)
			equal(t, test.want, batch[0])
		}
	})
}

// A random mask on random messages has the effect that AIP-161 says.
func TestRandomMasks(t *testing.T) {
	t.Parallel()
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		rapid.Check(t, func(rt *rapid.T) {
			old, input := &allkinds.Document{}, &allkinds.Document{}
			fill(rt, old.ProtoReflect(), 0, "id", "update_time")
			fill(rt, input.ProtoReflect(), 0, "id", "update_time")
			want, ok := updateByRandomMask(t, rt, s, old, input, func(m *allkinds.Document) []*date.Date {
				return []*date.Date{m.GetIssueDate(), m.GetDueDate()}
			})
			if !ok {
				return
			}
			got, err := s.Get(t.Context(), want.GetId())
			require.NoError(rt, err)
			same(rt, want, got)
		})
	})
}

// updateByRandomMask stores old, updates it by input and a random mask, and compares it
// with the reference. It returns what is stored; ok is false if the mask made a date that
// is none, which is refused.
func updateByRandomMask[M interface {
	proto.Message
	GetId() int64
}](t *testing.T, rt *rapid.T, s crud.Store[M, int64], old, input M, dates func(M) []*date.Date) (want M, ok bool) {
	mask := &fieldmaskpb.FieldMask{}
	for range rapid.IntRange(1, 4).Draw(rt, "paths") {
		mask.Paths = append(mask.Paths, path(rt, input.ProtoReflect(), old.ProtoReflect(), ""))
	}
	created, err := s.Create(t.Context(), old)
	require.NoError(rt, err)
	want = proto.CloneOf(created)
	for _, p := range mask.Paths {
		apply(want.ProtoReflect(), input.ProtoReflect(), p)
	}
	fields := want.ProtoReflect().Descriptor().Fields()
	input.ProtoReflect().Set(fields.ByName("id"), protoreflect.ValueOfInt64(created.GetId()))
	got, err := s.Update(t.Context(), input, mask)
	if !wholeDates(dates(want)...) {
		require.Equal(rt, codes.InvalidArgument, status.Code(err))
		return want, false
	}
	require.NoError(rt, err)
	updated := fields.ByName("update_time")
	want.ProtoReflect().Set(updated, got.ProtoReflect().Get(updated))
	same(rt, want, got)
	return want, true
}

// wholeDates reports whether dates that are set are days of a calendar, which a mask may
// make of two dates or not.
func wholeDates(dates ...*date.Date) bool {
	for _, d := range dates {
		at := time.Date(int(d.GetYear()), time.Month(d.GetMonth()), int(d.GetDay()), 0, 0, 0, 0, time.UTC)
		if d != nil && (d.GetYear() == 0 || at.Day() != int(d.GetDay()) || at.Month() != time.Month(d.GetMonth())) {
			return false
		}
	}
	return true
}

// path returns a random path, of a map's keys those that one of the messages has.
func path(t *rapid.T, a, b protoreflect.Message, prefix string) string {
	fds := a.Descriptor().Fields()
	fd := fds.Get(rapid.IntRange(0, fds.Len()-1).Draw(t, "field"))
	if prefix == "" && (fd.Name() == "id" || fd.Name() == "update_time") {
		return prefix + "title"
	}
	p := prefix + string(fd.Name())
	deeper := rapid.Bool().Draw(t, "deeper")
	switch {
	case !deeper || fd.IsList():
		return p
	case fd.IsMap():
		for _, m := range []protoreflect.Message{a, b} {
			key := ""
			m.Get(fd).Map().Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool { key = max(key, k.String()); return true })
			if key != "" && !containsBacktick(key) {
				return p + ".`" + key + "`"
			}
		}
		return p
	case fd.Message() == nil || fd.Message().ParentFile().Package() == "google.protobuf":
		return p
	}
	return path(t, a.Get(fd).Message(), b.Get(fd).Message(), p+".")
}
