CREATE TABLE IF NOT EXISTS authors (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	pen_name TEXT NOT NULL,
	CONSTRAINT authors_pen_name_key UNIQUE (pen_name)
) STRICT;

CREATE TABLE IF NOT EXISTS books (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	title TEXT NOT NULL,
	isbn TEXT NOT NULL,
	edition INTEGER NOT NULL,
	author_id INTEGER NOT NULL,
	editor_id INTEGER,
	critic TEXT NOT NULL,
	sequel_id INTEGER,
	CONSTRAINT books_author_id_fkey FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE CASCADE ON UPDATE RESTRICT,
	CONSTRAINT books_editor_id_fkey FOREIGN KEY (editor_id) REFERENCES authors (id) ON DELETE SET NULL,
	CONSTRAINT books_critic_fkey FOREIGN KEY (critic) REFERENCES authors (pen_name),
	CONSTRAINT books_sequel_id_fkey FOREIGN KEY (sequel_id) REFERENCES books (id)
) STRICT;

CREATE INDEX IF NOT EXISTS books_author_id_title_idx ON books (author_id, title);

CREATE UNIQUE INDEX IF NOT EXISTS books_isbn_edition_key ON books (isbn, edition);

CREATE INDEX IF NOT EXISTS by_title ON books (title);
