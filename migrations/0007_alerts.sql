-- Something that needs a person, from the event that opened it to its resolution. A number is never
-- given twice. state: pending (a hold time runs), open, acknowledged, resolved. rev grows with each
-- change that is worth telling: opening, another state, a higher severity, resolution.
CREATE TABLE alert (
	number INTEGER PRIMARY KEY AUTOINCREMENT,
	id INTEGER NOT NULL UNIQUE,
	fingerprint TEXT NOT NULL,
	rule TEXT NOT NULL,
	state TEXT NOT NULL,
	severity INTEGER NOT NULL,
	topic TEXT NOT NULL,
	subject_kind TEXT NOT NULL,
	subject INTEGER NOT NULL,
	name TEXT NOT NULL,
	labels TEXT NOT NULL,
	text TEXT NOT NULL,
	data TEXT,
	runbook TEXT,
	notify TEXT,
	incident INTEGER,
	seq INTEGER NOT NULL,
	rev INTEGER NOT NULL,
	events INTEGER NOT NULL,
	since_ms INTEGER NOT NULL,
	opened_ms INTEGER NOT NULL,
	changed_ms INTEGER NOT NULL,
	acknowledged_ms INTEGER NOT NULL,
	acknowledged_by TEXT,
	note TEXT,
	snoozed_until_ms INTEGER NOT NULL,
	resolved_ms INTEGER
) STRICT;
CREATE INDEX alert_opened ON alert (opened_ms, number);
CREATE INDEX alert_of_subject ON alert (subject, opened_ms, number);
CREATE INDEX alert_resolved ON alert (resolved_ms, number);
-- At most one of a kind lives at a time.
CREATE UNIQUE INDEX alert_living ON alert (fingerprint) WHERE resolved_ms IS NULL;

-- What happened to it, in order.
CREATE TABLE alert_step (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	alert INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
	at_ms INTEGER NOT NULL,
	what TEXT NOT NULL,
	text TEXT NOT NULL
) STRICT;
CREATE INDEX alert_step_of_alert ON alert_step (alert, id);

-- Up to which rev each notifier was told, and when last.
CREATE TABLE alert_told (
	alert INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
	notifier INTEGER NOT NULL,
	rev INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (alert, notifier)
) STRICT, WITHOUT ROWID;

-- The outbox: one message to one notifier or subscription; ids are its order. state: pending, sent,
-- dead (given up), merged (told in the summary `merged_into`), dropped (the notifier is gone).
-- message: the document that is rendered when it is sent.
CREATE TABLE delivery (
	id INTEGER PRIMARY KEY,
	notifier INTEGER NOT NULL,
	notifier_name TEXT NOT NULL,
	topic TEXT NOT NULL,
	severity INTEGER NOT NULL,
	title TEXT NOT NULL,
	state TEXT NOT NULL,
	message TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	tried_ms INTEGER NOT NULL,
	next_ms INTEGER NOT NULL,
	sent_ms INTEGER NOT NULL,
	took_ms INTEGER NOT NULL,
	status INTEGER NOT NULL,
	answer TEXT,
	merged_into INTEGER
) STRICT;
CREATE INDEX delivery_pending ON delivery (notifier, id) WHERE state = 'pending';
CREATE INDEX delivery_state ON delivery (state, id);
CREATE INDEX delivery_created ON delivery (created_ms, id);

CREATE TABLE delivery_alert (
	delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
	alert INTEGER NOT NULL,
	PRIMARY KEY (delivery, alert)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_of_alert ON delivery_alert (alert, delivery);
