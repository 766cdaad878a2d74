package model

import "strings"

// Word endings that the rules for regular words do not cover. An ending matches
// compounds too, Bookshelf like Shelf.
var (
	uncountable = []string{"data", "equipment", "feedback", "hardware", "information", "news", "series", "software", "species"}
	plurals     = []struct{ singular, plural string }{
		{"quiz", "quizzes"},
		{"epoch", "epochs"},
		{"stomach", "stomachs"},
		{"monarch", "monarchs"},
		{"lens", "lenses"},
		{"axis", "axes"},
		{"sis", "ses"}, // analysis, basis, crisis
		{"leaf", "leaves"},
		{"loaf", "loaves"},
		{"thief", "thieves"},
		{"sheaf", "sheaves"},
		{"knife", "knives"},
		{"wife", "wives"},
		{"life", "lives"},
		{"elf", "elves"}, // shelf, self
		{"half", "halves"},
		{"calf", "calves"},
		{"wolf", "wolves"},
		{"hero", "heroes"},
		{"potato", "potatoes"},
		{"tomato", "tomatoes"},
		{"echo", "echoes"},
		{"veto", "vetoes"},
	}
)

// Plural returns the plural that the generator gives to a name which states none.
func Plural(name string) string { return pluralOf(name) }

// DefaultTable returns the table of a message that states none: books for Book.
func DefaultTable(message string) string { return pluralOf(snakeCase(message)) }

// pluralOf returns the English plural of a word, or of a name that ends with one.
// Words with a plural of their own kind (person, child) are not known: they get an s,
// unless google.api.resource states the plural.
func pluralOf(name string) string {
	lower := strings.ToLower(name)
	for _, ending := range uncountable {
		if strings.HasSuffix(lower, ending) {
			return name
		}
	}
	for _, p := range plurals {
		if strings.HasSuffix(lower, p.singular) {
			same := commonPrefix(p.singular, p.plural)
			return name[:len(name)-len(p.singular)+same] + p.plural[same:]
		}
	}
	return regularPlural(name, lower)
}

func regularPlural(name, lower string) string {
	n := len(name)
	before := func(i int) byte { // the letter i places from the end, or 0
		if i >= n {
			return 0
		}
		return lower[n-1-i]
	}
	switch last := before(0); {
	case last == 'y' && n > 1 && (!isVowel(before(1)) || strings.HasSuffix(lower, "quy")):
		return name[:n-1] + "ies"
	case last == 's' && isPluralTail(before(1)):
		return name // Settings, Details, Preferences
	case last == 's', last == 'x', last == 'z',
		last == 'h' && (before(1) == 'c' || before(1) == 's'):
		return name + "es"
	}
	return name + "s"
}

// isPluralTail reports whether a word that ends with this letter and s is a plural
// already. Singular words end with ss, us, is, as or os.
func isPluralTail(b byte) bool {
	return b >= 'a' && b <= 'z' && !strings.ContainsRune("suiao", rune(b))
}

func isVowel(b byte) bool { return strings.IndexByte("aeiou", b) >= 0 }

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
