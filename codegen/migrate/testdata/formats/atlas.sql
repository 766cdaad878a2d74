== 20261126120000_change_expand.sql
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
== 20261126120001_change_index.sql
-- atlas:txmode none

-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
CREATE INDEX CONCURRENTLY books_lower_title_idx ON books ((lower(title)));
== 20261126120002_change_index.sql
-- atlas:txmode none

-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- Fails where two rows have the same values.
CREATE UNIQUE INDEX CONCURRENTLY books_pages_title_key ON books (pages, title) WHERE (pages > 0);
== 20261126120003_change_index.sql
-- atlas:txmode none

-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- Fails where two rows have the same values.
CREATE UNIQUE INDEX CONCURRENTLY books_isbn_key ON books USING btree (isbn);
== 20261126120004_change_constrain.sql
ALTER TABLE books ADD CONSTRAINT books_isbn_key UNIQUE USING INDEX books_isbn_key;

ALTER TABLE books ADD CONSTRAINT books_title_check CHECK ((char_length(title) <= 80)) NOT VALID;

ALTER TABLE books ADD CONSTRAINT books_author_id_fkey FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE SET NULL NOT VALID;

COMMENT ON COLUMN books.pages IS 'How many.';
== 20261126120005_change_validate.sql
-- Fails where a row breaks it: mend the row, and run it again.
ALTER TABLE books VALIDATE CONSTRAINT books_title_check;

-- Fails where a row breaks it: mend the row, and run it again.
ALTER TABLE books VALIDATE CONSTRAINT books_author_id_fkey;
