== 20261126120000_change_expand.up.sql
-- Rows that are there get 0.
ALTER TABLE books ADD COLUMN pages integer NOT NULL DEFAULT 0;
ALTER TABLE books ALTER COLUMN pages DROP DEFAULT;

ALTER TABLE books ADD COLUMN isbn text COLLATE "C";

ALTER TABLE books ADD COLUMN author_id bigint;

-- Rows that are there get now().
ALTER TABLE books ADD COLUMN create_time timestamp with time zone NOT NULL DEFAULT now();
ALTER TABLE books ALTER COLUMN create_time DROP DEFAULT;

ALTER TABLE books ADD COLUMN more jsonb;

ALTER TABLE books ADD COLUMN revision bigint NOT NULL DEFAULT 1;
== 20261126120000_change_expand.down.sql
ALTER TABLE books DROP COLUMN revision;

ALTER TABLE books DROP COLUMN more;

ALTER TABLE books DROP COLUMN create_time;

ALTER TABLE books DROP COLUMN author_id;

ALTER TABLE books DROP COLUMN isbn;

ALTER TABLE books DROP COLUMN pages;
== 20261126120001_change_index.up.sql
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
CREATE INDEX CONCURRENTLY books_lower_title_idx ON books ((lower(title)));
== 20261126120001_change_index.down.sql
DROP INDEX CONCURRENTLY IF EXISTS books_lower_title_idx;
== 20261126120002_change_index.up.sql
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- Fails where two rows have the same values.
CREATE UNIQUE INDEX CONCURRENTLY books_pages_title_key ON books (pages, title) WHERE (pages > 0);
== 20261126120002_change_index.down.sql
DROP INDEX CONCURRENTLY IF EXISTS books_pages_title_key;
== 20261126120003_change_index.up.sql
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- Fails where two rows have the same values.
CREATE UNIQUE INDEX CONCURRENTLY books_isbn_key ON books USING btree (isbn);
== 20261126120003_change_index.down.sql
DROP INDEX CONCURRENTLY IF EXISTS books_isbn_key;
== 20261126120004_change_constrain.up.sql
ALTER TABLE books ADD CONSTRAINT books_isbn_key UNIQUE USING INDEX books_isbn_key;

ALTER TABLE books ADD CONSTRAINT books_title_check CHECK ((char_length(title) <= 80)) NOT VALID;

ALTER TABLE books ADD CONSTRAINT books_author_id_fkey FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE SET NULL NOT VALID;

COMMENT ON COLUMN books.pages IS 'How many.';
== 20261126120004_change_constrain.down.sql
COMMENT ON COLUMN books.pages IS NULL;

ALTER TABLE books DROP CONSTRAINT books_author_id_fkey;

ALTER TABLE books DROP CONSTRAINT books_title_check;

ALTER TABLE books DROP CONSTRAINT books_isbn_key;
== 20261126120005_change_validate.up.sql
-- Fails where a row breaks it: mend the row, and run it again.
ALTER TABLE books VALIDATE CONSTRAINT books_title_check;

-- Fails where a row breaks it: mend the row, and run it again.
ALTER TABLE books VALIDATE CONSTRAINT books_author_id_fkey;
== 20261126120005_change_validate.down.sql
-- Nothing is to be undone.
