crud: allkinds.Paint.color is of an enum type of PostgreSQL, and SQLite has none; store the enum as its NAME or NUMBER
crud: allkinds.Paint.second is of an enum type of PostgreSQL, and SQLite has none; store the enum as its NAME or NUMBER
crud: allkinds.Paint.others is of an enum type of PostgreSQL, and SQLite has none; store the enum as its NAME or NUMBER
crud: allkinds.Paint.shade is of an enum type of PostgreSQL, and SQLite has none; store the enum as its NAME or NUMBER
crud: allkinds.Typed.email is kept in citext, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.number is kept in numeric, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.amount is kept in numeric(12,2), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.share is kept in numeric(5,5), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.discount is kept in numeric(4), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.rates is kept in numeric(6,3), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.address is kept in inet, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.network is kept in cidr, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.device is kept in macaddr, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.port is kept in macaddr8, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.hosts is kept in inet, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.code is kept in bpchar(3), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.mask is kept in bit(4), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.bits is kept in varbit(8), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.day is kept in date, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.hour is kept in time, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.moment is kept in timestamp, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.instant is kept in timestamptz, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.period is kept in interval, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.seats is kept in int4range, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.pages is kept in int8range, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.prices is kept in numrange, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.days is kept in daterange, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.shift is kept in tsrange, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.booking is kept in tstzrange, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.bookings is kept in tstzrange, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.document is kept in json, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.facts is kept in jsonb, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.markup is kept in xml, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.words is kept in tsvector, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.place is kept in point, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.emails is kept in citext, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.left is kept in numeric(5,1), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.right is kept in inet, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.middle is kept in numeric, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.shares is kept in numeric, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.serial is kept in numeric(10), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.level is kept in numeric(3,1), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.cost is kept in numeric, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.fee is kept in numeric(6,2), a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Typed.fees is kept in numeric, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Host.address is kept in inet, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
crud: allkinds.Host.day is kept in date, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON
