CREATE TYPE priority AS ENUM ('low', 'normal', 'high');
CREATE TABLE users (id uuid PRIMARY KEY, login citext NOT NULL UNIQUE, name text NOT NULL, last_address inet, preferences json);
CREATE TABLE projects (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text NOT NULL UNIQUE, owner_id uuid NOT NULL REFERENCES users, archived boolean NOT NULL DEFAULT false);
CREATE TABLE issues (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project_id bigint NOT NULL REFERENCES projects ON DELETE CASCADE, number integer NOT NULL,
	title text NOT NULL, body text, priority priority NOT NULL DEFAULT 'normal', estimate interval, reporter_id uuid REFERENCES users ON DELETE SET NULL,
	create_time timestamptz NOT NULL DEFAULT now(), update_time timestamptz NOT NULL DEFAULT now(), closed_at timestamptz,
	CONSTRAINT issue_number UNIQUE (project_id, number)
);
CREATE INDEX issues_open ON issues (project_id, create_time) WHERE closed_at IS NULL;
CREATE TABLE labels (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, color char(6));
CREATE TABLE issue_labels (issue_id bigint REFERENCES issues ON DELETE CASCADE, label_id bigint REFERENCES labels ON DELETE CASCADE, PRIMARY KEY (issue_id, label_id));
CREATE TABLE attachments (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), issue_id bigint NOT NULL REFERENCES issues, content bytea NOT NULL, checksum bit(8), previous_id uuid REFERENCES attachments);
CREATE TABLE comments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, issue_id bigint NOT NULL REFERENCES issues, author_id uuid NOT NULL REFERENCES users, body text NOT NULL, "createdAt" timestamptz NOT NULL DEFAULT now());
