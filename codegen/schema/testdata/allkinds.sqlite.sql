crud: allkinds.Paint.color is of an enum type of PostgreSQL, and SQLite has none; store the enum as its NAME or NUMBER
crud: allkinds.Paint.second is of an enum type of PostgreSQL, and SQLite has none; store the enum as its NAME or NUMBER
crud: allkinds.Paint.others is of an enum type of PostgreSQL, and SQLite has none; store the enum as its NAME or NUMBER
crud: allkinds.Paint.shade is of an enum type of PostgreSQL, and SQLite has none; store the enum as its NAME or NUMBER
