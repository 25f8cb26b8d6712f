-- One row for each batch of samples, in order of time; rows go when their samples have moved on.
CREATE TABLE sample_journal (
	seq INTEGER PRIMARY KEY,
	at_ms INTEGER NOT NULL,
	samples BLOB NOT NULL
) STRICT;

-- What is still growing of one monitor, together, so that moving its samples writes one page:
-- the journal positions up to which they moved and up to which they were forgotten, the last 24 hours
-- in short, the chunk that is not full yet, and the roll-ups of hours and days that are not over yet.
CREATE TABLE sample_open (
	monitor INTEGER PRIMARY KEY,
	moved_seq INTEGER NOT NULL,
	forgotten_seq INTEGER NOT NULL DEFAULT 0,
	cells BLOB NOT NULL,
	chunk BLOB NOT NULL,
	rollups BLOB NOT NULL
) STRICT;

-- At most 256 samples or 24 hours. start_s is the earliest time, moved on when it is taken.
CREATE TABLE sample_chunk (
	monitor INTEGER NOT NULL,
	start_s INTEGER NOT NULL,
	samples BLOB NOT NULL,
	PRIMARY KEY (monitor, start_s)
) STRICT, WITHOUT ROWID;

-- Hours and days in UTC, counted from 1970.
CREATE TABLE sample_hour (
	monitor INTEGER NOT NULL,
	hour INTEGER NOT NULL,
	rollup BLOB NOT NULL,
	PRIMARY KEY (monitor, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE sample_day (
	monitor INTEGER NOT NULL,
	day INTEGER NOT NULL,
	rollup BLOB NOT NULL,
	PRIMARY KEY (monitor, day)
) STRICT, WITHOUT ROWID;
