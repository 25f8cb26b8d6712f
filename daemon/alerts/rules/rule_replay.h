#pragma once
/* What a rule would have told in the past: the log goes through it again, and nothing is stored. */
#include "daemon/services/service.h"

enum { REPLAY_ALERTS_MAX = 1000, REPLAY_NOTE = 160 };

struct replayed_alert {
	char *fingerprint, *subject, *text, *topic;
	int severity;
	int64_t at_ms;       /* when it is told, after its hold time */
	int64_t heard_ms;    /* the last event of it */
	int64_t resolved_ms; /* 0: it is still open */
};

struct replay {
	int64_t since_ms, until_ms;
	size_t events; /* that were looked at */
	size_t opened, resolved, open;
	struct replayed_alert *alerts; /* in order of at_ms, at most REPLAY_ALERTS_MAX */
	size_t n;
	char note[REPLAY_NOTE]; /* what could not be looked at, "" */
};

/** Blocks. Thread: a worker. replay_fini in any case. */
enum err rule_replay(struct daemon *d, const struct resource *rule, int64_t since_ms,
		     struct replay *out, struct error *e);
void replay_fini(struct replay *r);
