package texttype

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The texts of PostgreSQL are read in the styles that it has unless it is told otherwise:
// DateStyle ISO and IntervalStyle postgres, which pgx relies on too.

const (
	dateForm = "2006-01-02"
	timeForm = "15:04:05.999999"
)

func date(_ *Type, text string) (string, bool) {
	t, err := time.Parse(dateForm, text)
	return text, err == nil && t.Year() > 0
}

func timeOfDay(_ *Type, text string) (string, bool) {
	if text == "24:00:00" {
		return text, true
	}
	t, err := time.Parse(timeForm, text)
	return t.Format(timeForm), err == nil && decimals(text) <= 6
}

// decimals is how many digits follow the last point.
func decimals(text string) int {
	_, fraction, _ := strings.Cut(text, ".")
	return len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
}

func timestamp(_ *Type, text string) (string, bool) {
	t, err := time.Parse(dateForm+"T"+timeForm, strings.Replace(text, " ", "T", 1))
	return t.Format(dateForm + "T" + timeForm), err == nil && t.Year() > 0 && decimals(text) <= 6
}

// timestamptz is in UTC. PostgreSQL's own text is in the zone of the session.
func timestamptz(_ *Type, text string) (string, bool) {
	text = strings.Replace(text, " ", "T", 1)
	for _, zone := range []string{"Z07:00", "Z07", "Z07:00:00"} {
		t, err := time.Parse(dateForm+"T"+timeForm+zone, text)
		if err == nil {
			t = t.UTC()
			return t.Format(dateForm + "T" + timeForm + "Z"), t.Year() > 0 && t.Year() < 10_000 && decimals(text) <= 6
		}
	}
	return "", false
}

var (
	isoInterval = regexp.MustCompile(`^P(?:(-?\d{1,9})Y)?(?:(-?\d{1,9})M)?(?:(-?\d{1,9})D)?(?:T(?:(-?\d{1,9})H)?(?:(-?\d{1,9})M)?(?:(-?\d{1,9}(?:\.\d{1,6})?)S)?)?$`)
	ownInterval = regexp.MustCompile(`^(?:([-+]?\d+) years? ?)?(?:([-+]?\d+) mons? ?)?(?:([-+]?\d+) days? ?)?(?:([-+]?)(\d+):(\d\d):(\d\d(?:\.\d+)?))?$`)
)

// interval is an ISO 8601 duration. Months, days and seconds are three numbers, none of
// which becomes another.
func interval(_ *Type, text string) (string, bool) {
	if text == "" {
		return "", false
	}
	if m := isoInterval.FindStringSubmatch(text); m != nil {
		if strings.HasSuffix(text, "T") || text == "P" {
			return "", false
		}
		return formatInterval(number(m[1])*12+number(m[2]), number(m[3]), number(m[4])*3600e6+number(m[5])*60e6+micros(m[6]))
	}
	if m := ownInterval.FindStringSubmatch(text); m != nil {
		clock := number(m[5])*3600e6 + number(m[6])*60e6 + micros(m[7])
		if m[4] == "-" {
			clock = -clock
		}
		return formatInterval(number(m[1])*12+number(m[2]), number(m[3]), clock)
	}
	return "", false
}

func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // 0 for none
	return n
}

// micros reads seconds with at most six decimals.
func micros(text string) int64 {
	whole, fraction, _ := strings.Cut(text, ".")
	n := number((fraction + "000000")[:6])
	if strings.HasPrefix(whole, "-") {
		n = -n
	}
	return number(whole)*1e6 + n
}

func formatInterval(months, days, clock int64) (string, bool) {
	const most = 1<<31 - 1 // of PostgreSQL's months and days
	if months > most || -months > most || days > most || -days > most {
		return "", false
	}
	var date, at strings.Builder
	add := func(b *strings.Builder, n int64, unit string) {
		if n != 0 {
			fmt.Fprintf(b, "%d%s", n, unit)
		}
	}
	add(&date, months/12, "Y")
	add(&date, months%12, "M")
	add(&date, days, "D")
	add(&at, clock/3600e6, "H")
	add(&at, clock/60e6%60, "M")
	if rest := clock % 60e6; rest != 0 {
		sign := ""
		if rest < 0 {
			sign, rest = "-", -rest
		}
		seconds := fmt.Sprintf("%d.%06d", rest/1e6, rest%1e6)
		at.WriteString(sign + strings.TrimSuffix(strings.TrimRight(seconds, "0"), ".") + "S")
	}
	switch {
	case at.Len() > 0:
		return "P" + date.String() + "T" + at.String(), true
	case date.Len() > 0:
		return "P" + date.String(), true
	}
	return "PT0S", true
}
