CREATE TABLE IF NOT EXISTS shelves (
	shelf_id text COLLATE "C" NOT NULL,
	theme text COLLATE "C" NOT NULL,
	PRIMARY KEY (shelf_id)
);

CREATE TABLE IF NOT EXISTS books (
	shelf_id text COLLATE "C" NOT NULL,
	book_id text COLLATE "C" NOT NULL,
	title text COLLATE "C" NOT NULL,
	PRIMARY KEY (shelf_id, book_id),
	CONSTRAINT books_shelf_id_fkey FOREIGN KEY (shelf_id) REFERENCES shelves (shelf_id)
);

CREATE TABLE IF NOT EXISTS boxes (
	shelf_id text COLLATE "C" NOT NULL,
	box_id text COLLATE "C" NOT NULL,
	PRIMARY KEY (shelf_id, box_id),
	CONSTRAINT boxes_shelf_id_fkey FOREIGN KEY (shelf_id) REFERENCES shelves (shelf_id)
);

CREATE TABLE IF NOT EXISTS keys (
	room_id text COLLATE "C" NOT NULL,
	key_id text COLLATE "C" NOT NULL,
	PRIMARY KEY (room_id, key_id)
);

COMMENT ON TABLE boxes IS 'The parent is not looked for when a page is empty.';

COMMENT ON TABLE keys IS 'The parent is no model.';
