== 20261126120000_change_rename.sql
-- +goose Up
-- +goose StatementBegin
ALTER TABLE books RENAME TO volumes;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE volumes RENAME COLUMN title TO heading;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE pages RENAME COLUMN book_id TO volume_id;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE volumes RENAME CONSTRAINT books_title_check TO volumes_heading_check;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE volumes RENAME CONSTRAINT books_title_key TO volumes_heading_key;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE volumes RENAME CONSTRAINT books_pkey TO volumes_pkey;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER INDEX books_title_idx RENAME TO volumes_heading_idx;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER SEQUENCE books_id_seq RENAME TO volumes_id_seq;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE pages RENAME CONSTRAINT pages_book_id_fkey TO pages_volume_id_fkey;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
ALTER TABLE pages RENAME CONSTRAINT pages_volume_id_fkey TO pages_book_id_fkey;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER SEQUENCE volumes_id_seq RENAME TO books_id_seq;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER INDEX volumes_heading_idx RENAME TO books_title_idx;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE volumes RENAME CONSTRAINT volumes_pkey TO books_pkey;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE volumes RENAME CONSTRAINT volumes_heading_key TO books_title_key;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE volumes RENAME CONSTRAINT volumes_heading_check TO books_title_check;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE pages RENAME COLUMN volume_id TO book_id;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE volumes RENAME COLUMN heading TO title;
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TABLE volumes RENAME TO books;
-- +goose StatementEnd
