#pragma once
/* The service's rows: what is written about a monitor inside operations, and read back at start. */
#include "daemon/services/sitemonitor/evidence.h"
#include "daemon/services/sitemonitor/state.h"
#include "daemon/store/store.h"

/** A copy of what monitor_state keeps; and of monitor_evidence when with_evidence. */
struct state_row {
	uint64_t monitor, rev;
	struct track track; /* the essence */
	int64_t last_ms;
	char *reason;
	uint64_t incident;

	bool with_evidence;
	int64_t good_ms;
	/* good NULL: as it is stored, but for the body */
	struct evidence_body good_body;
	char *good, *bad_cause, *bad_message, *bad, *certificate;
	int64_t certificate_ends_ms;
};
void state_row_fini(struct state_row *r);
/** Write unless a newer one is there or the monitor has gone. */
enum err state_row_write(struct txn *t, const struct state_row *r, struct error *e);
/** Every row; strings are the callee's until it returns. */
enum err state_rows_read(struct store *s, void (*fn)(const struct state_row *r, void *arg),
			 void *arg, struct error *e);

/** Is there still such a resource? A monitor may be deleted while a write about it waits. */
enum err monitor_row_exists(struct txn *t, uint64_t monitor, bool *exists, struct error *e);

struct incident_open {
	uint64_t id, monitor;
	int64_t opened_ms, confirmed_ms, good_ms;
	unsigned failures;
	const char *cause, *message, *evidence;
	const char *good; /* NULL: what is stored, with this body */
	struct evidence_body good_body;
};
/** @param number  the incident's, for people; the old one when it was written before */
enum err incident_row_open(struct txn *t, const struct incident_open *o, int64_t *number,
			   struct error *e);
enum err incident_row_close(struct txn *t, uint64_t id, int64_t closed_ms, int64_t duration_ms,
			    int64_t *number, struct error *e);

/** What an incident says of itself; number 0: there is no such incident (any more). */
struct incident_story {
	int64_t number;
	char *cause, *message, *evidence, *good;
};
enum err incident_row_story(struct txn *t, uint64_t id, struct incident_story *out,
			    struct error *e);
void incident_story_fini(struct incident_story *s);

/** A store_prune_fn: closed incidents. */
enum err incidents_prune(struct txn *t, int64_t before_ms, bool *more, struct error *e);
/** Samples of monitors that went while nobody could clean up after them. */
enum err orphans_forget(struct txn *t, void *unused, struct error *e);

/** Bind text or NULL; column text or NULL; both borrowed. */
void bind_text(sqlite3_stmt *st, int at, const char *text);
const char *column_text(sqlite3_stmt *st, int at);
