#pragma once
/* The outbox: messages that must leave, durable, in order per notifier, each under one id however
 * often it is tried. Threads of its own send; nothing here runs on a loop.
 *
 * Of each notifier the oldest pending message is tried; while that fails with NOTIFIER_RETRY the
 * others wait (order is kept). What the receiver refuses is given up after a few tries (dead), so
 * that it does not block the rest. After a long outage what was never tried becomes one summary. */
#include "daemon/alerts/notifier.h"
#include "daemon/store/store.h"
#include "shared/buf.h"
#include "shared/doctor/doctor.h"

struct daemon;
struct outbox;

/** Reads what is pending from the store; sends nothing before outbox_start. */
struct outbox *outbox_new(struct daemon *d, struct error *e);
/** The same with other types than those of the house: for tests. */
struct outbox *outbox_new_with(struct daemon *d, const struct notifier_type *const *types,
			       struct error *e);
enum err outbox_start(struct outbox *o, struct error *e);
/** Cancels what is under way (it is tried again after the next start, under the same id). */
void outbox_stop(struct outbox *o, int limit_ms);
void outbox_free(struct outbox *o);
/** The configuration was replaced. Thread: the one that replaces it. */
void outbox_reload(struct outbox *o);

struct outbox_message {
	uint64_t notifier; /* resource id of a notifier or a subscription */
	const char *notifier_name, *topic, *title, *json; /* message.h */
	int severity;
	const uint64_t *alerts; /* whose deliveries it counts among */
	size_t n_alerts;
	int64_t not_before_ms; /* quiet hours; 0: at once */
	uint64_t id;           /* out */
};
/** Inside an operation; then, after its commit, outbox_wake. */
enum err outbox_add(struct txn *t, struct outbox_message *m, int64_t now_ms, struct error *e);
/** The same while the store takes no writes: it is sent from memory, and stored with what became of
 *  it, under the same id, as soon as that can be. Thread: any. @return its id */
uint64_t outbox_direct(struct outbox *o, const struct outbox_message *m);
/** How many of them are not stored yet. */
size_t outbox_direct_n(struct outbox *o);
void outbox_wake(struct outbox *o, uint64_t notifier); /* 0: only look at the clock again */
/** A critical alert that no notifier takes: told by the fallback. Thread: any. */
void outbox_nobody(struct outbox *o, const char *title);

/** Try what is dead or waiting again now: of one alert (id), or of one delivery; *n: how many.
 *  Blocks. Thread: a worker. */
enum err outbox_redeliver(struct outbox *o, uint64_t alert, uint64_t delivery, size_t *n,
			  struct error *e);
/** Send a test message for real, past the queue; blocks for as long as it takes. Thread: a worker.
 */
void outbox_test(struct outbox *o, const struct resource *notifier, struct notifier_answer *a);
/** Until nothing that is due waits, or the deadline (boot clock). @return how many still wait */
size_t outbox_drain(struct outbox *o, int64_t deadline_boot_ms);

/** As it stands now; from memory, thread: any. */
struct outbox_state {
	size_t pending, dead; /* dead: of the last seven days, not seen to */
	int64_t oldest_ms;    /* of what is pending and was due, 0: nothing */
	char failing[64];     /* the notifier that fails longest, "" */
	char why[160];
	int64_t failing_since_ms;
	size_t n_failing;
	int64_t sent_ms; /* the last success */
	char sent_by[64];
};
void outbox_state(struct outbox *o, struct outbox_state *s);
/** Live members of one notifier: "state": ok|failing|disabled|quiet|unused, "pending",
 * "last_sent_at", "last_error", "failing_since". Into the open object; thread: any. */
void outbox_write_live(struct outbox *o, struct json_writer *w, const struct resource *notifier);
/** The state alone: a literal. */
const char *outbox_notifier_state(struct outbox *o, const struct resource *notifier);
/** Prometheus: outbox depth and age, delivery time and results a notifier. */
void outbox_metrics(struct outbox *o, struct buf *out);
/** A finding "delivery": what does not get out, and since when. */
void outbox_doctor(struct outbox *o,
		   void (*say)(void *arg, const char *name, const struct doctor_finding *f),
		   void *arg);
