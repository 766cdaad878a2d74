== 20261126120000_change_expand.sql
-- +goose Up
-- No field fills the column any more.
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages DROP NOT NULL;
-- +goose StatementEnd

-- +goose Down
-- Fails while a row has NULL.
-- +goose StatementBegin
ALTER TABLE books ALTER COLUMN pages SET NOT NULL;
-- +goose StatementEnd
