CREATE TABLE IF NOT EXISTS shelves (
	shelf_id TEXT NOT NULL,
	theme TEXT NOT NULL,
	room TEXT NOT NULL,
	seal BLOB NOT NULL,
	PRIMARY KEY (shelf_id)
) STRICT;

CREATE TABLE IF NOT EXISTS books (
	shelf_id TEXT NOT NULL,
	book_id TEXT NOT NULL,
	title TEXT NOT NULL,
	isbn TEXT,
	owner_id INTEGER,
	genre INTEGER NOT NULL,
	lent INTEGER NOT NULL,
	price REAL NOT NULL,
	cover BLOB NOT NULL,
	publish_time INTEGER,
	loan INTEGER,
	note TEXT NOT NULL,
	code TEXT NOT NULL,
	place TEXT NOT NULL,
	PRIMARY KEY (shelf_id, book_id),
	CONSTRAINT books_isbn_key UNIQUE (isbn),
	CONSTRAINT books_shelf_id_fkey FOREIGN KEY (shelf_id) REFERENCES shelves (shelf_id)
) STRICT;
