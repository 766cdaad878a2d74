CREATE TABLE IF NOT EXISTS members (
	role text COLLATE "C" NOT NULL,
	org_id bigint NOT NULL,
	login text COLLATE "C" NOT NULL,
	PRIMARY KEY (org_id, login)
);

COMMENT ON TABLE members IS 'The key is two fields, and neither is the first.';
