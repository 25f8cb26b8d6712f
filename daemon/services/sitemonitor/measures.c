/* Figures of a monitor over a stretch of time, for rules. Of the last hour from memory, of longer
 * ones from the tables. Thread: not a loop's. */
#include "daemon/services/sitemonitor/reports/budgets.h"
#include "daemon/services/sitemonitor/figures.h"
#include "daemon/services/sitemonitor/sitemonitor.h"

static bool look(struct sitemonitor *sm, uint64_t id, int64_t from_ms, int64_t until_ms,
		 struct series_point *p)
{
	struct error e = {0};
	return series_recent(sm->d->store, id, from_ms, until_ms, p) ||
	       series_query(sm->d->store, id, from_ms, until_ms, 0, NULL, p, &e) >= 0;
}

/* part of whole, percent; false when there is no whole */
static bool share(int64_t part, int64_t whole, int64_t *thousandths)
{
	*thousandths = whole > 0 ? part * 100000 / whole : 0;
	return whole > 0;
}

static bool errors(void *state, uint64_t id, int64_t from_ms, int64_t until_ms,
		   int64_t *thousandths)
{
	struct series_point p;
	return look(state, id, from_ms, until_ms, &p) &&
	       share(p.count[OUTCOME_DOWN], measured(&p) - p.count[OUTCOME_UNKNOWN], thousandths);
}

static bool unknown(void *state, uint64_t id, int64_t from_ms, int64_t until_ms,
		    int64_t *thousandths)
{
	struct series_point p;
	return look(state, id, from_ms, until_ms, &p) &&
	       share(p.count[OUTCOME_UNKNOWN], measured(&p), thousandths);
}

static bool uptime(void *state, uint64_t id, int64_t from_ms, int64_t until_ms,
		   int64_t *thousandths)
{
	struct series_point p;
	return look(state, id, from_ms, until_ms, &p) && share(p.up_ms, p.known_ms, thousandths);
}

static bool p50(void *state, uint64_t id, int64_t from_ms, int64_t until_ms, int64_t *thousandths)
{
	struct series_point p;
	if (!look(state, id, from_ms, until_ms, &p))
		return false;
	*thousandths = p.p50_us;
	return p.p50_us >= 0;
}

static bool p95(void *state, uint64_t id, int64_t from_ms, int64_t until_ms, int64_t *thousandths)
{
	struct series_point p;
	if (!look(state, id, from_ms, until_ms, &p))
		return false;
	*thousandths = p.p95_us;
	return p.p95_us >= 0;
}

/* Only what has an slo burns a budget. */
static bool burn(void *state, uint64_t id, int64_t from_ms, int64_t until_ms, int64_t *thousandths)
{
	struct sitemonitor *sm = state;
	struct series_point p;
	table_lock(&sm->table);
	const struct monitor *m = table_find(&sm->table, id);
	int64_t slo = m && m->shown.budget ? m->shown.budget->now.slo : -1;
	table_unlock(&sm->table);
	if (slo < 0 || !look(sm, id, from_ms, until_ms, &p))
		return false;
	struct stretch s = {.known_ms = p.known_ms,
			    .down_ms = p.known_ms - p.up_ms,
			    .down_count = p.count[OUTCOME_DOWN]};
	int64_t hundredths = budget_burn(&s, slo);
	*thousandths = hundredths * 10;
	return hundredths >= 0;
}

const struct measure sitemonitor_measures[SITEMONITOR_MEASURES] = {
	{.name = "errors",
	 .kind = "monitor",
	 .unit = "%",
	 .help = "Checks that failed, of those that could tell",
	 .value = errors},
	{.name = "p95",
	 .kind = "monitor",
	 .unit = "ms",
	 .help = "Time that 95 of 100 checks stayed within",
	 .value = p95},
	{.name = "p50",
	 .kind = "monitor",
	 .unit = "ms",
	 .help = "Time that half of the checks stayed within",
	 .value = p50},
	{.name = "uptime",
	 .kind = "monitor",
	 .unit = "%",
	 .help = "Time it was up, of the time that is known",
	 .value = uptime},
	{.name = "unknown",
	 .kind = "monitor",
	 .unit = "%",
	 .help = "Checks that could not tell, of all",
	 .value = unknown},
	{.name = "burn",
	 .kind = "monitor",
	 .unit = "x",
	 .help = "How many times too fast an error budget burns; needs an slo",
	 .value = burn},
};
