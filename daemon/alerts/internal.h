#pragma once
/* The state of the alerts thread, shared by its files. What is where:
 *   alerts.c      the thread, its life, what wakes it    turn.c      one turn of it
 *   judge.c       what events do to alerts               ledger.c    what a turn writes, in one
 *   book.c        living alerts                                      operation
 *   recipients.c  who takes which alert                  groups.c    when, and in which message
 *   compose.c     the message                            silences.c  what nobody is told of
 *   commands.c    what people do                         views.c     what others may look at
 *   start.c       from the store, and what was missed    subscriptions.c  events as they come
 *   emergency.c   when the store takes no writes
 *   hooks.c       routes and all that the api asks for */
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/alerts/alerts.h"
#include "daemon/alerts/book.h"
#include "daemon/alerts/brief.h"
#include "daemon/alerts/outbox/emergency.h"
#include "daemon/alerts/groups.h"
#include "daemon/alerts/routes/notifier_tests.h"
#include "daemon/alerts/rows.h"
#include "daemon/alerts/rules/rules.h"
#include "daemon/alerts/silences.h"
#include "daemon/alerts/subscriptions.h"

#define RULE_FEED_LOST "feed-lost" /* of no resource: its alert is the thread's own */
enum { EVENTS_AT_ONCE = 64, CURSOR_LAG_MAX = 256 };

/** What a turn writes; it stays until it is stored. */
struct ledger {
	struct alert *dirty, **last_dirty; /* in the book, to be written, in this order */
	struct alert_step *steps;
	size_t n_steps, cap_steps;
	struct ledger_told {
		uint64_t alert, notifier;
		int64_t rev, at_ms;
	} * told;
	size_t n_told, cap_told;
	struct ledger_message {
		struct outbox_message m;
		uint64_t *alerts;
		char *title, *json, name[64], topic[48];
	} * messages;
	size_t n_messages, cap_messages;
	uint64_t *erased; /* pending alerts that came to nothing */
	size_t n_erased, cap_erased;
	bool waits; /* a commit of it failed */
};

/** What a person does, handed to the thread. */
struct command {
	enum err (*run)(struct alerts *a, struct command *c, struct error *e);
	uint64_t alert;
	int64_t until_ms;
	const char *by, *note;
	struct error *e;
	enum err code;
	bool done;
	struct command *next;
};

/** Why the thread woke. */
struct notes {
	bool events, rules, notifiers, silences, subscriptions;
	uint64_t *subjects; /* resources that changed or went */
	size_t n_subjects, cap_subjects;
	struct command *commands, **last_command;
	unsigned settle; /* callers of alerts_settle so far */
};

struct alerts {
	struct daemon *d;
	struct outbox *outbox;
	struct notifier_tests *tests;
	struct rules *rules;
	struct briefs *briefs;

	pthread_t thread;
	bool started, joinable; /* started: under the lock */
	pthread_mutex_t lock;   /* notes, and changes of the book and of silences */
	pthread_cond_t wake, settled;
	bool stopping;
	struct notes notes;
	unsigned settled_n;

	struct book book;
	struct recipients recipients;
	struct silences silences;
	struct subscriptions subscriptions;

	/* The thread's alone. */
	struct ledger ledger;
	uint64_t cursor, stored_cursor;
	bool more;              /* events may wait behind the cursor */
	int64_t tick_ms;        /* rules_tick, wall; 0: none */
	size_t unwritten;       /* messages; under the lock, at the end of a turn in a hurry */
	unsigned failed;        /* commits in a row */
	int64_t retry_boot;     /* the next try */
	bool running;           /* what is found at the start is no news */
	bool first_start, lost; /* events before the cursor were not seen */
	uint64_t missed_after;
	struct emergency emergency;
	bool watching; /* look whether the store writes; under the lock */
	atomic_ullong told_n, opened_n, resolved_n, store_failures;
};

struct moment moment_now(const struct alerts *a);

/* ---- turn.c ---- */
/** Take in what there is, tell what is due, write it.
 *  @param hurry  tell without waiting for others
 *  @return when the next turn is due (boot ms), 0: at once, INT64_MAX: when it is woken */
int64_t alerts_turn(struct alerts *a, const struct notes *notes, bool hurry);

/* ---- judge.c ---- */
/** A rule_hit_fn; arg is the struct alerts. */
void judge_hit(const struct rule_hit *hit, void *arg);
/** Holds, expiries and snoozes that are over. */
void judge_due(struct alerts *a, const struct moment *now);
void judge_resolve(struct alerts *a, struct alert *x, int64_t at_ms, const char *text);
/** The same when no event and nobody ended it: of news, which have no end of their own (their rule
 *  has `expire`), nothing is told. */
void judge_end(struct alerts *a, struct alert *x, const char *text);
/** A resource changed: its alerts follow its name, or end with it. */
void judge_subject(struct alerts *a, uint64_t id);
/** Set its next deadline. */
void judge_schedule(struct alerts *a, struct alert *x);
/** Silences and inhibition of one, anew. data may be NULL. Under the lock. */
void judge_hush(struct alerts *a, struct alert *x, const json_t *data);
/** What rules say of living alerts beside events: expiry, inhibition, and that they are there. */
void judge_rules(struct alerts *a);
/** Resolved ones that nobody wants to hear of any more leave the book. */
void judge_sweep(struct alerts *a);
/** Silences of all, anew. */
void judge_hush_all(struct alerts *a);

/* ---- ledger.c---- */
void ledger_alert(struct alerts *a, struct alert *x);
void ledger_step(struct alerts *a, const struct alert *x, int64_t at_ms, const char *what,
		 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void ledger_told(struct alerts *a, uint64_t alert, uint64_t notifier, int64_t rev, int64_t at_ms);
/** Takes title and json; alerts is copied. */
void ledger_message(struct alerts *a, const struct outbox_message *m, char *title, char *json);
void ledger_erase(struct alerts *a, uint64_t alert);
/** Write what there is. ERR_NONE also when there is nothing. */
enum err ledger_commit(struct alerts *a, struct error *e);
/** The thread ends: what waits, and the cursor. */
void ledger_end(struct alerts *a);
void ledger_fini(struct ledger *b);

/* ---- commands.c ---- */
void commands_run(struct alerts *a, struct command *first);
/** The daemon ends, or the store takes nothing. */
void commands_fail(struct alerts *a, struct command *first, const struct error *e);

/* ---- start.c ---- */
enum err start_load(struct alerts *a, struct error *e);
/** On the thread: fill the rules, and look at what is so by now when events were missed. */
void start_catch_up(struct alerts *a);
/** The store refuses what there is to write: as it is stored, from the cursor on; and say so. */
void start_anew(struct alerts *a, const char *why);
/** Notifiers, or all that concerns them, anew. */
void start_recipients(struct alerts *a);
