== 20261126120000_change_enum_values.sql
-- +goose Up
-- +goose StatementBegin
ALTER TYPE genre ADD VALUE 'GENRE_NONE' BEFORE 'GENRE_UNSPECIFIED';
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TYPE genre ADD VALUE 'GENRE_POETRY' AFTER 'GENRE_UNSPECIFIED';
-- +goose StatementEnd

-- +goose StatementBegin
ALTER TYPE genre ADD VALUE 'GENRE_LAST' AFTER 'GENRE_PROSE';
-- +goose StatementEnd

-- +goose Down
-- A value of an enum type cannot be dropped: GENRE_LAST of genre stays.

-- A value of an enum type cannot be dropped: GENRE_POETRY of genre stays.

-- A value of an enum type cannot be dropped: GENRE_NONE of genre stays.
