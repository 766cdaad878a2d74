package model

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
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
		me := owner{"model " + string(d.Message.Desc.FullName()), at(d.Message.Desc), d}
		for _, name := range d.Names.all() {
			l.claim(packages[d.file.GoImportPath], name, me, fmt.Sprintf("the generated Go name %s is also that of", name), "rename one of the two")
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

// claim takes a name for what a model has, unless it is taken: then the problem, which
// ends with the other owner, is reported.
func (l *loader) claim(taken map[string]owner, name string, me owner, problem, hint string) {
	other, ok := taken[name]
	if !ok {
		taken[name] = me
		return
	}
	// The mistake is said where this run can say it.
	if !l.counted(me.draft) && other.draft != nil && l.counted(other.draft) {
		me, other = other, me
	}
	me.draft.add(me.site, fmt.Sprintf("%s %s", problem, other), hint)
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
		n.Key, n.ParseKey, n.Store, n.Repository, n.New, n.Hooks, n.Table, n.NewTable,
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
		in(d)[strings.ToLower(d.Table)] = owner{"the table of " + string(d.Message.Desc.FullName()), d.tableSite(), d}
	}
	for _, d := range l.drafts {
		for _, f := range d.fields {
			if f.column == nil || f.column.Constraint == "" {
				continue
			}
			me := owner{"the unique field " + string(f.Desc.FullName()), f.option(fieldUnique), d}
			l.claim(in(d), strings.ToLower(f.column.Constraint), me, fmt.Sprintf("constraint name %s is also that of", f.column.Constraint),
				"remove unique, or rename the other or the column")
		}
		for i, index := range d.Indexes {
			me := owner{"an index of " + string(d.Message.Desc.FullName()), d.indexSites[i], d}
			l.claim(in(d), strings.ToLower(index.Name), me, fmt.Sprintf("index name %s is also that of", index.Name),
				"remove the index, or state another name for it")
		}
		for _, r := range d.References {
			// These are of one kind in a table.
			where, hint := d.referenceSite(r)
			me := owner{"the reference to " + string(r.Model.Message.Desc.FullName()), where, d}
			l.claim(in(d), strings.ToLower(d.Table+"."+r.Constraint), me, fmt.Sprintf("constraint name %s is also that of", r.Constraint), hint)
		}
	}
}

// referenceSite is where a reference is stated, or the pattern that has a parent, and how
// its constraint gets another name.
func (d *draft) referenceSite(r *Reference) (where site, hint string) {
	where, hint = d.resourceOption(resourcePattern, 0), "state another column as [(protocrud.v1.field).column]"
	if r.IsParent {
		return where, hint
	}
	o := d.stated[r]
	if _, ok := o.terms.(*protocrudv1.ForeignKey); ok {
		hint = "state another name for it"
	}
	return o.site, hint
}
