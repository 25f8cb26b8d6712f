#pragma once
/* From events to alerts to messages. One thread reads the feed behind a durable cursor, lets rules
 * judge, keeps the living alerts in memory, groups what is to be told, and writes alerts, outbox
 * and cursor in one operation; the outbox sends. Nothing here runs on a loop. */
#include "daemon/alerts/outbox/outbox.h"
#include "daemon/services/service.h"

struct alerts;

/** Load from the store, register routes; nothing runs yet. */
struct alerts *alerts_new(struct daemon *d, struct error *e);
enum err alerts_start(struct alerts *a, struct error *e);
void alerts_stop(struct alerts *a, int limit_ms);
void alerts_free(struct alerts *a);
struct outbox *alerts_outbox(struct alerts *a);

/** --once and tests: take in all events there are, tell without waiting for groups, and send.
 *  @return how many messages still wait at the deadline (boot ms) */
size_t alerts_settle(struct alerts *a, int64_t deadline_boot_ms);

/* ---- what people do; each blocks until it is stored; thread: a worker
 * ---------------------------- */

/** by: who, note: NULL or a remark. ERR_NOT_FOUND, ERR_CONFLICT when it is resolved. */
enum err alert_acknowledge(struct alerts *a, uint64_t id, const char *by, const char *note,
			   struct error *e);
enum err alert_unacknowledge(struct alerts *a, uint64_t id, const char *by, struct error *e);
/** Nothing is told about it until then (wall ms; 0: from now on again); it may resolve meanwhile.
 */
enum err alert_snooze(struct alerts *a, uint64_t id, int64_t until_ms, const char *by,
		      struct error *e);
/** By hand: what nobody resolves by itself. A new event opens a new one. */
enum err alert_resolve(struct alerts *a, uint64_t id, const char *by, const char *note,
		       struct error *e);

/* ---- looking; from memory, thread: any
 * ------------------------------------------------------------ */

/** Living alerts. */
struct alert_counts {
	size_t open, acknowledged, silenced, critical, warning; /* silenced: of the open ones */
};
void alerts_count(struct alerts *a, struct alert_counts *out);
struct alert_view {
	uint64_t id;
	char topic[48];
	int64_t number;
	int severity;
	bool acknowledged, silenced, inhibited;
	char rule[64], by[64];
};
/** The worst living alert about that resource, unacknowledged ones first. */
bool alerts_about(struct alerts *a, uint64_t subject, struct alert_view *out);
/** Every living alert with why nothing is told about it: for lists. */
bool alerts_view(struct alerts *a, uint64_t id, struct alert_view *out);

/** All living alerts, under the book's lock: fn only takes notes. */
typedef void alert_view_fn(const struct alert_view *v, void *arg);
void alerts_each(struct alerts *a, alert_view_fn *fn, void *arg);
/** How many open alerts that silence covers now. */
size_t alerts_covered(struct alerts *a, uint64_t silence);

/** Routes, live members of notifiers, lines of the overview, metrics: handed to the api like those
 *  of a service; ctx is the struct alerts. */
extern const struct service alerts_hooks;
