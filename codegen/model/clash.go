package model

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
)

// An owner is what a name in a Go package or in a database belongs to.
type owner struct {
	what string
	site site
	// draft is the model whose code declares the name, nil if it is not the project's.
	draft *draft
}

func (o owner) String() string { return fmt.Sprintf("%s (%s)", o.what, o.site) }

// checkClashes reports names that two things have: in Go packages and in schemas.
func (l *loader) checkClashes(files []*File) {
	packages := l.goPackages()
	for _, d := range l.drafts {
		for _, name := range d.Names.all() {
			l.claim(packages[d.file.GoImportPath], name, d, "the generated Go name")
		}
	}
	for _, f := range files {
		for _, s := range f.Services {
			taken := packages[f.Proto.GoImportPath]
			for _, name := range []string{s.Names.Server, s.Names.New, s.Names.Info} {
				l.claimForService(taken, name, s)
			}
		}
	}
	l.checkTables()
	l.checkRelations()
}

// claim takes a name for a model, unless it is taken, which is reported.
func (l *loader) claim(taken map[string]owner, name string, d *draft, kind string) {
	me := owner{"model " + string(d.Message.Desc.FullName()), at(d.Message.Desc), d}
	other, ok := taken[name]
	if !ok {
		taken[name] = me
		return
	}
	// The mistake is said where this run can say it.
	if !l.counted(d) && other.draft != nil && l.counted(other.draft) {
		me, other = other, me
	}
	me.draft.add(me.site, fmt.Sprintf("%s %s is also that of %s", kind, name, other), "rename one of the two")
}

func (l *loader) claimForService(taken map[string]owner, name string, s *Service) {
	me := owner{"service " + string(s.Service.Desc.FullName()), at(s.Service.Desc), nil}
	if other, ok := taken[name]; ok {
		l.add(me.site, fmt.Sprintf("the generated Go name %s is also that of %s", name, other), "rename one of the two")
		return
	}
	taken[name] = me
}

// all returns every identifier at package level.
func (n ModelNames) all() []string {
	names := []string{
		n.Key, n.ParseKey, n.Store, n.Repository, n.New, n.Hooks, n.Table,
		n.Pattern, n.Columns, n.Select, n.Get, n.Create, n.Delete,
	}
	var set []string
	for _, name := range append(names, n.Lookups...) {
		if name != "" {
			set = append(set, name)
		}
	}
	return set
}

// goPackages returns the names that protoc-gen-go and protoc-gen-go-grpc declare, by
// Go package.
func (l *loader) goPackages() map[protogen.GoImportPath]map[string]owner {
	packages := map[protogen.GoImportPath]map[string]owner{}
	for _, f := range l.gen.Files {
		taken := packages[f.GoImportPath]
		if taken == nil {
			taken = map[string]owner{}
			packages[f.GoImportPath] = taken
		}
		protoNames(f, func(name string, o owner) { taken[name] = o })
	}
	return packages
}

// checkTables reports two messages on one table.
func (l *loader) checkTables() {
	tables := map[string]owner{}
	for _, d := range l.drafts {
		if d.Table == "" {
			continue
		}
		key := strings.ToLower(d.Schema + "." + d.Table)
		other, ok := tables[key]
		if !ok {
			tables[key] = owner{"", d.tableSite(), d}
			continue
		}
		me := d
		if !l.counted(me) && l.counted(other.draft) {
			me, other.draft = other.draft, me
		}
		me.add(me.tableSite(), fmt.Sprintf("table %q is also that of %s", me.Table, placed(other.draft)),
			"state another as option (protocrud.v1.model).table, or keep one of the two models")
	}
}

// tableSite is where the table's name stands, or the message that it comes from.
func (d *draft) tableSite() site {
	if d.opts.GetTable() != "" {
		return d.option(modelTable)
	}
	return at(d.Message.Desc)
}

// checkRelations reports names that an index, a unique constraint or a table shares
// with another: in a schema they are of one kind.
func (l *loader) checkRelations() {
	schemas := map[string]map[string]owner{}
	in := func(d *draft) map[string]owner {
		if schemas[d.Schema] == nil {
			schemas[d.Schema] = map[string]owner{}
		}
		return schemas[d.Schema]
	}
	for _, d := range l.drafts {
		in(d)[strings.ToLower(d.Table)] = owner{"table " + d.Table, d.tableSite(), d}
	}
	for _, d := range l.drafts {
		for _, c := range d.Columns {
			if c.Constraint != "" {
				l.claim(in(d), strings.ToLower(c.Constraint), d, "constraint name")
			}
		}
		for _, i := range d.Indexes {
			l.claim(in(d), strings.ToLower(i.Name), d, "index name")
		}
	}
}
