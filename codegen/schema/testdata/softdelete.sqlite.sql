CREATE TABLE IF NOT EXISTS films (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	title TEXT NOT NULL,
	year INTEGER NOT NULL,
	code TEXT NOT NULL,
	update_time INTEGER NOT NULL,
	delete_time INTEGER,
	purge_time INTEGER,
	revision INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE IF NOT EXISTS drafts (
	id TEXT NOT NULL,
	delete_time INTEGER,
	version INTEGER NOT NULL DEFAULT 1,
	PRIMARY KEY (id)
) STRICT;

CREATE TABLE IF NOT EXISTS albums (
	album_id TEXT NOT NULL,
	delete_time INTEGER,
	revision INTEGER NOT NULL DEFAULT 1,
	PRIMARY KEY (album_id)
) STRICT;

CREATE TABLE IF NOT EXISTS crud_requests (
	principal TEXT NOT NULL,
	request_id TEXT NOT NULL,
	method TEXT NOT NULL,
	request_hash BLOB NOT NULL,
	response BLOB,
	expire_time INTEGER NOT NULL,
	PRIMARY KEY (principal, request_id)
) STRICT;

CREATE UNIQUE INDEX IF NOT EXISTS films_title_year_key ON films (title, year) WHERE delete_time IS NULL;

CREATE UNIQUE INDEX IF NOT EXISTS films_code_key ON films (code) WHERE delete_time IS NULL;

CREATE INDEX IF NOT EXISTS crud_requests_expire_time_idx ON crud_requests (expire_time);
