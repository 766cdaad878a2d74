== 20261126120000_change_index.sql
-- +goose NO TRANSACTION
-- +goose Up
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- Fails where two rows have the same values.
-- +goose StatementBegin
CREATE UNIQUE INDEX CONCURRENTLY books_isbn_key_new ON books USING btree (isbn);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX CONCURRENTLY IF EXISTS books_isbn_key_new;
-- +goose StatementEnd
== 20261126120001_change_constrain.sql
-- +goose Up
-- +goose StatementBegin
DROP INDEX books_isbn_key;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_isbn_key UNIQUE USING INDEX books_isbn_key_new;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_isbn_key;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE UNIQUE INDEX books_isbn_key ON books USING btree (isbn) WHERE (delete_time IS NULL);
-- +goose StatementEnd
