#pragma once
/* What the files of the outbox share; nobody else includes this.
 *
 * Each notifier has a lane: what waits for it, in order, as short entries; the messages stay in the
 * store. A lane is run by at most one thread at a time (busy), which alone takes entries out. Due
 * times are on the boot clock, so that a step of the wall clock neither stalls nor floods. */
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/alerts/outbox/outbox.h"
#include "daemon/core/pool.h"
#include "daemon/net/send.h"
#include "daemon/services/service.h"

enum {
	OUTBOX_THREADS = 16,
	OUTBOX_QUEUE = 4096,
	LATENCY_BUCKETS = 11,
	UNSTORED_MS = 10000,     /* until results are stored again that could not be */
	LONG_OUTAGE_MS = 600000, /* after this what was never tried becomes one message */
	SUMMARY_MIN = 3,         /* messages */
	UNDELIVERED_MS = 60000,  /* a critical message may wait so long before others are told */
	DAY_MS = 86400000,
};

/** What waits. */
struct entry {
	uint64_t id;
	int64_t due_ms;     /* boot */
	int64_t since_ms;   /* boot: when it was made, or asked for again */
	int64_t created_ms; /* wall */
	int32_t attempts;   /* ever */
	int16_t tries;      /* since since_ms */
	int16_t refusals;
	uint8_t severity;
};

enum lane_result { RESULT_SENT, RESULT_RETRY, RESULT_REFUSED, RESULT_GONE, RESULT_COUNT };

struct lane {
	uint64_t notifier;
	char name[64];
	struct entry *entries; /* in order of id, [first, n) */
	size_t first, n, cap;
	uint64_t read_up_to; /* id; what is younger is not in entries yet */
	bool busy, behind /* there is more in the store */, paused, removed;
	bool nudged; /* something changed: look again before the wait is over */
	bool asked;  /* the wait is what the receiver asked for */
	bool back_after_long;
	int64_t last_try_ms;      /* boot, 0: never */
	int64_t blocked_until_ms; /* boot: the store cannot be read or written, 0: it can */

	/* kept in the store */
	int64_t sent_ms, failing_since_ms; /* wall, 0: never, not */
	bool told_failing, gone;
	char why[160];

	unsigned fails; /* in a row */
	uint64_t results[RESULT_COUNT];
	uint64_t latency[LATENCY_BUCKETS + 1];
	uint64_t latency_us;
};

/** What became of one attempt, to be stored. */
struct outcome_row {
	uint64_t id, notifier;
	const char *state; /* a literal: "pending", "sent", "dead" */
	int32_t attempts, status;
	int64_t tried_ms, next_ms, sent_ms, took_ms; /* wall */
	char answer[240];
};

/** A failure of the store does not make a message leave twice: what could not be stored. */
struct unstored {
	struct outcome_row row;
	struct unstored *next;
};

struct dead_note {
	uint64_t id;
	int64_t at_ms; /* wall */
};

struct outbox {
	struct daemon *d;
	const struct clock *clock;
	const struct notifier_type *const *types;
	struct sender *sender;
	struct pool *pool;

	pthread_mutex_t lock; /* all below */
	pthread_cond_t wake;  /* the dispatcher */
	pthread_cond_t calm;  /* a lane came to its end */
	pthread_t dispatcher;
	bool started, stopping, listening;
	atomic_bool cancel; /* what is under way */
	const struct config *config;

	struct lane **lanes;
	size_t n_lanes, cap_lanes;
	struct unstored *unstored;
	int64_t unstored_at_ms; /* boot; of the next try to store it */
	bool storing;
	struct direct *direct; /* outbox_direct.c */
	size_t n_direct, direct_busy;
	struct dead_note *dead;
	size_t n_dead, cap_dead;
	int64_t sent_ms; /* wall: the last success of all */
	char sent_by[64];

	/* fallback.c */
	bool alarm_busy, alarmed;
	bool alarm_again;                   /* look whether it is over */
	bool alarm_nobody;                  /* it was of what no notifier took */
	uint64_t alarm_from, alarm_upto;    /* of which deliveries it is: from excluded */
	uint64_t alarmed_up_to, given_up;   /* ids of deliveries */
	int64_t alarmed_ms;                 /* boot */
	char nobody[MESSAGE_TITLE_MAX + 1]; /* a critical message that no notifier takes, "" */
	struct fallback *fallback;
};

/* ---- outbox.c: lanes ------------------------------------------------------------------------ */

int64_t outbox_boot_ms(const struct outbox *o);
int64_t outbox_wall_ms(const struct outbox *o);
/* With the lock held. */
struct lane *lane_find(struct outbox *o, uint64_t notifier);
struct lane *lane_need(struct outbox *o, uint64_t notifier, const char *name);
size_t lane_pending(const struct lane *l);
/** When there is something to do for it, INT64_MAX: never; *head (may be NULL): the index of what
 *  is tried then, SIZE_MAX: nothing. */
int64_t lane_due(const struct lane *l, int64_t now_ms, size_t *head);
void lane_add(struct lane *l, const struct entry *e);
void lane_remove(struct lane *l, uint64_t id);
struct entry *lane_entry(struct lane *l, uint64_t id);
/** Held back (quiet hours), not waiting for its turn. */
bool entry_is_held(const struct entry *e, int64_t now_ms);
void dead_add(struct outbox *o, uint64_t id, int64_t at_ms);
void dead_remove(struct outbox *o, uint64_t id);
/** Without the lock: on the pool, until nothing of that lane is due. */
void lane_run(struct outbox *o, struct lane *l);
const struct config *outbox_config(struct outbox *o); /* counted */

/* ---- outbox_store.c: reading and writing; each blocks, without the lock -------------------- */

/** Lanes, what waits, what is dead. */
enum err outbox_load(struct outbox *o, struct error *e);
/** What is pending of that notifier and younger than read_up_to, into the lane. */
enum err lane_read(struct outbox *o, struct lane *l, struct error *e);
/** The message; NULL: it is not pending any more, or cannot be read (e is filled). free() */
char *delivery_read(struct outbox *o, uint64_t id, struct error *e);

/** A result with what follows from it, in one operation. */
struct result_op {
	struct outbox *o;
	struct outcome_row row;
	struct lane state; /* a copy: what is to be kept of the lane */
	const struct resource *notifier;
	enum { TELL_NOTHING, TELL_FAILING, TELL_BACK, TELL_GONE } tell;
	bool unheard;                  /* its failure is no news */
	int64_t was_failing_ms;        /* TELL_BACK */
	const struct resource *paused; /* out: the notifier as it is now (TELL_GONE) */
	size_t n_dead;                 /* out: with TELL_GONE */
};
enum err result_store(struct result_op *r, struct error *e);
/** What could not be stored earlier. */
void unstored_store(struct outbox *o);
/** The notifier was deleted: nothing of its is sent any more. */
enum err lane_drop(struct outbox *o, struct lane *l, struct error *e);
/** Make what was never tried and is due one message. ERR_NOT_FOUND: it is not worth it. */
enum err lane_merge(struct outbox *o, struct lane *l, const struct resource *notifier,
		    struct error *e);

/** outbox_add of a message that has its id. */
enum err outbox_add_as(struct txn *t, const struct outbox_message *m, int64_t now_ms,
		       struct error *e);
/** Only what is still pending. */
enum err row_store(struct txn *t, const struct outcome_row *r, struct error *e);

/* ---- outbox_direct.c ------------------------------------------------------------------------- */

/** With the lock held: start what is due. @return boot time of what comes next, INT64_MAX: none */
int64_t direct_due(struct outbox *o, int64_t now_ms);
void direct_free_all(struct outbox *o);

/* ---- others ---------------------------------------------------------------------------------- */

/** How numbers and times are written for that notifier; *zone to be freed. */
struct wording outbox_wording(const struct resource *notifier, int64_t now_ms, struct tz **zone);
const struct notifier_type *outbox_type(const struct outbox *o, const struct resource *notifier,
					const json_t *spec);
/** One attempt. */
void outbox_attempt(struct outbox *o, const struct resource *notifier, uint64_t id,
		    const json_t *message, int attempt, const atomic_bool *cancel,
		    struct notifier_answer *a);
int64_t backoff_ms(int tries);

enum err outbox_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e);
