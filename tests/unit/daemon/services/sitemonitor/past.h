#pragma once
/* A past for a monitor of the house: samples a minute apart, written through the store as if they
 * had been measured then. */
#include "tests/unit/daemon/services/sitemonitor/house.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

struct past {
	uint64_t monitor;
	int64_t from_ms, until_ms, step_ms;
	enum outcome outcome;
	int64_t total_us;
};

static inline enum err past_run(struct txn *t, void *arg, struct error *e)
{
	const struct past *p = arg;
	size_t n = (size_t)((p->until_ms - p->from_ms) / p->step_ms);
	struct sample *all = mem_array(NULL, n + 1, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[i] = (struct sample){.monitor = p->monitor,
					 .at_ms = p->from_ms + (int64_t)i * p->step_ms,
					 .outcome = p->outcome,
					 .total_us = p->total_us,
					 .phase_us = {-1, -1, -1, -1, -1},
					 .span_ms = p->step_ms};
	enum err err = series_append(t, all, n, e);
	free(all);
	return err;
}

static inline enum err past_compact(struct txn *t, void *arg, struct error *e)
{
	return series_compact(t, true, e);
}

/** From from_ms until until_ms the monitor was so. */
static inline void past_add(struct house *h, uint64_t monitor, int64_t from_ms, int64_t until_ms,
			    enum outcome outcome, int64_t total_us)
{
	struct error e = {0};
	struct past p = {.monitor = monitor,
			 .from_ms = from_ms,
			 .until_ms = until_ms,
			 .step_ms = until_ms - from_ms > 40 * DAY ? 15 * MINUTE : MINUTE,
			 .outcome = outcome,
			 .total_us = total_us};
	if (store_run(h->store.store, OP_PEOPLE, past_run, &p, &e))
		fail_msg("%s", e.text);
}

/** Into chunks and roll-ups. */
static inline void past_settle(struct house *h)
{
	struct error e = {0};
	if (store_run(h->store.store, OP_PEOPLE, past_compact, NULL, &e))
		fail_msg("%s", e.text);
}

/** A monitor that is not checked by itself, so that its past is what the test says. */
static inline uint64_t past_monitor(struct house *h, const char *name, const char *more)
{
	char spec[600];
	snprintf(spec, sizeof(spec),
		 "{\"type\":\"http\",\"target\":\"http://127.0.0.1:8080/\",\"paused\":true%s}",
		 more);
	return house_put(h, name, spec);
}
