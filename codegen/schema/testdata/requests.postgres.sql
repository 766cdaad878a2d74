CREATE TABLE IF NOT EXISTS shelves (
	shelf_id text COLLATE "C" NOT NULL,
	theme text COLLATE "C" NOT NULL,
	room text COLLATE "C" NOT NULL,
	seal bytea NOT NULL,
	PRIMARY KEY (shelf_id)
);

CREATE TABLE IF NOT EXISTS books (
	shelf_id text COLLATE "C" NOT NULL,
	book_id text COLLATE "C" NOT NULL,
	title text COLLATE "C" NOT NULL,
	isbn text COLLATE "C",
	owner_id bigint,
	genre integer NOT NULL,
	lent boolean NOT NULL,
	price double precision NOT NULL,
	cover bytea NOT NULL,
	publish_time timestamptz,
	loan bigint,
	note text COLLATE "C" NOT NULL,
	code text COLLATE "C" NOT NULL,
	place text COLLATE "C" NOT NULL,
	PRIMARY KEY (shelf_id, book_id),
	CONSTRAINT books_isbn_key UNIQUE (isbn),
	CONSTRAINT books_shelf_id_fkey FOREIGN KEY (shelf_id) REFERENCES shelves (shelf_id)
);
