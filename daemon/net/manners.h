#pragma once
/* How one host is treated: when it may be asked again, and whether at all. Pure: times and chance
 * are passed in, nothing is fetched here.
 *
 *   pace     after each exchange the host rests: what its robots.txt asks for or its own setting,
 *            else the configured pace, and up to a quarter more by chance
 *   back-off 429, 503 or no answer: 30 s, doubled each time up to an hour, at least Retry-After
 *   breaker  five such in a row (a blocked page counts twice) open it: nobody asks for ten minutes,
 *            then one may try; if that fails, too, twice as long, up to six hours
 *   budget   requests a day, UTC
 *
 * Times of *_ms are boot time where not said otherwise. */
#include <stdbool.h>
#include <stdint.h>

struct manners_rules {
	int64_t pace_ms;
	int64_t budget; /* requests a day */
};

enum manners_state {
	MANNERS_READY,   /* may be asked now */
	MANNERS_BUSY,    /* is being asked */
	MANNERS_RESTING, /* until its pace allows */
	MANNERS_BACKOFF, /* until what it said, or its faults, have passed */
	MANNERS_OPEN,    /* the breaker: nobody asks */
	MANNERS_SPENT,   /* the day's budget is */
};

enum manners_outcome {
	MANNERS_FINE,      /* an answer that blames nobody: 200, 304, 404 */
	MANNERS_SLOW_DOWN, /* 429, 503 */
	MANNERS_FAILED,    /* none, or 500 */
	MANNERS_BLOCKED,   /* it does not want us */
	MANNERS_OURS,      /* nothing is known of the host: our own fault, or cancelled */
};

enum {
	MANNERS_BACKOFF_MS = 30000,
	MANNERS_BACKOFF_MAX_MS = 3600000,
	MANNERS_RETRY_MAX_MS = 86400000,
	MANNERS_FAILURES = 5, /* that open the breaker */
	MANNERS_OPEN_MS = 600000,
	MANNERS_OPEN_MAX_MS = 6 * 3600000,
};

struct manners {
	int64_t own_pace_ms; /* the host's setting; -1: none */
	int64_t delay_ms;    /* robots.txt's; -1: none */
	int64_t own_budget;  /* -1: none */

	/* manners_*'s */
	bool busy, open, trying; /* trying: the one request after the breaker was open */
	int64_t rested_ms;       /* pace allows from here on */
	int64_t hold_ms;         /* back-off or breaker end here */
	int64_t open_for_ms;     /* of the last opening */
	int failures;            /* in a row */
	int64_t day, today;      /* requests of that day since 1970 */
};

void manners_init(struct manners *m);
/** What lies between two exchanges at least. A host's own setting never undercuts its
 *  robots.txt. */
int64_t manners_pace_ms(const struct manners *m, const struct manners_rules *r);
int64_t manners_budget(const struct manners *m, const struct manners_rules *r);
/** Requests of today. */
int64_t manners_today(const struct manners *m, int64_t wall_ms);
/** When it may be asked: now_ms or earlier means at once. Not for a busy one. */
int64_t manners_due_ms(const struct manners *m, const struct manners_rules *r, int64_t now_ms,
		       int64_t wall_ms);
enum manners_state manners_state(const struct manners *m, const struct manners_rules *r,
				 int64_t now_ms, int64_t wall_ms);
/** "ready", "busy", "resting", "backoff", "open", "spent". */
const char *manners_state_name(enum manners_state s);
void manners_began(struct manners *m, int64_t wall_ms);
/** @param retry_after_ms  what the answer asked for, 0: nothing
 *  @param chance          any number; decides the jitter */
void manners_ended(struct manners *m, const struct manners_rules *r, enum manners_outcome o,
		   int64_t retry_after_ms, uint32_t chance, int64_t now_ms);
/** Somebody looked at it: breaker closed, back-off over, faults forgotten. Pace and budget stay. */
void manners_reset(struct manners *m);
