#pragma once
/* What is to be told to whom, and when: a function of alerts, of what each notifier was told, of
 * its options and of the time that is passed in. Nothing here reads a clock or the store.
 *
 * A pair is one alert and one notifier that takes it (or was told of it). Pairs of a notifier that
 * are alike in its group_by are a group; a group is one message at a time. */
#include <jansson.h>

#include "daemon/alerts/book.h"
#include "shared/matcher.h"
#include "shared/quiet_hours.h"
#include "shared/tz.h"

struct resource;
struct recipients;
struct recipient;
struct group;

/** What a message says of an alert. */
enum tell_what { TELL_NOTHING, TELL_OPENED, TELL_CHANGED, TELL_RESOLVED, TELL_REMINDER };
const char *tell_name(enum tell_what w); /* "opened" */

struct pair {
	struct alert *alert;
	struct recipient *recipient;
	struct group *group;
	bool takes;      /* else only because it was told */
	int64_t told;    /* up to which rev, 0: never */
	int64_t told_ms; /* boot clock */
	int64_t since;   /* boot clock: when it became worth telling, 0: it is not */
	struct pair *of_alert, *prev, *next; /* of its alert; in its group */
};

/** How long a notifier does not speak. */
struct recipient_times {
	int64_t group_wait, group_interval, critical_interval, repeat_interval;
};

struct recipient {
	uint64_t id;
	char name[64];
	int min_severity;
	bool on_request, resolved, paused;
	struct matchers *match;
	json_t *group_by; /* NULL: all in one */
	struct recipient_times times;
	struct quiet_hours quiet;
	struct tz *zone; /* of the quiet hours; NULL: it has none */

	struct group **groups; /* by key */
	size_t buckets, n_groups;
	struct recipient *next;
};

struct group {
	char *key;
	struct recipient *recipient;
	struct pair *first;
	size_t n;
	int64_t last_ms; /* boot clock: of its last message, 0: none yet */
	bool dirty;
	struct heap_node due;
	struct group *next, *next_dirty;
};

struct recipients {
	struct recipient *first;
	struct heap due;
	struct group *dirty;
};

void recipients_init(struct recipients *r);
/** Pairs of all alerts are gone before (recipients_forget). */
void recipients_fini(struct recipients *r);
/** A notifier as it is now. @return NULL: it cannot be read (logged) */
struct recipient *recipient_new(const struct resource *notifier);
void recipient_free(struct recipient *r);
struct recipient *recipients_find(const struct recipients *r, uint64_t notifier);
/** The list of notifiers as they are now, in place of the old one. Groups keep when they spoke
 * last; follow with recipients_place for each alert. Owns what is linked from fresh. */
void recipients_replace(struct recipients *r, struct recipient *fresh, struct book *b);

/** Whom it concerns, anew: after it opened, and when its severity or labels changed.
 *  @param data  of the alert, for conditions on it; may be NULL */
void recipients_place(struct recipients *r, struct alert *a, const json_t *data);
/** What was stored of a notifier that was told; before recipients_place. */
void recipients_told(struct recipients *r, struct alert *a, uint64_t notifier, int64_t rev,
		     int64_t told_boot_ms);
/** Another alert says what it would say, or does so no more: then it waits anew before it is told,
 *  for what ended the other one usually ends it next. */
void recipients_inhibit(struct recipients *r, struct alert *a, bool inhibited, int64_t boot_ms);
/** Something about it changed that may be worth telling: its groups are looked at again. */
void recipients_touch(struct recipients *r, struct alert *a);
void recipients_touch_all(struct recipients *r);
/** Take its pairs away. */
void recipients_forget(struct recipients *r, struct alert *a);
/** Somebody will have to be told about it yet (it is resolved). */
bool recipients_want(const struct alert *a);

/** Look at the groups that were touched, and say when the first one is due (boot ms); INT64_MAX:
 *  none is. */
int64_t recipients_look(struct recipients *r, const struct moment *now);
/** An empty one. */
void group_drop(struct recipients *r, struct group *g);
/** Look at that group at the next recipients_look. */
void group_touch(struct recipients *r, struct group *g);
/** Everything that may be told is due now, quiet hours apart. */
void recipients_hurry(struct recipients *r, const struct moment *now);
/** A group that is due, or NULL; it is not due any more until it is touched. */
struct group *recipients_due(struct recipients *r, const struct moment *now);

struct tell {
	struct pair *pair;
	enum tell_what what;
	int64_t rev; /* of the alert at that time */
};
/** What its message says, worst and newest first; marks it as told.
 *  @param hurry  without waiting for others
 *  @return how many; *out is the caller's, free() */
size_t group_take(struct recipients *r, struct group *g, const struct moment *now, bool hurry,
		  struct tell **out);
