package crud

import (
	"context"
	"errors"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// filterKinds are the kinds as filters know them.
var filterKinds = map[Kind]filter.Kind{
	KindBool:      filter.Bool,
	KindInt32:     filter.Int32,
	KindInt64:     filter.Int64,
	KindUint32:    filter.Uint32,
	KindUint64:    filter.Uint64,
	KindFloat:     filter.Float,
	KindDouble:    filter.Double,
	KindString:    filter.String,
	KindUUID:      filter.UUID,
	KindBytes:     filter.Bytes,
	KindEnum:      filter.Enum,
	KindTimestamp: filter.Timestamp,
	KindDuration:  filter.Duration,
	KindEnumName:  filter.EnumName,
	KindEnumType:  filter.EnumName,
	KindDate:      filter.Date,
	KindTimeOfDay: filter.TimeOfDay,
}

// filterSchema is what filters and orders may name.
func (t *table) filterSchema() *filter.Schema {
	return t.filterSchemaAs(sqlname.Quote(t.info.Name))
}

// filterSchemaAs is filterSchema of the table under the name that statements have.
func (t *table) filterSchemaAs(name string) *filter.Schema {
	var fields []filter.Field
	add := func(c *column) {
		if !c.InputOnly && !(c.Unfilterable && c.Unorderable) {
			fields = append(fields, t.filterField(c))
		}
	}
	for i := range t.columns {
		c := &t.columns[i]
		add(c)
		for j := range c.leaves {
			if !c.InputOnly {
				add(&c.leaves[j])
			}
		}
	}
	return filter.NewSchema(name, fields...).WithRelations(Each(t.relations, func(r *relation) filter.Relation { return r.filter() })...)
}

// filterField is a column as filters know it.
func (t *table) filterField(c *column) filter.Field {
	f := filter.Field{
		Path: c.Field, Columns: c.Names, Kind: filterKinds[c.Kind], Repeated: c.Repeated, Null: nullMeans(c),
		Filterable: !c.Unfilterable, Orderable: !c.Unorderable, Search: c.Search, Present: c.present,
	}
	switch {
	case c.Kind == KindEmbedded:
		f.Kind, f.Columns = filter.Message, c.Names[:1]
	case c.Kind == KindText:
		f.Kind = filterText(c, &f)
	case c.Field == t.nameField:
		f.Kind, f.Columns, f.Key = filter.Name, t.info.Key, t.nameArgs
	case c.Kind == KindJSON:
		f.Inside, f.Hides = c.codec.below(), inputOnly
	case c.Kind == KindEnum || c.Kind == KindEnumName || c.Kind == KindEnumType:
		f.Enum = c.codec.enum()
	}
	return f
}

// matcher compiles a filter for messages, where there is no statement to write it into.
func (t *table) matcher(text string, md protoreflect.MessageDescriptor) (*filter.Matcher, error) {
	f, err := filter.Parse(text)
	if err != nil {
		return nil, err
	}
	p, err := t.schema().Check(f)
	if err != nil {
		return nil, err
	}
	return p.Matcher(md)
}

// nullMeans says what NULL in a column is in the message.
func nullMeans(c *column) filter.Null {
	switch {
	case c.Presence:
		return filter.NullIsUnset
	case c.emptyIsNull() && !c.Repeated && !c.PrimaryKey:
		return filter.NullIsZero
	}
	return filter.NotNull
}

// filterText is the kind of a string that is kept in a type of its own: a text if the
// type is one of texts.
func filterText(c *column, f *filter.Field) filter.Kind {
	if c.text.Textual() && !c.Repeated {
		f.Opaque = !c.text.PlainText()
		return filter.String
	}
	f.Takes, f.Read, f.Compare = c.text.Takes(), c.text.Operand, c.text.Order()
	return filter.Typed
}

// nameArgs returns the values that the key columns have in the row of a name.
func (t *table) nameArgs(name string, d filter.Dialect) (args []any, ok bool) {
	key, err := t.parseName(name)
	if err != nil {
		return nil, false
	}
	return t.keyArgs(key, Dialect(d))
}

// setFilter compiles the filter.
func (l *listing) setFilter(found *findings, text string) {
	if text == "" {
		return
	}
	f, err := l.table.schema().Compile(text, filter.Dialect(l.dialect))
	if err != nil {
		found.addInput("filter", ReasonInvalidFilter, err)
		return
	}
	if f.SQL != "true" {
		l.filter = f
	}
}

// bindFilter gives the rows that the filter goes into the values of their scopes.
func (l *listing) bindFilter(ctx context.Context) error {
	for i, arg := range l.filter.Args {
		of, ok := arg.(relatedScope)
		if !ok {
			continue
		}
		v, err := l.reached[of.table].scopeValue(ctx, of.column)
		if err != nil {
			return err
		}
		l.filter.Args[i] = v
	}
	return nil
}

// parseOrder reads the fields that the query orders by. A resource name is ordered by
// its key columns.
func (l *listing) parseOrder(found *findings, text string) {
	order, err := l.table.schema().Order(text)
	if err != nil {
		found.addInput("order_by", ReasonInvalidOrderBy, err)
		return
	}
	for _, o := range order {
		if o.Field.Kind == filter.Name {
			for _, k := range l.table.keys {
				l.orderByKey(k, o.Desc)
			}
			continue
		}
		c, _ := l.table.comparable(o.Field.Path)
		if at := l.table.keyPlace(c.Names[0]); at >= 0 {
			l.orderByKey(l.table.keys[at], o.Desc)
			continue
		}
		l.order = append(l.order, orderOf(c, o.Desc))
	}
}

// orderByKey adds a column of the key, once, unless the parent fixes it.
func (l *listing) orderByKey(k orderKey, desc bool) {
	if l.fixed&(1<<k.key) == 0 && !orders(l.order, k.name) {
		k.desc = desc
		l.order = append(l.order, k)
	}
}

// addInput adds what is wrong with a filter or an order, and shows the place.
func (f *findings) addInput(field, reason string, err error) {
	v := Violation{Field: field, Description: err.Error(), Reason: reason}
	var e *filter.Error
	if errors.As(err, &e) {
		v.Description += "\n" + e.Caret()
		if len(f.violations) == 0 {
			f.offset = e.Offset
		}
	}
	f.add(v)
}
