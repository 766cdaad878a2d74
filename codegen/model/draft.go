package model

import (
	"fmt"
	"regexp"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// Fields of the option (protocrud.v1.model), as parts of a location's path.
const (
	modelTable           = 1
	modelSchema          = 2
	modelPrimaryKey      = 3
	modelIndexes         = 4
	modelSoftDelete      = 5
	modelPurgeTTL        = 6
	modelDefaultPageSize = 7
	modelMaxPageSize     = 8
	modelMaxBatchSize    = 9
	modelSearch          = 10
	modelTotalSize       = 12
	modelIDPattern       = 13
	modelAcrossParents   = 14
	modelCheckParent     = 15
	modelScope           = 16
	modelEvents          = 19
	modelWas             = 21
	modelForeignKeys     = 23

	indexFields      = 1
	indexUnique      = 2
	indexWhere       = 3
	indexMethod      = 4
	indexName        = 5
	indexExpressions = 6
)

// defaultPage and defaultMaxPage are the page sizes of a model that states none.
const (
	defaultPage    = 50
	defaultMaxPage = 1000
)

// A draft is a model while it is read, and what is wrong with it.
type draft struct {
	*Model
	reports
	file     *protogen.File
	opts     *protocrudv1.Model
	resource *annotations.ResourceDescriptor // never nil
	// plural is the name's part in RPCs and in the server's struct: Books.
	plural string
	// singular is the name's part in RPCs: Book.
	singular string
	fields   []*field
	// embeds are the messages that are stored in columns of their fields. inside says that
	// the draft is one of those, and around are the messages that it is in, its own last.
	embeds map[protoreflect.FullName]bool
	inside bool
	around []protoreflect.FullName
	// softDeleted says that Delete keeps the row.
	softDeleted bool
	// relations are the fields that are joined to other models.
	relations []*field
	// indexSites are where the Indexes are stated, and stated are the options of the
	// References, which that to the parent need not have.
	indexSites []site
	stated     map[*Reference]referenceOption

	// namesKeyed says that the key is that of resource names. pattern is their pattern,
	// nil if there is none that can be read; nameField names the field that holds
	// them, and name is that field, nil if it cannot.
	namesKeyed bool
	pattern    *Pattern
	nameField  string
	name       *field
	// keyed says that the key is known. Where it is not, the model is Keyless, or a
	// diagnostic says why, and what depends on the key is left unsaid.
	keyed bool

	// served says that a generated file's service is served over the model, uses are
	// the models that it refers to.
	served bool
	uses   []*draft
}

// newDraft reads what a message says of itself. It is no model without the option;
// the draft then holds diagnostics only.
func newDraft(f *protogen.File, m *protogen.Message) (d *draft, isModel bool) {
	d = &draft{file: f, Model: &Model{Message: m}, embeds: map[protoreflect.FullName]bool{}, around: []protoreflect.FullName{m.Desc.FullName()}, stated: map[*Reference]referenceOption{}}
	d.opts, isModel = crudOption[*protocrudv1.Model](&d.reports, m.Desc, protocrudv1.E_Model)
	if !isModel {
		return d, false
	}
	d.Keyless = d.opts.GetKeyless()
	d.readResource()
	d.Plural, d.Noun, d.Nouns = snakeCase(d.plural), d.singular, d.plural
	d.Events = d.opts.GetEvents()
	d.readTable()
	d.readComment()
	d.readPageSizes()
	d.refuseExtensions()
	d.readSoftDelete()
	d.readFields()
	d.readSearch()
	d.readKey()
	d.checkColumns()
	d.readGenerated()
	d.readIDPattern()
	d.etagLast()
	return d, true
}

// option is where a part of the model's option stands.
func (d *draft) option(path ...int32) site { return atOption(d.Message.Desc, crudNumber, path...) }

func (d *draft) readTable() {
	d.Table = pluralOf(d.Singular)
	if d.resource.GetPlural() != "" {
		d.Table = snakeCase(d.plural)
	}
	where := at(d.Message.Desc)
	if d.opts.GetTable() != "" {
		d.Table, where = d.opts.GetTable(), d.option(modelTable)
	}
	d.Schema = d.opts.GetSchema()
	if problem := identifierProblem(d.Table); problem != "" {
		d.add(where, fmt.Sprintf("table name %q %s", d.Table, problem), "state another as option (protocrud.v1.model).table")
	}
	if problem := identifierProblem(d.Schema); d.Schema != "" && problem != "" {
		d.add(d.option(modelSchema), fmt.Sprintf("schema name %q %s", d.Schema, problem), "state another")
	}
	if whose := reservedFor(d.Table); whose != "" {
		d.add(where, fmt.Sprintf("table name %q is reserved for %s", d.Table, whose), "state another as option (protocrud.v1.model).table")
	}
}

func (d *draft) readPageSizes() {
	size, most := d.opts.DefaultPageSize, d.opts.MaxPageSize
	ok := true
	for _, o := range []struct {
		value *int32
		name  string
		part  int32
	}{
		{size, "default_page_size", modelDefaultPageSize},
		{most, "max_page_size", modelMaxPageSize},
		{d.opts.MaxBatchSize, "max_batch_size", modelMaxBatchSize},
	} {
		if o.value != nil && *o.value < 1 {
			d.add(d.option(o.part), fmt.Sprintf("%s is %d", o.name, *o.value), "write a number of rows from 1 on")
			ok = false
		}
	}
	if !ok {
		return
	}
	d.DefaultPageSize, d.MaxPageSize = d.opts.GetDefaultPageSize(), d.opts.GetMaxPageSize()
	d.MaxBatchSize = d.opts.GetMaxBatchSize()
	d.TotalSize = totalSizes[d.opts.GetTotalSize()]
	switch {
	case size != nil && most == nil && *size > defaultMaxPage:
		d.add(d.option(modelDefaultPageSize),
			fmt.Sprintf("default_page_size %d is above max_page_size, which is %d unless it is stated", *size, defaultMaxPage),
			"state max_page_size too")
	case size != nil && most != nil && *size > *most:
		d.add(d.option(modelDefaultPageSize), fmt.Sprintf("default_page_size %d is above max_page_size %d", *size, *most),
			"lower the one or raise the other")
	case size == nil && most != nil && *most < defaultPage:
		d.DefaultPageSize = *most
	}
}

var totalSizes = map[protocrudv1.Model_TotalSize]TotalSize{
	protocrudv1.Model_CAPPED:    Capped,
	protocrudv1.Model_ESTIMATED: Estimated,
}

// readIDPattern checks the expression for ids that callers choose.
func (d *draft) readIDPattern() {
	d.IDPattern = d.opts.GetIdPattern()
	if d.IDPattern == "" {
		return
	}
	where := d.option(modelIDPattern)
	if _, err := regexp.Compile(d.IDPattern); err != nil {
		d.add(where, fmt.Sprintf("id_pattern is no RE2 regular expression: %v", err), "see https://github.com/google/re2/wiki/Syntax")
	}
	if d.keyed && d.lastKey().Kind != String {
		d.add(where, fmt.Sprintf("id_pattern is for ids that are text, and %s is %s", d.lastKey().Name, d.lastKey().Kind), "remove it")
	}
}

// refuseExtensions reports what makes messages open to fields of other files: these
// could not be stored.
func (d *draft) refuseExtensions() {
	if d.Message.Desc.ExtensionRanges().Len() > 0 {
		d.add(at(d.Message.Desc, messageExtensionRanges), "a model cannot have extension ranges", "remove them; declare the fields in the message")
	}
}

func (d *draft) lastKey() *Column { return d.Key.Columns[len(d.Key.Columns)-1] }

// fieldNamed returns a field by its proto name.
func (d *draft) fieldNamed(name string) *field {
	for _, f := range d.fields {
		if string(f.Desc.Name()) == name {
			return f
		}
	}
	return nil
}

// columnNamed returns the field whose column has that SQL name.
func (d *draft) columnNamed(name string) *field {
	for _, f := range d.fields {
		if f.column != nil && f.column.Name == name {
			return f
		}
	}
	return nil
}
