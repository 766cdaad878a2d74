CREATE TABLE countries (code char(2) PRIMARY KEY, title text NOT NULL UNIQUE);
CREATE TABLE people (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	email text NOT NULL, phone text UNIQUE, born date, country_code char(2) REFERENCES countries ON DELETE SET NULL,
	boss_id uuid REFERENCES people (id) ON DELETE CASCADE ON UPDATE CASCADE,
	home_country text REFERENCES countries (title),
	UNIQUE (email, born)
);
CREATE INDEX people_lower_email ON people (lower(email));
CREATE INDEX people_born_idx ON people (born) WHERE phone IS NOT NULL;
CREATE INDEX people_email_desc ON people (email DESC);
CREATE UNIQUE INDEX people_first ON people (email) WHERE born IS NULL;
CREATE TABLE memberships (org integer NOT NULL, person_id uuid NOT NULL REFERENCES people, since date NOT NULL DEFAULT CURRENT_DATE, PRIMARY KEY (org, person_id));
CREATE TABLE payments (id bigint PRIMARY KEY, org integer, person_id uuid, tags text[], extra jsonb, FOREIGN KEY (org, person_id) REFERENCES memberships);
CREATE INDEX payments_tags_idx ON payments USING gin (tags);
CREATE INDEX payments_extra_idx ON payments USING gin (extra);
CREATE TABLE days (day date PRIMARY KEY, note text);
CREATE TABLE visits (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day date REFERENCES days, person uuid);
CREATE TABLE lines (id integer PRIMARY KEY, page integer NOT NULL);
CREATE TABLE small_refs (id serial PRIMARY KEY, payment integer REFERENCES payments);
CREATE TABLE no_key (a integer, b text);
CREATE TABLE audits (at timestamptz NOT NULL DEFAULT now(), who text NOT NULL, doc json, tags text[], amount numeric(8,2), ok boolean, raw bytea, ratio real, id bigint, delete_time timestamptz);
CREATE TABLE bool_key (a boolean PRIMARY KEY, b text NOT NULL UNIQUE);
CREATE TABLE unique_only (slug text NOT NULL UNIQUE, a integer);
CREATE TABLE measures (id bigint NOT NULL, taken timestamptz NOT NULL, value double precision, PRIMARY KEY (id, taken)) PARTITION BY RANGE (taken);
CREATE TABLE measures_2025 PARTITION OF measures FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE VIEW adults AS SELECT id, email FROM people;
CREATE VIEW totals AS SELECT org, count(*) AS members FROM memberships GROUP BY org;
CREATE MATERIALIZED VIEW orgs AS SELECT org FROM memberships;
CREATE MATERIALIZED VIEW org_sizes AS SELECT org, count(*) AS members FROM memberships GROUP BY org;
CREATE UNIQUE INDEX org_sizes_org ON org_sizes (org);
CREATE TABLE "Weird Name" ("ID" integer PRIMARY KEY, "createdAt" timestamptz, "größe" integer, "select" text, "two words" text, "名前" text, "a_b" text, "aB" text, "2fa" text, "bad""one" text);
CREATE TABLE keywords (id integer PRIMARY KEY, message text, string text, type text, option text, "group" text, reserved text, package text, oneof text, rpc text, func text, "default" text, descriptor text, reset text, proto_message text, etag text, uid uuid NOT NULL);
CREATE TABLE book (id integer PRIMARY KEY);
CREATE TABLE books (id integer PRIMARY KEY);
CREATE TABLE book_stores (id integer PRIMARY KEY, delete_time timestamptz);
CREATE TABLE statuses (id integer PRIMARY KEY, delete_time timestamptz NOT NULL);
CREATE TABLE addresses (id integer PRIMARY KEY, x_y text UNIQUE);
CREATE TABLE addresses_x (id integer PRIMARY KEY, y text UNIQUE);
CREATE TABLE seats (org integer NOT NULL, person_id uuid NOT NULL, no integer NOT NULL, label text NOT NULL, next_org integer, next_person uuid, next_no integer, PRIMARY KEY (org, person_id, no), UNIQUE (label, org), CONSTRAINT seats_member FOREIGN KEY (org, person_id) REFERENCES memberships ON DELETE CASCADE ON UPDATE CASCADE, FOREIGN KEY (next_org, next_person, next_no) REFERENCES seats ON DELETE SET NULL);
CREATE TABLE bookings (id serial PRIMARY KEY, org integer NOT NULL, seat text, by_org bigint DEFAULT 1, by uuid, FOREIGN KEY (seat, org) REFERENCES seats (label, org) ON DELETE SET NULL, FOREIGN KEY (by, by_org) REFERENCES memberships (person_id, org) ON DELETE SET DEFAULT, CONSTRAINT zz_again FOREIGN KEY (org, seat) REFERENCES seats (org, label));
ALTER TABLE payments ADD UNIQUE (id, org);
CREATE TABLE receipts (id bigint PRIMARY KEY, org integer, FOREIGN KEY (id, org) REFERENCES payments (id, org));
