// Package filter is the language of the filter and order_by of List requests: AIP-160
// and AIP-132, compiled to SQL for PostgreSQL and SQLite.
//
//	title = "Moby*" AND pages > 300
//	(genre = POETRY OR tags:verse) -signed = true
//	published >= 2012-04-21T11:30:00Z subtitle = null
//
// # Terms
//
// A term is a field, a comparator and a value, as in pages > 300. White space and AND
// are the same; OR binds tighter: a b OR c is a AND (b OR c). NOT and - negate the term
// or the group behind them; NOT stands apart from it, - does not. Keywords are in upper
// case. A word alone is looked for in the fields that the model has searched.
//
// # Values
//
// Texts stand in quotes of either kind, or bare if they hold no white space, quote,
// comma, parenthesis, or one of < > = !. A backslash stands before *, a quote or another
// backslash. A field cannot be a value, and there are no functions.
//
//	string       title = Hugo, title = "Victor Hugo"
//	whole number pages = -1, pages < 1e3
//	float        price < .5
//	bool         signed = true
//	enum         genre = POETRY: the value's name, never its number
//	Timestamp    published > 2012-04-21T11:30:00+02:00: RFC 3339, with time and zone
//	Duration     reading_time < 1.2s
//	bytes        cover = "YQ==": base64
//	Date         day = 2012-04-21, TimeOfDay opening < 11:30:00
//	Typed        amount > 9.50, address = "10.0.0.0/8": as the type is written
//	UUID         id = 0a000000-0000-4000-8000-000000000001: in lower case
//
// Numbers and bools have no quotes. Comparisons are exact: an int32 is less than
// 3000000000 and never equal to it, and no stored time, which has microseconds, equals
// one with nanoseconds. A fraction is not compared with a whole number.
//
// # Comparators
//
//	= !=         equal; * in a string stands for any text, \* for a star
//	< <= > >=    in the field's order; not for bool and enum; * is a star
//	s:x          the string s holds x; both are case-sensitive
//	r:x          the repeated field r has the element x; the only comparator of r
//	f:x          f = x, for other fields
//	f:*          f is set: it differs from its default; a list is not empty
//	f = null     f is unset; for optional fields, wrappers, times and durations only
//	name = x     the resource name, as a whole; = and != only
//
// An unset field differs from every value: f != 1 holds, and so does NOT f < 1. A field
// of an unset message never matches, negated or not.
//
// # Inside messages
//
// A field of a message, an entry of a map and the elements of a repeated message are
// asked for by their paths, where they are stored as protobuf's JSON:
//
//	author.age > 30        a field of a message
//	author:*               the message is set; author = null, it is not
//	labels:signed          the map has the key
//	labels."on loan" = yes the value of a key, in quotes where it is no word
//	reviews.ann.stars > 3  a field of a map's value
//	editors.name:Ann       an element has the field; the only comparator of r.f
//
// A field that is not in a message is zero, or unset if it has presence. A field of a
// message that is unset, or of a key that the map lacks, never matches. What is inside a
// Struct, a Value, a ListValue or an Any cannot be asked for, and bytes inside a message
// have no order. Nothing inside JSON orders a list.
//
// Where a message is stored in columns of its fields, the same paths name these; rows can
// then be ordered by them too.
//
// # Orders
//
// An order is fields with commas between them: "published desc, title". Repeated fields
// and bytes have no order.
//
// # Limits
//
// A filter has at most 8 KiB, 200 terms and operators, 100 alternatives of one OR, and
// parentheses 50 deep. What is wrong with one is told by [Error], with its place.
//
// [Schema.Compile] gives SQL in which every value is an argument.
package filter
