== 20261126120000_change_expand.sql
-- +goose Up
-- +goose StatementBegin
ALTER TABLE books ADD COLUMN delete_time timestamp with time zone;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE books DROP COLUMN delete_time;
-- +goose StatementEnd
== 20261126120001_change_index.sql
-- +goose NO TRANSACTION
-- +goose Up
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- Fails where two rows have the same values.
-- +goose StatementBegin
CREATE UNIQUE INDEX CONCURRENTLY books_isbn_key_new ON books (isbn) WHERE delete_time IS NULL;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX CONCURRENTLY IF EXISTS books_isbn_key_new;
-- +goose StatementEnd
== 20261126120002_change_constrain.sql
-- +goose Up
-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_isbn_key;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER INDEX books_isbn_key_new RENAME TO books_isbn_key;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER INDEX books_isbn_key RENAME TO books_isbn_key_new;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_isbn_key UNIQUE (isbn);
-- +goose StatementEnd
