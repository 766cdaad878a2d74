== 20261126120000_change_clear.sql
-- +goose Up
-- +goose StatementBegin
DROP INDEX long;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE notes DROP CONSTRAINT notes_page_id_fkey;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE notes ADD CONSTRAINT notes_page_id_fkey FOREIGN KEY (page_id) REFERENCES pages (id);
-- +goose StatementEnd

-- +goose StatementBegin
CREATE INDEX long ON books USING btree (pages) WHERE (pages > 1);
-- +goose StatementEnd
== 20261126120001_change_retype.sql
-- +goose Up
-- Rewrites the table, and locks out readers and writers meanwhile.
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages TYPE bigint;
-- +goose StatementEnd

-- Rewrites the table, and locks out readers and writers meanwhile.
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN weight DROP DEFAULT;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN weight TYPE text COLLATE "C" USING weight::text;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN weight SET DEFAULT ('1');
-- +goose StatementEnd

-- Rewrites the table, and locks out readers and writers meanwhile.
-- +goose StatementBegin
ALTER TABLE pages ALTER COLUMN id TYPE bigint;
-- +goose StatementEnd

-- Rewrites the table, and locks out readers and writers meanwhile.
-- +goose StatementBegin
ALTER TABLE notes ALTER COLUMN page_id TYPE bigint;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE notes ALTER COLUMN page_id TYPE integer USING page_id::integer;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE pages ALTER COLUMN id TYPE integer USING id::integer;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN weight DROP DEFAULT;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN weight TYPE integer USING weight::text::integer;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN weight SET DEFAULT 1;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages TYPE integer USING pages::integer;
-- +goose StatementEnd
== 20261126120002_change_index.sql
-- +goose NO TRANSACTION
-- +goose Up
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- +goose StatementBegin
CREATE INDEX CONCURRENTLY long ON books (pages) WHERE (pages > 1);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX CONCURRENTLY IF EXISTS long;
-- +goose StatementEnd
== 20261126120003_change_constrain.sql
-- +goose Up
-- +goose StatementBegin
ALTER TABLE notes ADD CONSTRAINT notes_page_id_fkey FOREIGN KEY (page_id) REFERENCES pages (id) NOT VALID;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE notes DROP CONSTRAINT notes_page_id_fkey;
-- +goose StatementEnd
== 20261126120004_change_validate.sql
-- +goose Up
-- Fails where a row breaks it: mend the row, and run it again.
-- +goose StatementBegin
ALTER TABLE notes VALIDATE CONSTRAINT notes_page_id_fkey;
-- +goose StatementEnd

-- +goose Down
