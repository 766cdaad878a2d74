package crud

import (
	"context"
	"encoding/json"
	"errors"
	"math"

	"github.com/Masterminds/squirrel"
)

// TotalSize says how List finds the total size of a list (AIP-158).
type TotalSize uint8

const (
	// CountAll counts the rows.
	CountAll TotalSize = iota
	// CountCapped counts up to 10,001 rows, which stands for "more than 10,000".
	CountCapped
	// CountEstimated asks the planner, and counts nothing. PostgreSQL only.
	CountEstimated
)

const totalCap = 10_001

// count finds the total size, if the query asks for it: on the first page, whose
// token carries it to the others. A first page that is all there is needs no
// statement.
func (r *repository) count(ctx context.Context, l *listing, found, size int) (err error) {
	switch {
	case !l.query.CountTotal || l.counted:
		return nil
	case l.never || l.query.PageToken == "" && l.query.Skip == 0 && found <= size:
		l.total = int64(found)
	case r.table.info.TotalSize == CountEstimated:
		l.total, err = r.estimate(ctx, l)
	default:
		l.total, err = r.countRows(ctx, l)
	}
	l.counted = err == nil
	return err
}

func (r *repository) countRows(ctx context.Context, l *listing) (n int64, err error) {
	b := l.where(squirrel.Select("count(*)").From(l.name))
	if r.table.info.TotalSize == CountCapped {
		some := l.where(squirrel.Select("1").From(l.name)).Suffix("LIMIT ?", totalCap)
		b = squirrel.Select("count(*)").FromSelect(some, "capped")
	}
	sql, args, err := b.PlaceholderFormat(squirrel.Dollar).ToSql()
	if err != nil {
		return 0, internal(r.domain, err)
	}
	if err := r.db.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
		return 0, classify(ctx, r.domain, err)
	}
	return n, nil
}

// estimate reads the planner's number of rows.
func (r *repository) estimate(ctx context.Context, l *listing) (int64, error) {
	sql, args, err := l.where(squirrel.Select("1").From(l.name)).Prefix("EXPLAIN (FORMAT JSON)").
		PlaceholderFormat(squirrel.Dollar).ToSql()
	if err != nil {
		return 0, internal(r.domain, err)
	}
	var plan []byte
	if err := r.db.QueryRow(ctx, sql, args...).Scan(&plan); err != nil {
		return 0, classify(ctx, r.domain, err)
	}
	var plans []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	if err := json.Unmarshal(plan, &plans); err != nil || len(plans) == 0 {
		return 0, internal(r.domain, errors.New("crud: the planner's estimate does not parse"))
	}
	return int64(plans[0].Plan.Rows), nil
}

// TotalInt32 returns a total size as an int32 field holds it, at most the greatest
// one.
func TotalInt32(n int64) int32 { return int32(min(n, math.MaxInt32)) }
