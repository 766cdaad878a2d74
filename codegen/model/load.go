package model

import (
	"maps"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Load reads the models and the services of the files that are to be generated, in
// the order of the plugin's files. Every mistake in these files, and in the models of
// other files that they use, is a diagnostic; if there is one, no files are returned.
//
// It is the only reader of options and changes nothing in gen.
func Load(gen *protogen.Plugin) ([]*File, Diagnostics) {
	l := newLoader(gen)
	l.declare()
	l.refuseStrayOptions()
	l.connect()
	files := l.serve()
	l.checkClashes(files)
	if all := l.diagnostics(); len(all) > 0 {
		return nil, all
	}
	return files, nil
}

// A loader holds what is known of a run.
type loader struct {
	gen *protogen.Plugin
	// messages are all messages of the request and of what it imports.
	messages map[protoreflect.FullName]*protogen.Message
	// drafts are the models among them, in the order of the files.
	drafts    []*draft
	byName    map[protoreflect.FullName]*draft
	byPattern map[string][]*draft
	imports   map[string]map[string]bool // what a file sees, by path
	words     map[string]*vocabulary     // by the path of the file
	counts    map[*draft]bool            // see counted
	joins     map[string]madeJoin        // by schema and table

	reports // of what is no model
	// others are the messages of the generated files that are no models.
	others []*protogen.Message
}

func newLoader(gen *protogen.Plugin) *loader {
	return &loader{
		gen:       gen,
		messages:  map[protoreflect.FullName]*protogen.Message{},
		byName:    map[protoreflect.FullName]*draft{},
		imports:   map[string]map[string]bool{},
		byPattern: map[string][]*draft{},
		words:     map[string]*vocabulary{},
		joins:     map[string]madeJoin{},
	}
}

// declare finds the models of all files and reads what each says of itself.
func (l *loader) declare() {
	for _, f := range l.gen.Files {
		for _, m := range f.Messages {
			l.declareMessage(f, m)
		}
		if f.Generate {
			l.refuseFieldOptions(f.Extensions)
		}
	}
}

func (l *loader) declareMessage(f *protogen.File, m *protogen.Message) {
	if m.Desc.IsMapEntry() {
		return
	}
	l.messages[m.Desc.FullName()] = m
	if d, ok := newDraft(f, m); ok {
		l.drafts = append(l.drafts, d)
		l.byName[m.Desc.FullName()] = d
	} else if f.Generate {
		l.list = append(l.list, d.list...)
		l.others = append(l.others, m)
	}
	if f.Generate {
		l.refuseFieldOptions(m.Extensions)
	}
	for _, nested := range m.Messages {
		l.declareMessage(f, nested)
	}
}

// refuseStrayOptions reports field options in messages that are neither models nor stored
// in columns of a model.
func (l *loader) refuseStrayOptions() {
	embedded := map[protoreflect.FullName]bool{}
	for _, d := range l.drafts {
		maps.Copy(embedded, d.embeds)
	}
	for _, m := range l.others {
		if !embedded[m.Desc.FullName()] {
			l.refuseFieldOptions(m.Fields)
		}
	}
}

// refuseFieldOptions reports field options outside of models.
func (l *loader) refuseFieldOptions(fields []*protogen.Field) {
	for _, f := range fields {
		if _, state := findOption(f.Desc, crudNumber); state != absent {
			l.add(atOption(f.Desc, crudNumber), "option (protocrud.v1.field) is set on a field that belongs to no model",
				"remove it, or add option (protocrud.v1.model) = {} to the message")
		}
	}
}

// connect reads what models say of each other.
func (l *loader) connect() {
	for _, d := range l.drafts {
		if d.keyed && d.pattern != nil {
			l.byPattern[d.pattern.Text] = append(l.byPattern[d.pattern.Text], d)
		}
	}
	l.readTableWas()
	for _, d := range l.drafts {
		d.addIndexes()
		d.addScope()
	}
	for _, d := range l.drafts {
		l.addParent(d)
		l.addReferences(d)
		l.addForeignKeys(d)
		d.readColumnsWas()
		d.addNames()
	}
	for _, d := range l.drafts {
		d.checkScopes()
		d.checkEvents()
		l.addChildren(d)
		l.addRelations(d)
	}
}

// serve reads the services of the files that are to be generated.
func (l *loader) serve() []*File {
	var files []*File
	for _, f := range l.gen.Files {
		if !f.Generate {
			continue
		}
		file := &File{Proto: f}
		for _, d := range l.drafts {
			if d.file == f {
				file.Models = append(file.Models, d.Model)
			}
		}
		for _, s := range f.Services {
			if service := l.addService(f, s); service != nil {
				file.Services = append(file.Services, service)
			}
		}
		files = append(files, file)
	}
	return files
}

// sees reports whether a file can name what another declares: it is the same, or
// imported, directly or not.
func (l *loader) sees(from, to *protogen.File) bool {
	path := from.Desc.Path()
	seen, ok := l.imports[path]
	if !ok {
		seen = map[string]bool{}
		l.addImports(from, seen)
		l.imports[path] = seen
	}
	return seen[to.Desc.Path()]
}

func (l *loader) addImports(f *protogen.File, seen map[string]bool) {
	if f == nil || seen[f.Desc.Path()] {
		return
	}
	seen[f.Desc.Path()] = true
	imports := f.Desc.Imports()
	for i := range imports.Len() {
		l.addImports(l.gen.FilesByPath[imports.Get(i).Path()], seen)
	}
}

// visible returns the models that a file can name, its own last.
func (l *loader) visible(from *protogen.File) []*draft {
	var all []*draft
	for _, d := range l.drafts {
		if l.sees(from, d.file) {
			all = append(all, d)
		}
	}
	return all
}

// vocabulary returns what the names of a file's methods can mean.
func (l *loader) vocabulary(f *protogen.File) *vocabulary {
	path := f.Desc.Path()
	if l.words[path] == nil {
		l.words[path] = newVocabulary(l.visible(f))
	}
	return l.words[path]
}

// counted reports whether a model's mistakes are this run's: its file is generated, or
// something in such a file uses it.
func (l *loader) counted(d *draft) bool {
	if l.counts == nil {
		l.counts = map[*draft]bool{}
		for _, root := range l.drafts {
			if root.file.Generate || root.served {
				l.count(root)
			}
		}
	}
	return l.counts[d]
}

func (l *loader) count(d *draft) {
	if l.counts[d] {
		return
	}
	l.counts[d] = true
	for _, used := range d.uses {
		l.count(used)
	}
}

func (l *loader) diagnostics() Diagnostics {
	all := l.list
	for _, d := range l.drafts {
		if l.counted(d) {
			all = append(all, d.list...)
		}
	}
	return all.sorted()
}
