== 20261126120000_change_index.sql
-- +goose NO TRANSACTION
-- +goose Up
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- Fails where two rows have the same values.
-- +goose StatementBegin
CREATE UNIQUE INDEX CONCURRENTLY by_title_new ON books (title, code);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX CONCURRENTLY IF EXISTS by_title_new;
-- +goose StatementEnd
== 20261126120001_change_constrain.sql
-- +goose Up
-- +goose StatementBegin
DROP INDEX by_title;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER INDEX by_title_new RENAME TO by_title;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER INDEX by_title RENAME TO by_title_new;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE INDEX by_title ON books USING btree (title);
-- +goose StatementEnd
