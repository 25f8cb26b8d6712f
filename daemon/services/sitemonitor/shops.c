/* The shops of the Overview: monitors labelled owner=mine, or all http ones where none is. Answered
 * from memory; the percentiles over a day come from the store, so a worker fetches them, at most
 * once a minute and only while somebody looks. */
#include <stdlib.h>
#include <string.h>

#include "daemon/core/pool.h"
#include "daemon/services/sitemonitor/figures.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"

enum { SHOPS_MAX = 50, REFRESH_MS = 60000, DAY_MS = 86400000 };

struct shop {
	const struct resource *res;
	enum monitor_state state;
	int64_t p95_us;
};

/* The first by name of those that are wanted. */
struct shops {
	struct shop all[SHOPS_MAX];
	size_t n;
	bool own; /* only the own ones */
};

static void count_own(struct monitor *m, void *arg)
{
	if (m->shown.own)
		*(bool *)arg = true;
}

static void take(struct monitor *m, void *arg)
{
	struct shops *s = arg;
	size_t i = s->n;
	if (s->own ? !m->shown.own : !m->shown.http)
		return;
	while (i > 0 && strcmp(m->res->name, s->all[i - 1].res->name) < 0)
		i--;
	if (i == SHOPS_MAX)
		return;
	if (s->n == SHOPS_MAX)
		s->n--;
	memmove(&s->all[i + 1], &s->all[i], (s->n - i) * sizeof(*s->all));
	s->all[i] = (struct shop){m->res, m->shown.state, m->shown.p95_24h_us};
	s->n++;
}

static void find(struct sitemonitor *sm, struct shops *s)
{
	*s = (struct shops){0};
	table_lock(&sm->table);
	table_each(&sm->table, count_own, &s->own);
	table_each(&sm->table, take, s);
	for (size_t i = 0; i < s->n; i++)
		resource_ref(s->all[i].res);
	table_unlock(&sm->table);
}

static void release(struct shops *s)
{
	for (size_t i = 0; i < s->n; i++)
		resource_unref(s->all[i].res);
}

/* ---- percentiles: on a worker --------------------------------------------------------------- */

static void keep_p95(struct sitemonitor *sm, uint64_t id, int64_t us)
{
	table_lock(&sm->table);
	struct monitor *m = table_find(&sm->table, id);
	if (m)
		m->shown.p95_24h_us = us > INT32_MAX ? INT32_MAX : (int32_t)us;
	table_unlock(&sm->table);
}

static void refresh(void *arg)
{
	struct sitemonitor *sm = arg;
	struct shops s;
	int64_t now = clock_wall_ms(sm->d->clock);
	find(sm, &s);
	for (size_t i = 0; i < s.n; i++) {
		struct series_point point, total;
		struct error e = {0};
		if (series_query(sm->d->store, s.all[i].res->id, now - DAY_MS, now, 1, &point,
				 &total, &e) >= 0)
			keep_p95(sm, s.all[i].res->id, total.p95_us);
	}
	release(&s);
	atomic_store(&sm->shops_boot_ms, now_boot(sm));
}

static void refresh_when_old(struct sitemonitor *sm)
{
	int64_t last = atomic_load(&sm->shops_boot_ms);
	if (!sm->d->pool || last == INT64_MAX || (last && now_boot(sm) - last < REFRESH_MS))
		return;
	if (!atomic_compare_exchange_strong(&sm->shops_boot_ms, &last, INT64_MAX))
		return;
	if (!pool_submit(sm->d->pool, refresh, sm))
		atomic_store(&sm->shops_boot_ms, last);
}

/* ---- the Overview
 * -------------------------------------------------------------------------------- */

static void write_shop(struct json_writer *w, struct sitemonitor *sm, const struct shop *s)
{
	char id[ID_TEXT];
	struct series_summary sum = {.p95_1h_us = -1};
	json_t *spec = resource_spec(s->res);
	series_summary(sm->d->store, s->res->id, &sum);
	jw_object(w);
	jw_kv_str(w, "id", id_format(id, s->res->kind->prefix, s->res->id));
	jw_kv_str(w, "name", s->res->name);
	jw_kv_str(w, "state", monitor_state_name(s->state));
	write_us(w, "p95_24h_ms", s->p95_us >= 0 ? s->p95_us : sum.p95_1h_us);
	write_thousandths(w, "uptime_24h_pct",
			  sum.known_24h_ms > 0 ? sum.up_24h_ms * 100000 / sum.known_24h_ms : -1);
	jw_kv_str(w, "spark", sum.spark);
	jw_kv_str(w, "target", spec_text(s->res->kind, spec, "target"));
	jw_object_end(w);
	json_decref(spec);
}

void overview_members(struct json_writer *w, void *state)
{
	struct sitemonitor *sm = state;
	struct shops s;
	refresh_when_old(sm);
	find(sm, &s);
	jw_key(w, "shops");
	jw_array(w);
	for (size_t i = 0; i < s.n; i++)
		write_shop(w, sm, &s.all[i]);
	jw_array_end(w);
	windows_overview(w, sm);
	jw_kv_time(w, "last_checked_at", atomic_load(&sm->last_check_ms));
	release(&s);
}
