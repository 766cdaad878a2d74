package crud

import (
	"regexp"

	"golang.org/x/text/unicode/norm"
)

// rfc1034 is the rule for client-chosen ids in resource names (AIP-122, AIP-210).
var rfc1034 = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// An idRule says which ids a client may choose.
type idRule struct {
	pattern *regexp.Regexp // of the whole id; nil takes every id
	text    string         // of the pattern, for messages
	uuids   bool           // and lower-case UUIDs
}

// newIDRule returns the model's own rule, else that of the key style: resource names
// hold RFC 1034 labels or UUIDs, plain keys anything.
func newIDRule(pattern string, named bool) idRule {
	switch {
	case pattern != "":
		return idRule{pattern: regexp.MustCompile(`\A(?:` + pattern + `)\z`), text: pattern}
	case named:
		return idRule{pattern: rfc1034, text: rfc1034.String(), uuids: true}
	}
	return idRule{}
}

// check returns what is wrong with an id, or "".
func (r idRule) check(id string) string {
	switch {
	case r.pattern == nil, r.pattern.MatchString(id), r.uuids && isUUID(id):
		if !norm.NFC.IsNormalString(id) {
			return "must be in Unicode normal form C"
		}
		return ""
	}
	return "must match " + r.text
}
