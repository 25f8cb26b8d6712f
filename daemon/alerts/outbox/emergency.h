#pragma once
/* The store takes no writes: no event becomes an alert then, and no message waits in the outbox.
 * After half a minute of it everybody who may be told is told that, and what needs people by what
 * services know in memory; again when more of it comes up. Part of the alerts thread. */
#include <stdbool.h>
#include <stdint.h>

struct alerts;

enum { EMERGENCY_TOLD_MAX = 64, EMERGENCY_LOOK_MS = 10000 };

struct emergency {
	int64_t since_ms, fine_ms, told_ms; /* boot clock, 0: not */
	uint64_t told[EMERGENCY_TOLD_MAX];  /* what was named; hashes */
	unsigned n_told;
};

/** When the store begins to refuse, at the start, and from then on each EMERGENCY_LOOK_MS.
 *  @return false: it writes, there is nothing to look at any more */
bool emergency_look(struct alerts *a);
