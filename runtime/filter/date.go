package filter

import (
	"fmt"
	"time"

	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
)

const (
	secondsPerDay = 86_400
	dateForm      = "2006-01-02"
)

// readDate returns days since 1970.
func readDate(_ *Field, text string) (operand, bool) {
	t, err := time.Parse(dateForm, text)
	if err != nil || t.Year() < 1 {
		return operand{}, false
	}
	seconds := t.Unix()
	if seconds < 0 {
		seconds -= secondsPerDay - 1
	}
	return operand{value: seconds / secondsPerDay}, true
}

// readTimeOfDay returns microseconds since midnight. 24:00:00 is the end of a day.
func readTimeOfDay(_ *Field, text string) (operand, bool) {
	const form = "00:00:00"
	if text == "24:00:00" {
		return operand{value: int64(secondsPerDay * second)}, true
	}
	t, err := time.Parse("15:04:05", text)
	if err != nil || len(text) < len(form) || !fits(text[:len(form)], form) || len(text) > len(form)+10 || len(text) == len(form)+1 {
		return operand{}, false
	}
	if len(text) > len(form) && text[len(form)] != '.' {
		return operand{}, false
	}
	nanos := int64(t.Nanosecond())
	o := operand{value: int64(t.Hour()*3600+t.Minute()*60+t.Second())*second + nanos/1000}
	if nanos%1000 != 0 {
		o.side = above
	}
	return o, true
}

// dateText and timeText are the texts that PostgreSQL reads. Each mode of pgx sends them
// as they are.
func dateText(days int64) string {
	return time.Unix(days*secondsPerDay, 0).UTC().Format(dateForm)
}

func timeText(micros int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%06d", micros/(3600*second), micros/(60*second)%60, micros/second%60, micros%second)
}

// listArgument returns a list of one element as PostgreSQL reads it for the kind.
func listArgument(k Kind, v any) any {
	switch k {
	case Typed, Date, TimeOfDay:
		return texttype.ArrayText([]string{encode(k, v, Postgres).(string)})
	}
	return listOf(encode(k, v, Postgres))
}
