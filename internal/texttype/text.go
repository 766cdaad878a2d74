package texttype

import (
	"encoding/json"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"
)

// storable reports whether PostgreSQL can hold a text at all.
func storable(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

func anyText(_ *Type, text string) (string, bool) { return text, storable(text) }

// paddedText is a text whose blanks at the end PostgreSQL does not count.
func paddedText(t *Type, text string) (string, bool) {
	trimmed := strings.TrimRight(text, " ")
	return trimmed, storable(text) && trimmed != "" && (t.Length == 0 || utf8.RuneCountInString(trimmed) <= t.Length)
}

func bits(t *Type, text string) (string, bool) {
	if strings.Trim(text, "01") != "" || text == "" {
		return "", false
	}
	if t.Name == "bit" {
		return text, len(text) == t.Length
	}
	return text, t.Length == 0 || len(text) <= t.Length
}

// inet leaves out the length of a prefix that is all of the address.
func inet(_ *Type, text string) (string, bool) {
	if a, err := netip.ParseAddr(text); err == nil {
		return a.String(), a.Zone() == ""
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return "", false
	}
	if p.IsSingleIP() {
		return p.Addr().String(), true
	}
	return p.String(), true
}

// cidr is a prefix of which no bit behind its length is set.
func cidr(_ *Type, text string) (string, bool) {
	p, err := netip.ParsePrefix(text)
	return p.String(), err == nil && p.Masked() == p
}

func macaddr(_ *Type, text string) (string, bool) { return hardware(text, 6) }

func macaddr8(_ *Type, text string) (string, bool) { return hardware(text, 8) }

func hardware(text string, length int) (string, bool) {
	a, err := net.ParseMAC(text)
	return a.String(), err == nil && len(a) == length
}

func jsonText(_ *Type, text string) (string, bool) {
	return text, utf8.ValidString(text) && json.Valid([]byte(text))
}

// jsonbText is JSON whose strings PostgreSQL can hold as texts.
func jsonbText(t *Type, text string) (string, bool) {
	if _, ok := jsonText(t, text); !ok {
		return "", false
	}
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		if text[i] != 'u' {
			continue
		}
		n, pair := hex4(text[i+1:]), false
		i += 4
		if n >= 0xd800 && n < 0xdc00 && strings.HasPrefix(text[i+1:], `\u`) {
			low := hex4(text[i+3:])
			pair = low >= 0xdc00 && low < 0xe000
			i += 6
		}
		if n == 0 || n >= 0xd800 && n < 0xe000 && !pair {
			return "", false
		}
	}
	return text, true
}

// hex4 reads the four digits of an escape, which valid JSON has.
func hex4(text string) uint64 {
	n, _ := strconv.ParseUint(text[:4], 16, 16)
	return n
}
