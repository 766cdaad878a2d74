package model

import (
	"slices"
	"strings"
)

// A verb is what the name of a standard method begins with.
type verb struct {
	name   string
	kind   MethodKind
	plural bool // the resource follows in the plural
}

// verbs are those of the standard methods (AIP-131 to 135, 164, 231 to 235) and of
// this project's own Stream and Watch.
var verbs = []verb{
	{name: "Get", kind: Get},
	{name: "List", kind: List, plural: true},
	{name: "Create", kind: Create},
	{name: "Update", kind: Update},
	{name: "Delete", kind: Delete},
	{name: "Undelete", kind: Undelete},
	{name: "Stream", kind: List, plural: true},
	{name: "Watch", kind: Watch, plural: true},
	{name: "BatchGet", kind: BatchGet, plural: true},
	{name: "BatchCreate", kind: BatchCreate, plural: true},
	{name: "BatchUpdate", kind: BatchUpdate, plural: true},
	{name: "BatchDelete", kind: BatchDelete, plural: true},
}

// methodOf returns the name of the verb's method on a model.
func (v verb) methodOf(d *draft) string {
	if v.plural {
		return v.name + d.plural
	}
	return v.name + d.singular
}

// confused returns the name with singular and plural confused.
func (v verb) confused(d *draft) string {
	if v.plural {
		return v.name + d.singular
	}
	return v.name + d.plural
}

// verbOf returns the verb that a method's name begins with.
func verbOf(name string) (verb, bool) {
	for _, v := range verbs {
		rest, ok := strings.CutPrefix(name, v.name)
		if ok && (rest == "" || !isLower(rune(rest[0]))) {
			return v, true
		}
	}
	return verb{}, false
}

// A claim is a method name's meaning: a verb on a model.
type claim struct {
	verb  verb
	model *draft
}

// A vocabulary is what the names of a file's methods can mean.
type vocabulary struct {
	// methods are the names of standard methods.
	methods map[string][]claim
	// missed are the names that are almost those, folded: with other capitals or
	// underscores, or with singular and plural confused.
	missed map[string][]claim
}

func newVocabulary(models []*draft) *vocabulary {
	words := &vocabulary{methods: map[string][]claim{}, missed: map[string][]claim{}}
	for _, d := range models {
		for _, v := range verbs {
			meant := claim{v, d}
			right, almost := v.methodOf(d), fold(v.methodOf(d))
			words.methods[right] = append(words.methods[right], meant)
			words.missed[almost] = append(words.missed[almost], meant)
			confused := fold(v.confused(d))
			words.missed[confused] = append(words.missed[confused], meant)
		}
	}
	return words
}

// fold makes names equal that differ by capitals and underscores only.
func fold(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

// lookup returns the model for which a name is Get{Resource}By{Field}.
func (words *vocabulary) lookup(name string) *draft {
	for i := range name {
		field, ok := strings.CutPrefix(name[i:], "By")
		if !ok {
			continue
		}
		for _, c := range words.methods[name[:i]] {
			if c.verb.kind == Get && c.model.goField(field) != nil {
				return c.model
			}
		}
	}
	return nil
}

// lookupField returns the field of a model in a name that lookup knows.
func (words *vocabulary) lookupField(name string, d *draft) *field {
	for i := range name {
		field, ok := strings.CutPrefix(name[i:], "By")
		if ok && slices.ContainsFunc(words.methods[name[:i]], func(c claim) bool { return c.verb.kind == Get && c.model == d }) {
			if f := d.goField(field); f != nil {
				return f
			}
		}
	}
	return nil
}

// goField returns a field by its Go name.
func (d *draft) goField(name string) *field {
	for _, f := range d.fields {
		if goCamelCase(string(f.Desc.Name())) == name {
			return f
		}
	}
	return nil
}
