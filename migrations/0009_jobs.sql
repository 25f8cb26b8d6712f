-- A run of a job: a durable queue of items. state: queued, running, done, failed, cancelled. found,
-- done and failed count its items; owner is the resource it runs for, slot_ms its time by a schedule;
-- swept: it is over, and its items are gone.
CREATE TABLE job (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	owner_kind TEXT NOT NULL,
	owner INTEGER NOT NULL,
	cause TEXT NOT NULL,
	params TEXT NOT NULL,
	state TEXT NOT NULL,
	found INTEGER NOT NULL,
	done INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	retries INTEGER NOT NULL,
	logged INTEGER NOT NULL,
	slot_ms INTEGER NOT NULL,
	created_ms INTEGER NOT NULL,
	started_ms INTEGER NOT NULL,
	ended_ms INTEGER,
	swept INTEGER NOT NULL DEFAULT 0,
	result TEXT
) STRICT;
-- No overlap: at most one run of a name lives at a time.
CREATE UNIQUE INDEX job_living ON job (name) WHERE ended_ms IS NULL;
CREATE INDEX job_of_name ON job (name, id);
CREATE INDEX job_ended ON job (ended_ms) WHERE ended_ms IS NOT NULL;
CREATE INDEX job_unswept ON job (id) WHERE ended_ms IS NOT NULL AND swept = 0;

-- What a run has to do, one page or slice each. state: 0 waits, 1 done, 2 given up. A key is one item
-- of a run, however often it is found. Those under way wait here too: after a crash they are due.
CREATE TABLE job_item (
	id INTEGER PRIMARY KEY,
	job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
	key TEXT NOT NULL,
	host TEXT NOT NULL,
	priority INTEGER NOT NULL,
	due_ms INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	state INTEGER NOT NULL,
	payload TEXT NOT NULL,
	error TEXT,
	UNIQUE (job, key)
) STRICT;
CREATE INDEX job_item_waiting ON job_item (job, host, priority DESC, due_ms, id) WHERE state = 0;

-- The last lines that a run wrote; n counts from 1.
CREATE TABLE job_log (
	job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
	n INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	level INTEGER NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;

-- Up to where each schedule has been seen to.
CREATE TABLE schedule_slot (
	schedule INTEGER PRIMARY KEY,
	slot_ms INTEGER NOT NULL
) STRICT;
