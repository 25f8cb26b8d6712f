-- What a monitor's state machine remembers between checks; written together with the samples when
-- it changes. rev grows with each write of one monitor: an older one that comes late is ignored.
-- States are words; times are UTC milliseconds, 0 where there is none.
CREATE TABLE monitor_state (
	monitor INTEGER PRIMARY KEY REFERENCES resource (id) ON DELETE CASCADE,
	rev INTEGER NOT NULL,
	base TEXT NOT NULL,
	hold TEXT NOT NULL,
	base_since_ms INTEGER NOT NULL,
	hold_since_ms INTEGER NOT NULL,
	fails INTEGER NOT NULL,
	oks INTEGER NOT NULL,
	slows INTEGER NOT NULL,
	fasts INTEGER NOT NULL,
	unknowns INTEGER NOT NULL,
	quiet INTEGER NOT NULL,
	first_bad_ms INTEGER NOT NULL,
	first_good_ms INTEGER NOT NULL,
	first_slow_ms INTEGER NOT NULL,
	first_fast_ms INTEGER NOT NULL,
	first_unknown_ms INTEGER NOT NULL,
	last_ms INTEGER NOT NULL,
	reason TEXT,
	incident INTEGER
) STRICT;

-- Apart, because it is large and seldom changes: the last good evidence, the first bad one while
-- something fails, and the certificate as it was last seen.
CREATE TABLE monitor_evidence (
	monitor INTEGER PRIMARY KEY REFERENCES resource (id) ON DELETE CASCADE,
	rev INTEGER NOT NULL,
	good_ms INTEGER NOT NULL,
	good TEXT,
	bad_cause TEXT,
	bad_message TEXT,
	bad TEXT,
	certificate TEXT,
	certificate_ends_ms INTEGER NOT NULL
) STRICT;

-- One outage. A number is never given twice, also after a monitor and its incidents were deleted.
CREATE TABLE incident (
	number INTEGER PRIMARY KEY AUTOINCREMENT,
	id INTEGER NOT NULL UNIQUE,
	monitor INTEGER NOT NULL REFERENCES resource (id) ON DELETE CASCADE,
	opened_ms INTEGER NOT NULL,
	confirmed_ms INTEGER NOT NULL,
	closed_ms INTEGER,
	duration_ms INTEGER,
	failures INTEGER NOT NULL,
	cause TEXT NOT NULL,
	message TEXT NOT NULL,
	evidence TEXT,
	good_ms INTEGER NOT NULL,
	good TEXT
) STRICT;
CREATE INDEX incident_opened ON incident(opened_ms, number);
CREATE INDEX incident_of_monitor ON incident(monitor, opened_ms, number);
-- At most one is open at a time.
CREATE UNIQUE INDEX incident_open ON incident(monitor) WHERE closed_ms IS NULL;

-- Where a heartbeat stands. deadline_ms is absolute, so that a restart keeps it.
CREATE TABLE heartbeat (
	monitor INTEGER PRIMARY KEY REFERENCES resource (id) ON DELETE CASCADE,
	pinged_ms INTEGER NOT NULL,
	started_ms INTEGER NOT NULL,
	run TEXT,
	deadline_ms INTEGER NOT NULL
) STRICT;

-- The last pings of each heartbeat, with what they said.
CREATE TABLE heartbeat_ping (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	monitor INTEGER NOT NULL REFERENCES resource (id) ON DELETE CASCADE,
	at_ms INTEGER NOT NULL,
	kind TEXT NOT NULL,
	exit_status INTEGER,
	run TEXT,
	duration_ms INTEGER,
	body TEXT
) STRICT;
CREATE INDEX heartbeat_ping_of_monitor ON heartbeat_ping(monitor, id);
