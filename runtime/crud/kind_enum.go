package crud

import (
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// EnumUnknown says what is done with a value that an enum does not declare.
type EnumUnknown uint8

const (
	// UnknownKept numbers are stored and returned, as proto3 has it.
	UnknownKept EnumUnknown = iota
	// UnknownRejected values are refused when they are written, and are an error when
	// they are read.
	UnknownRejected
	// UnknownZero values are refused when they are written, and read as the enum's first
	// value.
	UnknownZero
)

var errUnknownEnum = errors.New("a value that the enum does not declare")

// newEnumKind makes the kind of an enum, which is kept as its number unless the column's
// options say otherwise.
func newEnumKind[E ~int32]() *kind[E] {
	k := newNumberKind(KindEnum, "enum",
		func(v E) any { return int32(v) },
		func(vs []E) any { return convertList[int32](vs) })
	k.enum = enumOf[E]
	k.configured = func(info *ColumnInfo) *kind[E] {
		switch {
		case info.Kind == KindEnumName || info.Kind == KindEnumType:
			return newEnumNameKind[E](info)
		case info.EnumUnknown != UnknownKept:
			return declaredOnly(k, info.EnumUnknown)
		}
		return k
	}
	return k
}

// enumOf returns the descriptor of an enum, nil for a type that is none.
func enumOf[E ~int32]() protoreflect.EnumDescriptor {
	if e, ok := any(E(0)).(protoreflect.Enum); ok {
		return e.Descriptor()
	}
	return nil
}

func declared[E ~int32](v E) bool {
	return enumOf[E]().Values().ByNumber(protoreflect.EnumNumber(v)) != nil
}

func checkDeclared[E ~int32](v E, _ *ColumnInfo, _ Dialect) string {
	if !declared(v) {
		return "must be a declared value of the enum"
	}
	return ""
}

// declaredOnly is the kind of an enum whose undeclared numbers are refused.
func declaredOnly[E ~int32](k *kind[E], unknown EnumUnknown) *kind[E] {
	only := *k
	only.check = checkDeclared[E]
	read := func(v E, err error) (E, error) {
		if err != nil || declared(v) {
			return v, err
		}
		return undeclared[E](unknown)
	}
	only.decode = func(oid uint32, src []byte, mem *memory) (E, error) { return read(k.decode(oid, src, mem)) }
	only.scan = func(v any, d Dialect) (E, error) { return read(k.scan(v, d)) }
	only.list = newListKind(&only, func(vs []E) any { return convertList[int32](vs) },
		func(v E) int64 { return int64(v) },
		func(n int64) (E, error) { return only.scan(n, SQLite) })
	return &only
}

// undeclared is what a value reads as that the enum does not declare.
func undeclared[E ~int32](unknown EnumUnknown) (E, error) {
	if unknown == UnknownZero {
		return E(enumOf[E]().Values().Get(0).Number()), nil
	}
	return 0, errUnknownEnum
}

// newEnumNameKind makes the kind of an enum that is kept as its value's name: in a text
// column, or in one of an enum type of PostgreSQL.
func newEnumNameKind[E ~int32](info *ColumnInfo) *kind[E] {
	unknown := info.EnumUnknown
	ofName := func(name string) (E, error) {
		if v := enumOf[E]().Values().ByName(protoreflect.Name(name)); v != nil {
			return E(v.Number()), nil
		}
		return undeclared[E](unknown)
	}
	k := &kind[E]{
		id:    info.Kind,
		bind:  func(v E, _ Dialect) any { return enumName(v) },
		reads: readsName,
		decode: func(_ uint32, src []byte, _ *memory) (E, error) {
			return ofName(string(src))
		},
		scan: func(v any, _ Dialect) (E, error) {
			name, ok := v.(string)
			if !ok {
				return 0, errScan(v, "enum")
			}
			return ofName(name)
		},
		equal: same[E],
		zero:  isZero[E],
		check: checkDeclared[E],
		key:   keyEnumName[E],
		cursor: func(v E) any {
			return enumName(v)
		},
		enum: enumOf[E],
	}
	names := func(vs []E) any { return eachOf(append([]E{}, vs...), enumName[E]) }
	k.list = newListKind(k, names, enumName[E], ofName)
	if info.Kind == KindEnumType {
		k.asEnumType(ofName)
	}
	return k
}

// asEnumType sends lists as text, which PostgreSQL takes for an array of a type that pgx
// does not know.
func (k *kind[V]) asEnumType(ofName func(string) (V, error)) {
	literal := func(vs []V) string {
		names := make([]string, len(vs))
		for i, v := range vs {
			names[i] = k.bind(v, Postgres).(string)
		}
		return "{" + strings.Join(names, ",") + "}"
	}
	k.list = listKind[V]{
		bind:  func(vs []V, _ Dialect) any { return literal(vs) },
		reads: func(oid uint32, format int16) bool { return oid >= firstUserOID && format == pgtype.TextFormatCode },
		decode: func(_ uint32, src []byte, _ *memory) ([]V, error) {
			return namesOf(string(src), ofName)
		},
		scan: func(v any, _ Dialect) ([]V, error) {
			text, ok := v.(string)
			if !ok {
				return nil, errScan(v, "list")
			}
			return namesOf(text, ofName)
		},
	}
}

// namesOf reads the text of an array of names, which are words.
func namesOf[V any](text string, ofName func(string) (V, error)) ([]V, error) {
	inner, ok := strings.CutPrefix(text, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	if !ok || !closed {
		return nil, errArray
	}
	if inner == "" {
		return nil, nil
	}
	var vs []V
	for name := range strings.SplitSeq(inner, ",") {
		if name == "NULL" {
			return nil, errNullElement
		}
		v, err := ofName(name)
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	return vs, nil
}

// firstUserOID is the least that PostgreSQL gives a type which it does not come with.
const firstUserOID = 16384

// readsName accepts text, and types that pgx does not know, which it asks for as text.
func readsName(oid uint32, format int16) bool {
	return isText(oid) || oid >= firstUserOID && format == pgtype.TextFormatCode
}

// enumName is the name of a declared value, the first one of several.
func enumName[E ~int32](v E) string {
	if d := enumOf[E]().Values().ByNumber(protoreflect.EnumNumber(v)); d != nil {
		return string(d.Name())
	}
	return strconv.Itoa(int(v)) // check refuses it before it is written
}

// keyEnumName takes a page token's name too.
func keyEnumName[E ~int32](v any) (E, bool) {
	if name, ok := v.(string); ok {
		d := enumOf[E]().Values().ByName(protoreflect.Name(name))
		if d == nil {
			return 0, false
		}
		return E(d.Number()), true
	}
	e, ok := keyNumber[E](v)
	return e, ok && declared(e)
}
