== 20261126120000_change_expand.sql
-- +goose Up
-- Rows that are there get 0.
-- +goose StatementBegin
ALTER TABLE books ADD COLUMN pages integer NOT NULL DEFAULT 0;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages DROP DEFAULT;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ADD COLUMN isbn text COLLATE "C";
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ADD COLUMN author_id bigint;
-- +goose StatementEnd

-- Rows that are there get now().
-- +goose StatementBegin
ALTER TABLE books ADD COLUMN create_time timestamp with time zone NOT NULL DEFAULT now();
-- +goose StatementEnd
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN create_time DROP DEFAULT;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ADD COLUMN more jsonb;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ADD COLUMN revision bigint NOT NULL DEFAULT 1;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE books DROP COLUMN revision;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP COLUMN more;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP COLUMN create_time;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP COLUMN author_id;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP COLUMN isbn;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP COLUMN pages;
-- +goose StatementEnd
== 20261126120001_change_index.sql
-- +goose NO TRANSACTION
-- +goose Up
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- +goose StatementBegin
CREATE INDEX CONCURRENTLY books_lower_title_idx ON books ((lower(title)));
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX CONCURRENTLY IF EXISTS books_lower_title_idx;
-- +goose StatementEnd
== 20261126120002_change_index.sql
-- +goose NO TRANSACTION
-- +goose Up
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- Fails where two rows have the same values.
-- +goose StatementBegin
CREATE UNIQUE INDEX CONCURRENTLY books_pages_title_key ON books (pages, title) WHERE (pages > 0);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX CONCURRENTLY IF EXISTS books_pages_title_key;
-- +goose StatementEnd
== 20261126120003_change_index.sql
-- +goose NO TRANSACTION
-- +goose Up
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- Fails where two rows have the same values.
-- +goose StatementBegin
CREATE UNIQUE INDEX CONCURRENTLY books_isbn_key ON books USING btree (isbn);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX CONCURRENTLY IF EXISTS books_isbn_key;
-- +goose StatementEnd
== 20261126120004_change_constrain.sql
-- +goose Up
-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_isbn_key UNIQUE USING INDEX books_isbn_key;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_title_check CHECK ((char_length(title) <= 80)) NOT VALID;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_author_id_fkey FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE SET NULL NOT VALID;
-- +goose StatementEnd

-- +goose StatementBegin
COMMENT ON COLUMN books.pages IS 'How many.';
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
COMMENT ON COLUMN books.pages IS NULL;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_author_id_fkey;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_title_check;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_isbn_key;
-- +goose StatementEnd
== 20261126120005_change_validate.sql
-- +goose Up
-- Fails where a row breaks it: mend the row, and run it again.
-- +goose StatementBegin
ALTER TABLE books VALIDATE CONSTRAINT books_title_check;
-- +goose StatementEnd

-- Fails where a row breaks it: mend the row, and run it again.
-- +goose StatementBegin
ALTER TABLE books VALIDATE CONSTRAINT books_author_id_fkey;
-- +goose StatementEnd

-- +goose Down
