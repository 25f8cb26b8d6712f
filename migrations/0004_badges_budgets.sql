-- The key in the addresses of a monitor's badges; there is a row only when somebody asked for one.
CREATE TABLE monitor_badge (
	monitor INTEGER PRIMARY KEY REFERENCES resource (id) ON DELETE CASCADE,
	key BLOB NOT NULL UNIQUE,
	made_ms INTEGER NOT NULL
) STRICT;

-- The state of an error budget as it was last told in an event.
CREATE TABLE monitor_budget (
	monitor INTEGER PRIMARY KEY REFERENCES resource (id) ON DELETE CASCADE,
	state TEXT NOT NULL,
	since_ms INTEGER NOT NULL,
	seq INTEGER NOT NULL
) STRICT;
