package crud

import (
	"context"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// liveTables reads the tables of the models, in their order.
func liveTables(ctx context.Context, db DB, infos []*TableInfo, d Dialect) ([]*liveTable, error) {
	live := make([]*liveTable, len(infos))
	names := make([]string, len(infos))
	for i, info := range infos {
		live[i], names[i] = &liveTable{}, sqlname.Qualify(info.Schema, info.Name)
	}
	if d == SQLite {
		for i, info := range infos {
			if err := readSQLite(ctx, db, info.Name, live[i]); err != nil {
				return nil, err
			}
		}
		return live, nil
	}
	return live, readPostgres(ctx, db, infos, names, live)
}
