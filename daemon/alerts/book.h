#pragma once
/* The living alerts, and those resolved ones of which somebody must still be told, in memory: found
 * by id, by what they are about, and by fingerprint. Only the alerts thread changes them, under the
 * lock of struct alerts; it may look without. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/jobs/heap.h"

enum alert_state { ALERT_PENDING, ALERT_OPEN, ALERT_ACKNOWLEDGED, ALERT_RESOLVED };
const char *alert_state_name(enum alert_state s);
/** false: no such word */
bool alert_state_parse(const char *word, enum alert_state *s);

/** Now, on both clocks: waits are on boot, what people set is on wall. */
struct moment {
	int64_t boot_ms, wall_ms;
};

struct pair; /* groups.h */

struct alert {
	uint64_t id;
	int64_t number;
	enum alert_state state;
	int severity;
	char *fingerprint, *rule, *name, *text;
	char *labels; /* JSON object */
	char *tags;   /* JSON array or NULL */
	char *data;   /* JSON; only until it is stored, NULL: as it is there */
	char *runbook, *notify, *inhibits, *by, *note;
	char *ended;                             /* what ended it */
	char topic[48], kind[16], condition[16]; /* condition: data.state of the last event */
	uint64_t subject, incident, seq;
	int64_t rev, events;
	int64_t since_ms, opened_ms, changed_ms, acknowledged_ms, snoozed_ms, resolved_ms;
	int64_t expire_ms; /* after its last event; 0: never */

	bool inhibited;
	int64_t freed_ms; /* boot clock: since when it is inhibited no more, 0: it never was */
	uint64_t silence; /* that covers it, 0: none */
	struct pair *pairs;
	struct heap_node due; /* hold, expiry, snooze */

	bool stored, dirty, leaving, fresh; /* fresh: opened, and that is not stored yet */
	struct alert *next_dirty;
	struct alert *next_by_id, *next_by_subject, *next_by_fingerprint;
	struct alert *prev, *next; /* all */
};

struct book {
	struct alert **by_id, **by_subject, **by_fingerprint;
	size_t buckets, n;
	struct alert *first, *last; /* in order of their numbers */
	struct heap due;
	int64_t next_number;
};

void book_init(struct book *b);
void book_fini(struct book *b);
/** Owns a from now on; a resolved one is not found by its fingerprint. */
void book_add(struct book *b, struct alert *a);
/** Out of everything, and freed; its pairs are gone already. */
void book_remove(struct book *b, struct alert *a);
/** It was resolved: the next of its kind may open. */
void book_release_fingerprint(struct book *b, struct alert *a);

struct alert *book_by_id(const struct book *b, uint64_t id);
/** The first about that subject; next_by_subject leads on, to others with the same hash too. */
struct alert *book_about(const struct book *b, uint64_t subject);
struct alert *book_living(const struct book *b, const char *fingerprint);

struct alert *alert_new(void);
void alert_free(struct alert *a);
static inline bool alert_living(const struct alert *a)
{
	return a->state == ALERT_OPEN || a->state == ALERT_ACKNOWLEDGED;
}
/** Replace a text of its own; NULL: none. */
void text_set(char **at, const char *text);
