== 20261126120000_change_drop.sql
-- +goose Up
-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_isbn_key;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_title_check;
-- +goose StatementEnd

-- +goose StatementBegin
DROP INDEX books_id_title_idx;
-- +goose StatementEnd

-- DESTRUCTIVE: the values of the column are lost.
-- +goose StatementBegin
ALTER TABLE books DROP COLUMN pages;
-- +goose StatementEnd

-- DESTRUCTIVE: the values of the column are lost.
-- +goose StatementBegin
ALTER TABLE books DROP COLUMN isbn;
-- +goose StatementEnd

-- +goose Down
-- Brings back the column without its values.
-- +goose StatementBegin
ALTER TABLE books ADD COLUMN isbn text COLLATE "C";
-- +goose StatementEnd

-- Brings back the column without its values.
-- +goose StatementBegin
ALTER TABLE books ADD COLUMN pages integer;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE INDEX books_id_title_idx ON books USING btree (id, title);
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_title_check CHECK ((char_length(title) <= 80));
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_isbn_key UNIQUE (isbn);
-- +goose StatementEnd
