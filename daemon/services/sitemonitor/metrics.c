/* Prometheus text. Labels are a monitor's name and type, never its address: that may hold a token.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/buf.h"
#include "shared/mem.h"

/* What one monitor adds, copied under the lock so that writing does not hold it. */
struct line {
	const struct resource *res;
	const char *type;
	enum monitor_state state;
	enum outcome last;
	int64_t us, ends_ms;
	bool is_domain;
	int32_t phase_us[PHASE_COUNT];
};

/* With more monitors each of them has no lines of its own: the answer would be tens of megabytes.
 */
enum { EACH_MAX = 20000 };

struct lines {
	struct line *all;
	size_t n;
};

static void take(struct monitor *m, void *arg)
{
	struct lines *l = arg;
	struct line *x = &l->all[l->n++];
	x->res = resource_ref(m->res);
	x->type = m->shown.type ? m->shown.type : ""; /* just made: the engine has not seen it */
	x->state = m->shown.state;
	x->last = m->shown.last_outcome;
	x->us = m->shown.last_us;
	x->ends_ms = m->shown.ends_ms;
	x->is_domain = m->shown.is_domain;
	memcpy(x->phase_us, m->shown.phase_us, sizeof(x->phase_us));
}

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A microsecond value as decimal seconds. */
static void seconds(struct buf *out, int64_t us)
{
	buf_printf(out, " %lld.%06lld\n", (long long)(us / 1000000), (long long)(us % 1000000));
}

static void write_states(struct buf *out, const struct lines *l)
{
	head(out, "sellersmart_monitor_state", "gauge", "1 for the state a monitor is in.");
	for (size_t i = 0; i < l->n; i++)
		for (int s = 0; s < STATE_COUNT; s++)
			buf_printf(
				out,
				"sellersmart_monitor_state{monitor=\"%s\",type=\"%s\",state=\"%s\"} %d\n",
				l->all[i].res->name, l->all[i].type,
				monitor_state_name((enum monitor_state)s),
				l->all[i].state == (enum monitor_state)s);
}

static void write_probes(struct buf *out, const struct lines *l)
{
	head(out, "sellersmart_probe_success", "gauge", "1 when the last check was good.");
	for (size_t i = 0; i < l->n; i++) {
		const struct line *x = &l->all[i];
		if (x->last == OUTCOME_UP || x->last == OUTCOME_DEGRADED || x->last == OUTCOME_DOWN)
			buf_printf(out,
				   "sellersmart_probe_success{monitor=\"%s\",type=\"%s\"} %d\n",
				   x->res->name, x->type, x->last != OUTCOME_DOWN);
	}
	head(out, "sellersmart_probe_duration_seconds", "gauge",
	     "Duration of the last check's phases.");
	for (size_t i = 0; i < l->n; i++) {
		const struct line *x = &l->all[i];
		for (int p = 0; p < PHASE_COUNT && x->us >= 0; p++) {
			if (x->phase_us[p] < 0)
				continue;
			buf_printf(
				out,
				"sellersmart_probe_duration_seconds{monitor=\"%s\",type=\"%s\",phase=\"%s\"}",
				x->res->name, x->type, phase_name((enum phase)p));
			seconds(out, x->phase_us[p]);
		}
	}
	head(out, "sellersmart_probe_tls_earliest_expiry_timestamp_seconds", "gauge",
	     "When the first certificate of the chain ends.");
	for (size_t i = 0; i < l->n; i++)
		if (l->all[i].ends_ms && !l->all[i].is_domain)
			buf_printf(
				out,
				"sellersmart_probe_tls_earliest_expiry_timestamp_seconds{monitor=\"%s\",type=\"%s\"} %lld\n",
				l->all[i].res->name, l->all[i].type,
				(long long)(l->all[i].ends_ms / 1000));
	head(out, "sellersmart_domain_expiry_timestamp_seconds", "gauge",
	     "When the registration of a domain ends.");
	for (size_t i = 0; i < l->n; i++)
		if (l->all[i].ends_ms && l->all[i].is_domain)
			buf_printf(
				out,
				"sellersmart_domain_expiry_timestamp_seconds{monitor=\"%s\"} %lld\n",
				l->all[i].res->name, (long long)(l->all[i].ends_ms / 1000));
}

static void write_engine(struct buf *out, struct sitemonitor *sm)
{
	uint64_t below = 0;
	head(out, "sellersmart_check_late_seconds", "histogram",
	     "How long after it was due a check started.");
	for (int i = 0; i < LATE_BUCKETS; i++) {
		below += atomic_load(&sm->late.count[i]);
		buf_printf(out, "sellersmart_check_late_seconds_bucket{le=\"%u.%03u\"} %llu\n",
			   late_bounds_ms[i] / 1000, late_bounds_ms[i] % 1000,
			   (unsigned long long)below);
	}
	below += atomic_load(&sm->late.count[LATE_BUCKETS]);
	buf_printf(out,
		   "sellersmart_check_late_seconds_bucket{le=\"+Inf\"} %llu\n"
		   "sellersmart_check_late_seconds_sum",
		   (unsigned long long)below);
	seconds(out, (int64_t)atomic_load(&sm->late.sum_us));
	buf_printf(out, "sellersmart_check_late_seconds_count %llu\n", (unsigned long long)below);
	head(out, "sellersmart_checks_total", "counter", "Finished checks by outcome.");
	for (int o = OUTCOME_UP; o <= OUTCOME_UNKNOWN; o++)
		buf_printf(out, "sellersmart_checks_total{outcome=\"%s\"} %llu\n",
			   outcome_name((enum outcome)o),
			   (unsigned long long)atomic_load(&sm->checks[o]));
}

void metrics_write(struct buf *out, void *state)
{
	struct sitemonitor *sm = state;
	struct lines l = {0};
	table_lock(&sm->table);
	l.all = mem_array(NULL, sm->table.n + 1, sizeof(*l.all));
	if (sm->table.n <= EACH_MAX)
		table_each(&sm->table, take, &l);
	table_unlock(&sm->table);
	write_states(out, &l);
	write_probes(out, &l);
	write_engine(out, sm);
	for (size_t i = 0; i < l.n; i++)
		resource_unref(l.all[i].res);
	free(l.all);
}
