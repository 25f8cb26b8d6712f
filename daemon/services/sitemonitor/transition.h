#pragma once
/* One transition of a monitor: what is written of it, and what its event says. The net loop makes
 * it; the writer thread writes it. */
#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"

struct transition {
	struct transition *next;
	uint64_t monitor;
	struct state_row row;
	struct change change;
	struct moment at;
	int64_t since_ms, duration_ms;
	uint64_t incident;
	unsigned checks;
	char *cause, *message, *evidence, *good;
	int64_t good_ms;
	struct evidence_body good_body;
	char topic[24], name[64];
	char parent[64]; /* that it is suppressed by; "": told for itself */
	enum severity severity;
	char *text;  /* NULL: no event */
	char *facts; /* event_facts(), event_measured(); NULL: no event */
	char *measured;
	uint64_t seq; /* out */
};

/** Everything of m that is to be written. Thread: the net loop's. */
struct transition *transition_new(struct monitor *m, const struct change *c, struct moment at,
				  const struct outage *outage);
void transition_free(struct transition *t);
size_t transition_bytes(const struct transition *t);
/** Incident, state and event, unless the monitor has gone. Thread: the writer's. */
enum err transition_write(struct txn *txn, struct transition *t, struct error *e);

/* ---- event_data.c --------------------------------------------------------------------------- */

enum {
	EVENT_DATA_BYTES = 4096,
	EVENT_EVIDENCE_BYTES = 1500,
	EVENT_CHANGED_BYTES = 1400,
	EVENT_CHANGES = 8,
	EVENT_VALUE_BYTES = 100,
};

/** What m is: an object with its type, its target without credentials and query, and of a heartbeat
 *  in which way it is down and for how many runs. Net loop. */
char *event_facts(const struct monitor *m);
/** Its last answer: an object with address, times of the phases, end of certificate or domain. */
char *event_measured(const struct monitor *m);
/** The data of a transition's event, at most EVENT_DATA_BYTES whatever a target answered.
 *  @param story  its incident: NULL when there is none */
void event_data(struct buf *out, const struct transition *t, const struct incident_story *story);
