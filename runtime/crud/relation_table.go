package crud

import (
	"slices"
	"strings"
)

// joinTables describes the joining tables of a table's relations that no model
// describes.
func joinTables(t AnyTable) []*TableInfo {
	info := t.Info()
	var tables []*TableInfo
	for i, target := range t.targets() {
		if r := &info.Relations[i]; r.Join != nil && r.Join.Made {
			tables = append(tables, JoinTable(info, r, target.Info()))
		}
	}
	return tables
}

// JoinTable describes the table between two of which a relation's Join says that it is
// made, as CreateTables makes it: its key are both references, and a row goes with either
// of those that it joins. An index finds it from the other side.
func JoinTable(own *TableInfo, r *RelationInfo, target *TableInfo) *TableInfo {
	j := r.Join
	t := &TableInfo{Message: own.Message, Schema: j.Schema, Name: j.Table, Key: slices.Concat(j.Columns, j.TargetColumns)}
	t.Columns = append(joinColumns(j.Columns, own, r.Columns), joinColumns(j.TargetColumns, target, r.TargetColumns)...)
	t.References = []Reference{joinReference(t, j.Columns, own, r.Columns), joinReference(t, j.TargetColumns, target, r.TargetColumns)}
	t.Indexes = []Index{{Name: joinName(j.Table, j.TargetColumns, "idx"), Columns: j.TargetColumns}}
	return t
}

// joinColumns are columns of the types of those that they refer to.
func joinColumns(names []string, of *TableInfo, targets []string) []ColumnInfo {
	columns := make([]ColumnInfo, len(names))
	for i, name := range names {
		columns[i] = ColumnInfo{Field: name, Names: []string{name}, Kind: KindString, NotNull: true, PrimaryKey: true}
		at := slices.IndexFunc(of.Columns, func(c ColumnInfo) bool { return slices.Contains(c.Names, targets[i]) })
		if at >= 0 {
			columns[i].Kind, columns[i].Type = of.Columns[at].Kind, of.Columns[at].Type
		}
	}
	return columns
}

func joinReference(t *TableInfo, columns []string, of *TableInfo, targets []string) Reference {
	return Reference{
		Constraint: joinName(t.Name, columns, "fkey"), Columns: columns,
		Schema: of.Schema, Table: of.Name, Target: targets, Resource: of.Resource, OnDelete: "CASCADE",
	}
}

// joinName names what belongs to columns of a joining table.
func joinName(table string, columns []string, suffix string) string {
	return fitName(table + "_" + strings.Join(columns, "_") + "_" + suffix)
}
