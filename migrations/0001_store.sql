-- Small values by name: the feed's epoch, counters, what a program remembers.
CREATE TABLE meta (
	key TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Configuration resources of every kind; spec is validated canonical JSON.
CREATE TABLE resource (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	labels TEXT NOT NULL,
	spec TEXT NOT NULL,
	version INTEGER NOT NULL,
	created_ms INTEGER NOT NULL,
	updated_ms INTEGER NOT NULL,
	UNIQUE (kind, name)
) STRICT;

-- Ciphertexts; the row of kind "secret" has the name.
CREATE TABLE secret (
	id INTEGER PRIMARY KEY REFERENCES resource (id) ON DELETE CASCADE,
	nonce BLOB NOT NULL,
	sealed BLOB NOT NULL
) STRICT;

-- The feed's index: where each row was written last. Deleted ones stay for 30 days.
CREATE TABLE changes (
	kind TEXT NOT NULL,
	id INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	deleted INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_seq ON changes (seq);
CREATE INDEX changes_deleted ON changes (at_ms) WHERE deleted = 1;

-- The feed's log. severity: 0 info, 1 warning, 2 critical.
CREATE TABLE events (
	seq INTEGER PRIMARY KEY,
	at_ms INTEGER NOT NULL,
	topic TEXT NOT NULL,
	severity INTEGER NOT NULL,
	subject_kind TEXT NOT NULL,
	subject INTEGER NOT NULL,
	name TEXT NOT NULL,
	text TEXT NOT NULL,
	data TEXT
) STRICT;
CREATE INDEX events_subject ON events (subject, seq);

-- How far each durable reader of the feed has come.
CREATE TABLE cursors (
	name TEXT NOT NULL PRIMARY KEY,
	seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Replies kept for Idempotency-Key.
CREATE TABLE idempotency (
	key TEXT NOT NULL PRIMARY KEY,
	status INTEGER NOT NULL,
	reply TEXT NOT NULL,
	at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency (at_ms);
