package crud

import (
	"context"
	"fmt"
	"time"
)

// open takes the place that the page token says.
func (l *listing[M]) open(ctx context.Context, found *findings) error {
	binding, err := l.binding(ctx)
	if err != nil {
		return err
	}
	place, ok := l.tokens.open(l.query.PageToken, binding)
	if !ok || l.expired(place) || !l.setCursor(place.values) {
		found.add(badToken(notOfThisList))
		return nil
	}
	l.total, l.counted = place.total, place.counted
	return nil
}

// setCursor binds the values of the order in the row before. ok is false for values
// of another order.
func (l *listing[M]) setCursor(values []any) (ok bool) {
	if len(values) != len(l.order) {
		return false
	}
	for i, v := range values {
		arg, ok := l.order[i].column.codec.bind(v, l.dialect)
		if !ok && (v != nil || !l.order[i].nullable) {
			return false
		}
		l.cursor = append(l.cursor, arg)
	}
	return true
}

// expired reports whether a token has outlived what tokens are given.
func (l *listing[M]) expired(p tokenPlace) bool {
	return l.tokenLife > 0 && l.now().Sub(time.Unix(p.issued, 0)) > l.tokenLife
}

const notOfThisList = "is not a token of this list"

func badToken(description string) Violation {
	return Violation{"page_token", description, ReasonInvalidPageToken}
}

// seal returns the token of the page after m.
func (l *listing[M]) seal(ctx context.Context, m M) (string, error) {
	values, err := l.place(m)
	if err != nil {
		return "", internal(l.domain, fmt.Errorf("crud: a stored key does not parse: %w", err))
	}
	binding, err := l.binding(ctx)
	if err != nil {
		return "", err
	}
	place := tokenPlace{values: values, total: l.total, counted: l.counted}
	if l.tokenLife > 0 {
		place.issued = l.now().Unix()
	}
	return l.tokens.seal(place, binding)
}
