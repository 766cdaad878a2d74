== 20261126120000_change_retype.sql
-- +goose Up
-- DESTRUCTIVE: a value that the new type does not have is changed, or fails the migration.
-- Rewrites the table, and locks out readers and writers meanwhile.
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages TYPE integer USING pages::integer;
-- +goose StatementEnd

-- DESTRUCTIVE: a value that the new type does not have is changed, or fails the migration.
-- Rewrites the table, and locks out readers and writers meanwhile.
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN code TYPE text[] COLLATE "C" USING CASE WHEN code IS NOT NULL THEN ARRAY[code] END;
-- +goose StatementEnd

-- DESTRUCTIVE: a value that the new type does not have is changed, or fails the migration.
-- Rewrites the table, and locks out readers and writers meanwhile.
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN tags TYPE text COLLATE "C" USING tags[1];
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN tags TYPE text[] COLLATE "C" USING CASE WHEN tags IS NOT NULL THEN ARRAY[tags] END;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN code TYPE text COLLATE "C" USING code[1];
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages TYPE bigint;
-- +goose StatementEnd
