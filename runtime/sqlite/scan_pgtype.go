package sqlite

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
)

// scanPgtype serves the scanners of package pgtype.
func scanPgtype(v *value, dst any) (bool, error) {
	switch v.kind {
	case kindInteger:
		return scanPgtypeInteger(v.num, dst)
	case kindReal:
		if d, ok := dst.(pgtype.Float64Scanner); ok {
			return true, d.ScanFloat64(pgtype.Float8{Float64: v.real, Valid: true})
		}
	case kindText:
		return scanPgtypeText(v, dst)
	case kindBlob:
		return scanPgtypeBlob(v, dst)
	default:
		return scanPgtypeNull(dst)
	}
	return false, nil
}

func scanPgtypeInteger(n int64, dst any) (bool, error) {
	switch d := dst.(type) {
	case pgtype.Uint64Scanner:
		return true, d.ScanUint64(pgtype.Uint64{Uint64: loadUint64(n), Valid: true})
	case pgtype.TimestamptzScanner:
		return true, d.ScanTimestamptz(pgtype.Timestamptz{Time: scanTime(n), Valid: true})
	case pgtype.BoolScanner:
		var b bool
		if err := integerToBool(n, &b); err != nil {
			return true, err
		}
		return true, d.ScanBool(pgtype.Bool{Bool: b, Valid: true})
	case pgtype.Int64Scanner:
		return true, d.ScanInt64(pgtype.Int8{Int64: n, Valid: true})
	}
	return false, nil
}

func scanPgtypeText(v *value, dst any) (bool, error) {
	switch d := dst.(type) {
	case pgtype.TextScanner:
		return true, d.ScanText(pgtype.Text{String: v.text(), Valid: true})
	case pgtype.UUIDScanner:
		var u pgtype.UUID
		if err := u.Scan(v.text()); err != nil {
			return true, err
		}
		return true, d.ScanUUID(u)
	}
	return false, nil
}

func scanPgtypeBlob(v *value, dst any) (bool, error) {
	switch d := dst.(type) {
	case pgtype.BytesScanner:
		return true, d.ScanBytes(v.blob())
	case pgtype.UUIDScanner:
		u := pgtype.UUID{Valid: true}
		if len(v.raw) != len(u.Bytes) {
			return true, fmt.Errorf("cannot scan a BLOB of %d bytes into %T", len(v.raw), dst)
		}
		copy(u.Bytes[:], v.raw)
		return true, d.ScanUUID(u)
	}
	return false, nil
}

func scanPgtypeNull(dst any) (bool, error) {
	switch d := dst.(type) {
	case pgtype.Uint64Scanner:
		return true, d.ScanUint64(pgtype.Uint64{})
	case pgtype.TimestamptzScanner:
		return true, d.ScanTimestamptz(pgtype.Timestamptz{})
	case pgtype.BoolScanner:
		return true, d.ScanBool(pgtype.Bool{})
	case pgtype.Int64Scanner:
		return true, d.ScanInt64(pgtype.Int8{})
	case pgtype.Float64Scanner:
		return true, d.ScanFloat64(pgtype.Float8{})
	case pgtype.TextScanner:
		return true, d.ScanText(pgtype.Text{})
	case pgtype.UUIDScanner:
		return true, d.ScanUUID(pgtype.UUID{})
	case pgtype.BytesScanner:
		return true, d.ScanBytes(nil)
	}
	return false, nil
}
