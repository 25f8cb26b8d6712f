#pragma once
/* The change feed. `changes` is an index: (kind, row id) -> seq of its latest write, with
 * tombstones. `events` is an immutable log. Both are numbered by one counter at commit. */
#include "daemon/store/store.h"

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL };
const char *severity_name(enum severity s);
/** Of its word; fallback when it is none (or NULL). */
enum severity severity_parse(const char *word, enum severity fallback);

/** Note inside an operation that a row was written or deleted. kind: a literal. */
enum err feed_change(struct txn *t, const char *kind, uint64_t id, bool deleted, struct error *e);

/** A new event; text is one safe sentence, data_json an object of at most 4 kB or NULL. */
struct event {
	uint64_t seq;
	int64_t at_ms;
	char topic[48];
	enum severity severity;
	char subject_kind[16];
	uint64_t subject;
	char name[64]; /* the subject's name at that time */
	char *text;
	char *data_json;
};
enum err feed_event(struct txn *t, const struct event *ev, struct error *e);
void event_write_json(struct json_writer *w, uint64_t epoch, const struct event *ev);
void event_fini(struct event *ev);

/** Told on the writer thread after each commit that had changes or events; must only take notes. */
struct feed_note {
	const char *kind;
	uint64_t id;
	uint64_t seq;
	bool deleted;
};
struct feed_commit {
	uint64_t first_seq, last_seq;
	const struct feed_note *notes;
	size_t n_notes;
	const struct event *events;
	size_t n_events;
};
typedef void feed_listener_fn(const struct feed_commit *c, void *arg);
void feed_listen(struct store *s, feed_listener_fn *fn, void *arg);
void feed_unlisten(struct store *s, feed_listener_fn *fn, void *arg);

/** Read back: events with seq > after, oldest first; fn false stops. Thread: not a loop's. */
enum err feed_events_after(struct store *s, uint64_t after, size_t limit,
			   bool (*fn)(const struct event *ev, void *arg), void *arg,
			   struct error *e);
/** The same with conditions; 0 means none. In order of seq. */
struct event_query {
	uint64_t after, before;     /* seq, both exclusive */
	int64_t since_ms, until_ms; /* since <= at < until */
	uint64_t subject;
	bool newest_first;
	size_t limit; /* 0: all, until fn says stop */
};
enum err feed_events(struct store *s, const struct event_query *q,
		     bool (*fn)(const struct event *ev, void *arg), void *arg, struct error *e);
/** Oldest event kept, or what follows the last one removed when none is kept (0: there never was
 * one): a position before it must resync. */
uint64_t feed_oldest(struct store *s);

/** Durable cursors of readers; set inside the reader's own operation. */
enum err cursor_set(struct txn *t, const char *name, uint64_t seq, struct error *e);
enum err cursor_get(struct store *s, const char *name, uint64_t *seq, bool *lost, struct error *e);
