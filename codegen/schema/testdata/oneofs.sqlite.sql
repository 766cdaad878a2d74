CREATE TABLE IF NOT EXISTS notices (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	email TEXT,
	phone INTEGER,
	post TEXT,
	call_time INTEGER,
	key BLOB,
	level INTEGER,
	expire_time INTEGER,
	uid TEXT NOT NULL,
	CONSTRAINT notices_channel_check CHECK ((email IS NOT NULL) + (phone IS NOT NULL) + (post IS NOT NULL) + (call_time IS NOT NULL) + (key IS NOT NULL) + (level IS NOT NULL) <= 1)
) STRICT;
