== 20261126120000_change_index.sql
-- +goose NO TRANSACTION
-- +goose Up
-- Waits for transactions that are open, and keeps no one out. If it fails, drop the invalid index that it leaves, or plan again.
-- Fails where two rows have the same values.
-- +goose StatementBegin
CREATE UNIQUE INDEX CONCURRENTLY pages_pkey ON pages USING btree (id);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DROP INDEX CONCURRENTLY IF EXISTS pages_pkey;
-- +goose StatementEnd
== 20261126120001_change_constrain.sql
-- +goose Up
-- Reads the table under an exclusive lock if a column of the key is not NOT NULL.
-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_pkey PRIMARY KEY USING INDEX by_id;
-- +goose StatementEnd

-- Reads the table under an exclusive lock if a column of the key is not NOT NULL.
-- +goose StatementBegin
ALTER TABLE pages ADD CONSTRAINT pages_pkey PRIMARY KEY USING INDEX pages_pkey;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE pages DROP CONSTRAINT pages_pkey;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_pkey;
-- +goose StatementEnd
