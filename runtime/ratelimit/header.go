package ratelimit

import (
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/metadata"
)

// The header fields of draft-ietf-httpapi-ratelimit-headers, as metadata. Both are
// lists with an item per policy:
//
//	ratelimit-policy: "library.v1.LibraryService";q=1000;w=60
//	ratelimit: "library.v1.LibraryService";r=998;t=59
const (
	policyField = "ratelimit-policy"
	limitField  = "ratelimit"
)

// maxInteger is the largest integer that a structured header field can hold.
const maxInteger = 999_999_999_999_999

// policyHeader returns the value of RateLimit-Policy: the quota, and its window in
// seconds if it is whole.
func policyHeader(limits []*limit) string {
	var b strings.Builder
	for i, l := range limits {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(l.label + ";q=" + strconv.FormatInt(min(l.policy.MaxCalls, maxInteger), 10))
		if seconds := l.policy.Period / time.Second; seconds*time.Second == l.policy.Period {
			b.WriteString(";w=" + strconv.FormatInt(int64(seconds), 10))
		}
	}
	return b.String()
}

// headers returns what a call's headers say of its limits: the calls that remain, and
// the seconds until there are more.
func (p *plan) headers(quotas []Quota) metadata.MD {
	b := make([]byte, 0, 64*len(quotas))
	for i, q := range quotas {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, p.limits[i].label...)
		b = append(b, ";r="...)
		b = strconv.AppendInt(b, min(q.Remaining, maxInteger), 10)
		if q.Reset > 0 {
			b = append(b, ";t="...)
			b = strconv.AppendInt(b, int64((q.Reset+time.Second-1)/time.Second), 10)
		}
	}
	return metadata.MD{policyField: p.policyValues, limitField: {string(b)}}
}

// quoted returns a string as a structured header field holds it.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// printable reports whether a header field can hold the text.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
