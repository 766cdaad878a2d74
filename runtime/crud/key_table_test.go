package crud_test

import (
	"fmt"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// The tables in this file have the keys that no model of bookpb has.

// statementsOf writes the statements of a table, whose key columns come first.
func statementsOf(table string, keys int, columns ...string) crud.SQL {
	var names, params, where []string
	for i, c := range columns {
		names = append(names, table+"."+c)
		params = append(params, fmt.Sprintf("$%d", i+1))
		if i < keys {
			where = append(where, fmt.Sprintf("%s.%s = $%d", table, c, i+1))
		}
	}
	list, from, key := " "+strings.Join(names, ", "), " FROM "+table, " WHERE "+strings.Join(where, " AND ")
	return crud.SQL{
		Columns: list,
		Select:  "SELECT" + list + from,
		Get:     "SELECT" + list + from + key,
		Create: "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (" +
			strings.Join(params, ", ") + ") RETURNING" + list,
		Delete: "DELETE" + from + key,
	}
}

// plainTable has a uint32 for its key.
var plainTable = crud.NewTable(crud.TableSpec[*bookpb.Counter, uint32]{
	Message: "bookpb.Counter", Singular: "counter", Name: "plains", Resource: "bookpb.Counter",
	Columns: []crud.Column[*bookpb.Counter]{
		crud.Uint32("plain", (*bookpb.Counter).GetPlain, func(m *bookpb.Counter, v uint32) { m.Plain = v }, crud.PrimaryKey),
		crud.Int32("small", (*bookpb.Counter).GetSmall, func(m *bookpb.Counter, v int32) { m.Small = v }),
	},
	Key:    (*bookpb.Counter).GetPlain,
	SetKey: func(m *bookpb.Counter, v uint32) { m.Plain = v },
	SQL:    statementsOf("plains", 1, "plain", "small"),
})

// A lapKey refers to a counter.
type lapKey struct {
	ID    uint64
	Small int32
}

func (k lapKey) String() string { return crud.JoinKey(k.ID, k.Small) }

// lapTable has a reference of 64 bits without a sign in its key.
var lapTable = crud.NewTable(crud.TableSpec[*bookpb.Counter, lapKey]{
	Message: "bookpb.Counter", Singular: "counter", Name: "laps", Resource: "bookpb.Counter",
	Columns: []crud.Column[*bookpb.Counter]{
		crud.Uint64("id", (*bookpb.Counter).GetId, func(m *bookpb.Counter, v uint64) { m.Id = v }, crud.PrimaryKey),
		crud.Int32("small", (*bookpb.Counter).GetSmall, func(m *bookpb.Counter, v int32) { m.Small = v }, crud.PrimaryKey),
	},
	Key:       func(m *bookpb.Counter) lapKey { return lapKey{m.GetId(), m.GetSmall()} },
	SetKey:    func(m *bookpb.Counter, k lapKey) { m.Id, m.Small = k.ID, k.Small },
	KeyValues: func(k lapKey) []any { return []any{k.ID, k.Small} },
	References: []crud.Reference{{
		Constraint: "laps_id_fkey", Columns: []string{"id"}, Table: "counters", Target: []string{"id"}, Resource: "bookpb.Counter",
	}},
	SQL: statementsOf("laps", 2, "id", "small"),
})

// A seatingKey begins with the tenant.
type seatingKey struct {
	Tenant string
	ID     int64
}

func (k seatingKey) String() string { return crud.JoinKey(k.Tenant, k.ID) }

// seatingTable has its scope in its key.
var seatingTable = crud.NewTable(crud.TableSpec[*bookpb.Ticket, seatingKey]{
	Message: "bookpb.Ticket", Singular: "ticket", Name: "seats", Resource: "bookpb.Ticket",
	Columns: []crud.Column[*bookpb.Ticket]{
		crud.String("tenant_id", (*bookpb.Ticket).GetTenantId, func(m *bookpb.Ticket, v string) { m.TenantId = v }, crud.PrimaryKey),
		crud.Int64("id", (*bookpb.Ticket).GetId, func(m *bookpb.Ticket, v int64) { m.Id = v }, crud.PrimaryKey),
		crud.String("title", (*bookpb.Ticket).GetTitle, func(m *bookpb.Ticket, v string) { m.Title = v }),
	},
	Key:       func(m *bookpb.Ticket) seatingKey { return seatingKey{m.GetTenantId(), m.GetId()} },
	SetKey:    func(m *bookpb.Ticket, k seatingKey) { m.TenantId, m.Id = k.Tenant, k.ID },
	KeyValues: func(k seatingKey) []any { return []any{k.Tenant, k.ID} },
	Scope:     []string{"tenant_id"},
	SQL:       statementsOf("seats", 2, "tenant_id", "id", "title"),
})

var sheetPattern = crud.MustPattern("volumes/{volume}/sheets/{sheet}")

// A sheetKey is a number and a UUID, both of which stand in the name.
type sheetKey struct {
	Volume int32
	Sheet  string
}

func (k sheetKey) String() string { return sheetPattern.Format(k.Volume, k.Sheet) }

func parseSheetKey(name string) (k sheetKey, err error) {
	return k, sheetPattern.Parse(name, &k.Volume, &k.Sheet)
}

// sheetTable has resource names made of fields. Its volume is Book.pages and its sheet
// is Book.language.
var sheetTable = crud.NewTable(crud.TableSpec[*bookpb.Book, sheetKey]{
	Message: "bookpb.Book", Singular: "book", Name: "sheets", Resource: "test.example.com/Sheet",
	Columns: []crud.Column[*bookpb.Book]{
		crud.Int32("pages", (*bookpb.Book).GetPages, func(m *bookpb.Book, v int32) { m.Pages = v }, crud.PrimaryKey),
		crud.UUID("language", (*bookpb.Book).GetLanguage, func(m *bookpb.Book, v string) { m.Language = v }, crud.PrimaryKey, crud.UUIDv7),
		crud.String("title", (*bookpb.Book).GetTitle, func(m *bookpb.Book, v string) { m.Title = v }),
		crud.ComputedName("name", (*bookpb.Book).GetName, func(m *bookpb.Book, v string) { m.Name = v }, func(m *bookpb.Book) string {
			return sheetKey{m.GetPages(), m.GetLanguage()}.String()
		}),
	},
	Key:       func(m *bookpb.Book) sheetKey { return sheetKey{m.GetPages(), m.GetLanguage()} },
	Pattern:   sheetPattern,
	ParseName: parseSheetKey,
	SetKey: func(m *bookpb.Book, k sheetKey) {
		m.Pages, m.Language, m.Name = k.Volume, k.Sheet, k.String()
	},
	KeyValues: func(k sheetKey) []any { return []any{k.Volume, k.Sheet} },
	Parent:    &crud.Parent{Pattern: crud.MustPattern("volumes/{volume}")},
	SQL:       statementsOf("sheets", 2, "pages", "language", "title"),
})
