package sqlname

import (
	"crypto/sha256"
	"encoding/hex"
	"unicode/utf8"
)

// MaxBytes is the length of a PostgreSQL identifier. The server cuts longer ones silently.
const MaxBytes = 63

// Shorten returns name with end behind it. What is too long is cut, and gets a hash of
// the whole name before the end, so that it stays the same and stays unique.
func Shorten(name, end string) string {
	if len(name)+len(end) <= MaxBytes {
		return name + end
	}
	sum := sha256.Sum256([]byte(name))
	end = "_" + hex.EncodeToString(sum[:4]) + end
	cut := MaxBytes - len(end)
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + end
}
