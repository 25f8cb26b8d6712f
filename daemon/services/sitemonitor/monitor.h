#pragma once
/* One monitor in memory. Private to the service.
 *
 * Who may touch what: `res` and `shown` are read by any thread and written by the net loop, both
 * under the table's lock; everything else belongs to the net loop. A monitor is entered by the
 * writer thread (so that the answer to its creation already finds it) and freed by the net loop. */
#include <stdbool.h>
#include <stdint.h>

#include "daemon/checks/check.h"
#include "daemon/jobs/heap.h"
#include "daemon/jobs/limits.h"
#include "daemon/services/sitemonitor/reports/budget.h"
#include "daemon/services/sitemonitor/evidence.h"
#include "daemon/services/sitemonitor/state.h"
#include "daemon/store/resources.h"

extern const struct resource_kind resource_monitor;

struct sitemonitor;
struct waiter;
struct heartbeat;

/** An entry of the service's one heap. */
struct due {
	struct heap_node node;
	void (*fire)(struct sitemonitor *sm, struct due *due);
};

/** An error budget: as last measured, and as last told in an event. */
struct promise {
	struct budget now;
	int64_t measured_ms;    /* wall, 0: not yet */
	enum budget_state told; /* BUDGET_OK at first */
	int64_t since_ms;       /* of what was told, 0: from the beginning */
	uint64_t seq;           /* of its event */
};

/** Where a heartbeat's pings go. */
struct ping_address {
	struct ping_address *next; /* in the table's slot */
	struct monitor *monitor;
	uint64_t key[2];
};

/** What lists, details and metrics show. */
struct shown {
	const char *type; /* "http": the variant's own name */
	struct moment since;
	struct rules rules;
	enum monitor_state state : 8;
	enum outcome last_outcome : 8;
	uint16_t end_days; /* how long before ends_ms it needs a person; 0: never */
	bool end_asked;    /* its own configuration says so (ends.h) */
	uint32_t fails, oks;
	int32_t p95_24h_us;   /* of a shop; filled in when the Overview was asked, -1: unknown */
	int64_t next_boot_ms; /* 0: none */
	uint64_t incident;    /* 0: none */
	uint64_t seq;         /* feed position of the last transition */
	const char *reason;   /* safe; NULL when up; one of the texts */

	int64_t last_ms; /* wall, 0: never */
	int32_t last_us; /* -1: nothing measured */
	int32_t phase_us[PHASE_COUNT];
	const char *message, *address; /* of the texts */
	const char *cause;             /* the same, of the last answer; NULL when it was good */
	struct evidence_way *way;      /* of the last answer; NULL: there was none */

	char *certificate;         /* JSON object */
	int64_t ends_ms;           /* of the certificate, or of a domain's registration; 0: none */
	bool is_domain, about_end; /* about_end: a check of just that (domain, tls) */

	bool is_heartbeat;
	bool own_link;          /* its last check found that our own connection is lost */
	bool own, http;         /* labelled owner=mine; an http check: a shop of the Overview */
	int64_t deadline_ms;    /* of a heartbeat, wall; 0: none */
	struct promise *budget; /* NULL: without an slo */
};

/** First bad answer of a row that is not over: an incident's cause and evidence. */
struct first_bad {
	const char *cause, *message; /* of the texts */
	char *evidence;
};

struct kin;

/** A check that waits for its place or runs. */
struct errand {
	struct monitor *monitor;
	struct limit_ticket ticket;
	struct check_run *run; /* NULL: it waits */
	int64_t due_boot_ms;   /* when it was due */
};

/* There may be a hundred thousand: what few of them need is behind a pointer, and flags stand
 * together. */
struct monitor {
	uint64_t id;
	struct monitor *next_same;    /* in the table's slot */
	struct ping_address *address; /* of a heartbeat */

	/* under the table's lock */
	const struct resource *res;
	struct shown shown;
	struct kin *kin; /* depends.h; NULL: depends on nothing, and nothing on it */

	/* the net loop's */
	bool in_table, removed;
	bool run_discard; /* its answer no longer counts */
	bool again;       /* check at once when it ends */
	bool state_dirty, evidence_dirty, in_dirty;
	bool once_pending;                /* --once waits for its decision */
	enum monitor_state announced : 8; /* the last state that had an event */
	uint8_t end_told;                 /* the stage of an end that was told (ends.h) */
	int64_t end_told_ms;              /* of which end */

	struct due due;
	struct errand *errand; /* NULL: no check waits or runs */
	uint32_t interval_ms, retry_ms, timeout_ms;
	int64_t fresh_boot_ms; /* last check with a full handshake */

	const struct check_type *type;
	void *config;        /* compiled for a run, and kept when the next is soon */
	void *memory;        /* what the check keeps between runs */
	int64_t run_boot_ms; /* when the latest run began */

	struct track track;
	uint64_t saved; /* print of its essence as last handed to the store */
	uint64_t rev;   /* of monitor_state, grows with each write */
	struct monitor *next_dirty;

	/* Evidence of the last good answer. Its text is in the store; here only until it was
	 * written, and what tells it from another one. */
	int64_t good_ms;
	uint64_t good_print, good_rev; /* rev of the row that last had the text */
	struct evidence_body good_body;
	char *good;
	struct first_bad *bad; /* NULL: nothing is bad */

	struct waiter *waiters; /* people who asked for a check */
	struct heartbeat *beat; /* heartbeats only */
};

/** A check of it is under way: what it was compiled to is in use. */
static inline bool monitor_runs(const struct monitor *m)
{
	return m->errand && m->errand->run;
}
static inline const char *monitor_name(const struct monitor *m)
{
	return m->res->name;
}
