CREATE TABLE IF NOT EXISTS folders (
	tenant_id TEXT NOT NULL,
	folder_id TEXT NOT NULL,
	PRIMARY KEY (tenant_id, folder_id)
) STRICT;

CREATE TABLE IF NOT EXISTS papers (
	tenant_id TEXT NOT NULL,
	folder_id TEXT NOT NULL,
	paper_id TEXT NOT NULL,
	title TEXT NOT NULL,
	PRIMARY KEY (tenant_id, folder_id, paper_id),
	CONSTRAINT papers_title_key UNIQUE (tenant_id, title),
	CONSTRAINT papers_folder_id_fkey FOREIGN KEY (tenant_id, folder_id) REFERENCES folders (tenant_id, folder_id)
) STRICT;

CREATE TABLE IF NOT EXISTS plans (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	tenant_id TEXT NOT NULL,
	region TEXT NOT NULL,
	UNIQUE (tenant_id, region, id)
) STRICT;
