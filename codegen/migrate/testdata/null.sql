== 20261126120000_change_expand.sql
-- +goose Up
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN code DROP NOT NULL;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages SET DEFAULT (7);
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages DROP DEFAULT;
-- +goose StatementEnd

-- Fails while a row has NULL; reads the table under an exclusive lock.
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN code SET NOT NULL;
-- +goose StatementEnd
== 20261126120001_change_fill.sql
-- +goose Up
-- Rows that have NULL get ''.
-- Writes them in one statement: on a large table do it in batches before. Run it again if rows with NULL came since.
-- +goose StatementBegin
UPDATE books SET title = '' WHERE title IS NULL;
-- +goose StatementEnd

-- Rows that have NULL get (7).
-- Writes them in one statement: on a large table do it in batches before. Run it again if rows with NULL came since.
-- +goose StatementBegin
UPDATE books SET pages = (7) WHERE pages IS NULL;
-- +goose StatementEnd

-- +goose Down
-- Which rows had NULL is not known any more.

-- Which rows had NULL is not known any more.
== 20261126120002_change_constrain.sql
-- +goose Up
-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_title_not_null CHECK (title IS NOT NULL) NOT VALID;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_pages_not_null CHECK (pages IS NOT NULL) NOT VALID;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_pages_not_null;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_title_not_null;
-- +goose StatementEnd
== 20261126120003_change_validate.sql
-- +goose Up
-- +goose StatementBegin
ALTER TABLE books VALIDATE CONSTRAINT books_title_not_null;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books VALIDATE CONSTRAINT books_pages_not_null;
-- +goose StatementEnd

-- +goose Down
== 20261126120004_change_finish.sql
-- +goose Up
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN title SET NOT NULL;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_title_not_null;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages SET NOT NULL;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER TABLE books DROP CONSTRAINT books_pages_not_null;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages DROP NOT NULL;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_pages_not_null CHECK (pages IS NOT NULL) NOT VALID;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN title DROP NOT NULL;
-- +goose StatementEnd
-- +goose StatementBegin
ALTER TABLE books ADD CONSTRAINT books_title_not_null CHECK (title IS NOT NULL) NOT VALID;
-- +goose StatementEnd
