package filter_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/genproto/googleapis/type/timeofday"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// A record is a message with a field of each kind and shape. Its values are those of
// Go's protobuf, by the names of their columns.
type record struct {
	id     int64
	values map[string]any
}

// ProtoReflect makes a record pass for a message. Its columns do not ask for it.
func (*record) ProtoReflect() protoreflect.Message { return nil }

func get[V any](column string) func(*record) V {
	return func(r *record) V {
		v, _ := r.values[column].(V)
		return v
	}
}

func set[V any](column string) func(*record, V) {
	return func(r *record, v V) {
		if r.values == nil {
			r.values = map[string]any{}
		}
		r.values[column] = v
	}
}

// A recordKind are the columns and the filter's fields of one kind.
type recordKind struct {
	columns []crud.Column[*record]
	fields  []filter.Field
	// fill gives a record values, NULL among them.
	fill func(r *record, random *rand.Rand)
	// literals are what a filter compares with, and what it compares elements with.
	literals []string
	ordered  bool
}

type constructor[V any] func(string, func(*record) V, func(*record, V), ...crud.ColumnOption) crud.Column[*record]

type optConstructor[V any] func(string, func(*record) V, func(*record) bool, func(*record, V), func(*record), ...crud.ColumnOption) crud.Column[*record]

// newRecordKind makes the columns name, opt_name and name_list of a kind, and a field
// for each meaning that NULL has in opt_name.
func newRecordKind[V any](k filter.Kind, name string, scalar constructor[V], opt optConstructor[V], list constructor[[]V], values []V, literals ...string) recordKind {
	optName, listName := "opt_"+name, name+"_list"
	notNull := crud.NotNull
	if k == filter.UUID {
		notNull = crud.Required // NULL is its empty text otherwise
	}
	columns := []crud.Column[*record]{
		scalar(name, get[V](name), set[V](name), notNull),
		list(listName, get[[]V](listName), set[[]V](listName)),
	}
	if opt == nil {
		columns = append(columns, scalar(optName, get[V](optName), set[V](optName)))
	} else {
		isSet := func(r *record) bool { return r.values[optName] != nil }
		unset := func(r *record) { delete(r.values, optName) }
		columns = append(columns, opt(optName, get[V](optName), isSet, set[V](optName), unset))
	}
	at := func(column string) func(*filter.Field) {
		return func(f *filter.Field) { f.Columns = []string{column} }
	}
	fields := []filter.Field{
		field(name, k),
		field(listName, k, repeated),
		field(optName, k, nullIs(filter.NullIsUnset)),
		field("in."+name, k, nullIs(filter.NullIsUnknown), at(optName)),
	}
	if opt != nil {
		fields = append(fields, field("zero_"+name, k, nullIs(filter.NullIsZero), at(optName)))
	}
	return recordKind{
		columns: columns, fields: fields, literals: literals,
		ordered: k != filter.Bool && k != filter.Enum,
		fill: func(r *record, random *rand.Rand) {
			pick := func() V { return values[random.IntN(len(values))] }
			r.values[name] = pick()
			if random.IntN(3) > 0 {
				r.values[optName] = pick()
			}
			elements := make([]V, random.IntN(4))
			for i := range elements {
				elements[i] = pick()
			}
			r.values[listName] = elements
		},
	}
}

// A genre is an enum of generated code.
type genre int32

// recordTable is the table of records.
func recordTable(kinds []recordKind) *crud.Table[*record, int64] {
	columns := []crud.Column[*record]{
		crud.Int64("id", func(r *record) int64 { return r.id }, func(r *record, v int64) { r.id = v }, crud.PrimaryKey),
		crud.String("shelf", get[string]("shelf"), set[string]("shelf")),
		crud.String("book", get[string]("book"), set[string]("book")),
	}
	for _, k := range kinds {
		columns = append(columns, k.columns...)
	}
	names := make([]string, len(columns))
	params := make([]string, len(columns))
	for i, c := range columns {
		names[i], params[i] = `"`+c.Info().Names[0]+`"`, fmt.Sprintf("$%d", i+1)
	}
	list := strings.Join(names, ", ")
	return crud.NewTable(crud.TableSpec[*record, int64]{
		Message: "test.v1.Record", Name: "records", Columns: columns,
		Key:    func(r *record) int64 { return r.id },
		SetKey: func(r *record, id int64) { r.id = id },
		SQL: crud.SQL{
			Columns: list,
			Create:  "INSERT INTO records (" + list + ") VALUES (" + strings.Join(params, ", ") + ") RETURNING " + list,
		},
	})
}

// recordSchema is the schema of records.
func recordSchema(kinds []recordKind) *filter.Schema {
	var fields []filter.Field
	for _, k := range kinds {
		fields = append(fields, k.fields...)
	}
	for i := range fields {
		fields[i].Search = fields[i].Path == "string" || fields[i].Path == "opt_string"
	}
	return filter.NewSchema("records", append(fields, bookName())...)
}

// storeRecords fills a new table with random records and returns them as the evaluator
// reads them, in the order of their ids, which count from 0.
func storeRecords(t *testing.T, db crud.DB, kinds []recordKind, n int, random *rand.Rand) []filter.Row {
	t.Helper()
	table := recordTable(kinds)
	require.NoError(t, crud.CreateTables(t.Context(), db, table))
	repository := crud.NewRepository(db, table)
	rows := make([]filter.Row, n)
	for i := range rows {
		r := randomRecord(kinds, random)
		r.id = int64(i)
		_, err := repository.Create(t.Context(), r)
		require.NoError(t, err)
		rows[i] = evaluated(r, kinds)
	}
	return rows
}

func randomRecord(kinds []recordKind, random *rand.Rand) *record {
	r := &record{values: map[string]any{}}
	r.values["shelf"], r.values["book"] = fmt.Sprint(random.IntN(3)), fmt.Sprint(random.IntN(3))
	for _, k := range kinds {
		k.fill(r, random)
	}
	return r
}

// evaluated returns a record's values by the paths of the fields.
func evaluated(r *record, kinds []recordKind) filter.Row {
	row := filter.Row{"name": fmt.Sprintf("shelves/%s/books/%s", r.values["shelf"], r.values["book"])}
	for _, k := range kinds {
		for _, f := range k.fields {
			row[f.Path] = plainValue(r.values[f.Columns[0]])
		}
	}
	return row
}

// plainValue returns a value as the evaluator has it.
func plainValue(v any) any {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case uint32:
		return int64(v)
	case genre:
		return int64(v)
	case float32:
		return float64(v)
	case *timestamppb.Timestamp:
		return v.AsTime().UnixMicro()
	case *durationpb.Duration:
		return v.Seconds*1e6 + int64(v.Nanos/1e3)
	case *date.Date:
		return time.Date(int(v.Year), time.Month(v.Month), int(v.Day), 0, 0, 0, 0, time.UTC).Unix() / 86400
	case *timeofday.TimeOfDay:
		return int64(v.Hours*3600+v.Minutes*60+v.Seconds)*1e6 + int64(v.Nanos/1e3)
	case []bool:
		return plainList(v)
	case []int32:
		return plainList(v)
	case []int64:
		return plainList(v)
	case []uint32:
		return plainList(v)
	case []uint64:
		return plainList(v)
	case []float32:
		return plainList(v)
	case []float64:
		return plainList(v)
	case []string:
		return plainList(v)
	case [][]byte:
		return plainList(v)
	case []genre:
		return plainList(v)
	case []*timestamppb.Timestamp:
		return plainList(v)
	case []*durationpb.Duration:
		return plainList(v)
	case []*date.Date:
		return plainList(v)
	case []*timeofday.TimeOfDay:
		return plainList(v)
	}
	return v
}

func plainList[V any](vs []V) any {
	out := []any{}
	for _, v := range vs {
		out = append(out, plainValue(v))
	}
	return out
}

// elementsOf returns the elements of a list of any type.
func elementsOf(list any) []any {
	v := reflect.ValueOf(list)
	elements := make([]any, v.Len())
	for i := range elements {
		elements[i] = v.Index(i).Interface()
	}
	return elements
}
