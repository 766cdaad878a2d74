CREATE TABLE IF NOT EXISTS shelves (
	shelf_id TEXT NOT NULL,
	theme TEXT NOT NULL,
	PRIMARY KEY (shelf_id)
) STRICT;

CREATE TABLE IF NOT EXISTS books (
	shelf_id TEXT NOT NULL,
	book_id TEXT NOT NULL,
	title TEXT NOT NULL,
	PRIMARY KEY (shelf_id, book_id),
	CONSTRAINT books_shelf_id_fkey FOREIGN KEY (shelf_id) REFERENCES shelves (shelf_id)
) STRICT;

CREATE TABLE IF NOT EXISTS boxes (
	shelf_id TEXT NOT NULL,
	box_id TEXT NOT NULL,
	PRIMARY KEY (shelf_id, box_id),
	CONSTRAINT boxes_shelf_id_fkey FOREIGN KEY (shelf_id) REFERENCES shelves (shelf_id)
) STRICT;

CREATE TABLE IF NOT EXISTS keys (
	room_id TEXT NOT NULL,
	key_id TEXT NOT NULL,
	PRIMARY KEY (room_id, key_id)
) STRICT;
