-- What a content check watches, each text once: the current one is the one that was seen last.
-- filter is a hash of what is looked for: another filter begins anew and is no change of the page.
-- summary and event are of the change that brought it; NULL for the first of a filter.
CREATE TABLE content_version (
	version INTEGER PRIMARY KEY AUTOINCREMENT,
	monitor INTEGER NOT NULL REFERENCES resource (id) ON DELETE CASCADE,
	first_ms INTEGER NOT NULL,
	last_ms INTEGER NOT NULL,
	times INTEGER NOT NULL,
	filter INTEGER NOT NULL,
	hash INTEGER NOT NULL,
	lines INTEGER NOT NULL,
	text TEXT NOT NULL,
	summary TEXT,
	event INTEGER
) STRICT;
CREATE INDEX content_version_of_monitor ON content_version(monitor, last_ms);
