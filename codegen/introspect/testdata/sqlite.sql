CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, age INT, height_cm REAL, photo BLOB, active BOOLEAN NOT NULL DEFAULT 1, born DATE, key UUID, salary DECIMAL(10,2), boss_id INTEGER REFERENCES people ON DELETE SET NULL, note TEXT DEFAULT 'none', anything, twice INTEGER GENERATED ALWAYS AS (age * 2) VIRTUAL);
CREATE INDEX people_age_idx ON people (age);
CREATE INDEX people_old ON people (age) WHERE age > 60;
CREATE UNIQUE INDEX people_name_age ON people (note, age);
CREATE TABLE memberships (org TEXT NOT NULL, person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE, since TEXT NOT NULL DEFAULT (date('now')), PRIMARY KEY (org, person_id)) WITHOUT ROWID;
CREATE TABLE "Odd Table" ("The Key" TEXT PRIMARY KEY NOT NULL, "größe" INTEGER);
CREATE TABLE loose (a TEXT, b TEXT);
CREATE VIEW adults AS SELECT id, email FROM people WHERE age > 17;
CREATE VIEW ages AS SELECT age, count(*) AS people FROM people GROUP BY age;
CREATE TABLE badges (id INTEGER PRIMARY KEY, org TEXT, person_id INTEGER, next_org TEXT, next INTEGER, UNIQUE (org, id), FOREIGN KEY (org, person_id) REFERENCES memberships ON DELETE CASCADE, FOREIGN KEY (next_org, next) REFERENCES badges (org, id) ON UPDATE SET NULL);
CREATE TABLE pins (id INTEGER PRIMARY KEY, org TEXT, FOREIGN KEY (org, id) REFERENCES badges (org, id))
