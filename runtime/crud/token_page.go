package crud

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
)

// open takes the place that the page token says.
func (l *listing) open(ctx context.Context, found *findings) error {
	binding, err := l.binding(ctx)
	if err != nil {
		return err
	}
	place, ok := l.tokens.open(l.query.PageToken, binding)
	if !ok || l.expired(place) || !l.begin(place) {
		found.add(badToken(notOfThisList))
		return nil
	}
	l.total, l.counted = place.total, place.counted
	return nil
}

// begin takes where the page begins. ok is false for a place of another order.
func (l *listing) begin(p tokenPlace) (ok bool) {
	if l.placed {
		return l.setPlace(p)
	}
	return l.setCursor(p.values)
}

// setCursor binds the values of the order in the row before. ok is false for values
// of another order.
func (l *listing) setCursor(values []any) (ok bool) {
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
func (l *listing) expired(p tokenPlace) bool {
	return l.tokenLife > 0 && l.now().Sub(time.Unix(p.issued, 0)) > l.tokenLife
}

const notOfThisList = "is not a token of this list"

func badToken(description string) Violation {
	return Violation{"page_token", description, ReasonInvalidPageToken}
}

// nextToken returns the token of the page after one of size rows, of which m is the last.
func (r *repository) nextToken(ctx context.Context, l *listing, m proto.Message, size int) (string, error) {
	if l.placed {
		place, err := r.nextPlace(ctx, l, size)
		if err != nil {
			return "", err
		}
		return l.seal(ctx, place)
	}
	values, err := l.place(m)
	if err != nil {
		return "", internal(l.domain, fmt.Errorf("crud: a stored key does not parse: %w", err))
	}
	return l.seal(ctx, tokenPlace{values: values})
}

// seal returns the token of the page that begins behind a place.
func (l *listing) seal(ctx context.Context, place tokenPlace) (string, error) {
	binding, err := l.binding(ctx)
	if err != nil {
		return "", err
	}
	place.total, place.counted = l.total, l.counted
	if l.tokenLife > 0 {
		place.issued = l.now().Unix()
	}
	return l.tokens.seal(place, binding)
}
