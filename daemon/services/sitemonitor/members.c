/* Monitors come, change and go. On the net loop. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/services/sitemonitor/reports/badges.h"
#include "daemon/api/text.h"
#include "daemon/services/sitemonitor/reports/budgets.h"
#include "daemon/services/sitemonitor/depends.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"

/* So many that wait are a file that was applied, not a person who looks on: the next ones take
 * their turn within the interval, as they will ever after. */
enum { CROWD = 200 };

static bool is_crowded(const struct sitemonitor *sm)
{
	return limits_waiting(sm->limits) >= CROWD || sm->journal.n >= CROWD;
}

/* ---- configuration of one monitor ----------------------------------------------------------- */

void monitor_config_drop(struct monitor *m)
{
	if (m->config && m->type)
		m->type->config_free(m->config);
	m->config = NULL;
}

struct first_bad *monitor_bad(struct monitor *m)
{
	if (!m->bad)
		m->bad = mem_zalloc(sizeof(*m->bad));
	return m->bad;
}

void monitor_forget_bad(struct sitemonitor *sm, struct monitor *m)
{
	if (!m->bad)
		return;
	texts_set(&sm->texts, &m->bad->cause, NULL);
	texts_set(&sm->texts, &m->bad->message, NULL);
	free(m->bad->evidence);
	free(m->bad);
	m->bad = NULL;
}

void monitor_check_drop(struct monitor *m)
{
	monitor_config_drop(m);
	if (m->memory && m->type->memory_free)
		m->type->memory_free(m->memory);
	m->memory = NULL;
}

static uint16_t spec_count(const json_t *spec, const char *field)
{
	int64_t n = spec_int(&resource_monitor, spec, field);
	return n < 1 ? 1 : n > UINT16_MAX ? UINT16_MAX : (uint16_t)n;
}

/* Up to 49 days. */
static uint32_t kept_ms(int64_t ms)
{
	return ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

void engine_configure(struct monitor *m, const struct resource *r)
{
	json_t *spec = resource_spec(r);
	if (!monitor_runs(m)) /* else it is in use until the answer comes */
		monitor_check_drop(m);
	const struct variant *variant = resource_variant(&resource_monitor, spec);
	m->shown.type = variant ? variant->name : "";
	m->shown.http = !strcmp(m->shown.type, "http");
	int64_t interval_ms = spec_ms(&resource_monitor, spec, "interval");
	int64_t retry_ms = spec_ms(&resource_monitor, spec, "retry_interval");
	if (interval_ms < 1)
		interval_ms = 60000;
	m->interval_ms = kept_ms(interval_ms);
	m->retry_ms = kept_ms(retry_ms < 1 || retry_ms > interval_ms ? interval_ms : retry_ms);
	m->timeout_ms = kept_ms(spec_ms(&resource_monitor, spec, "timeout"));
	m->shown.rules = (struct rules){
		.failures = spec_count(spec, "failures"),
		.recoveries = spec_count(spec, "recoveries"),
		.slow_after = spec_count(spec, "failures"),
		/* each run of a job that failed is news of its own */
		.flaps = strcmp(m->shown.type, "heartbeat") != 0,
	};
	m->shown.is_domain = !strcmp(m->shown.type, "domain");
	m->shown.about_end = m->shown.is_domain || !strcmp(m->shown.type, "tls");
	const char *days_field = m->shown.is_domain ? "domain_days" : "cert_days";
	int64_t days = spec_int(&resource_monitor, spec, days_field);
	m->shown.end_asked = json_object_get(spec, days_field) != NULL;
	m->shown.end_days = days < 1 ? 0 : days > UINT16_MAX ? UINT16_MAX : (uint16_t)days;
	m->due.fire = engine_fire;
	budget_configure(m, spec);
	json_decref(spec);
	engine_label(m, r);
}

void engine_label(struct monitor *m, const struct resource *r)
{
	m->shown.own = text_equals(text_member(r->labels, "owner"), "mine");
}

void monitor_free(struct sitemonitor *sm, struct monitor *m)
{
	monitor_check_drop(m);
	resource_unref(m->res);
	heartbeat_free(m->beat);
	free(m->address);
	texts_set(&sm->texts, &m->shown.reason, NULL);
	texts_set(&sm->texts, &m->shown.message, NULL);
	texts_set(&sm->texts, &m->shown.cause, NULL);
	texts_set(&sm->texts, &m->shown.address, NULL);
	evidence_way_free(m->shown.way);
	free(m->shown.certificate);
	free(m->shown.budget);
	free(m->good);
	monitor_forget_bad(sm, m);
	free(m);
}

/* ---- monitors come, change and go ----------------------------------------------------------- */

static void replace_resource(struct sitemonitor *sm, struct monitor *m, const struct resource *r)
{
	table_lock(&sm->table);
	const struct resource *old = m->res;
	m->res = resource_ref(r);
	engine_label(m, r);
	table_unlock(&sm->table);
	resource_unref(old);
	if (m->due.fire)
		windows_of(sm, m);
}

static bool same_check(const struct resource *a, const struct resource *b)
{
	return !strcmp(a->spec, b->spec);
}

void engine_update(struct sitemonitor *sm, const struct resource *r)
{
	bool paused = monitor_is_paused(r);
	table_lock(&sm->table);
	struct monitor *m = table_find(&sm->table, r->id);
	table_unlock(&sm->table);
	if (!m || (m->due.fire && m->res->version >= r->version))
		return;
	bool first = !m->due.fire, changed = first || !same_check(m->res, r);
	replace_resource(sm, m, r);
	if (!changed)
		return;
	table_lock(&sm->table);
	engine_configure(m, r);
	if (first)
		m->track.base_since = now_moment(sm);
	table_unlock(&sm->table);
	heartbeat_configure(sm, m);
	depends_update(sm, m);
	bool was_paused = m->track.hold == STATE_PAUSED;
	engine_discard_run(sm, m, !paused);
	if (paused != was_paused)
		verdict_hold(sm, m, paused ? STATE_PAUSED : STATE_NEW, NULL);
	windows_of(sm, m);
	if (m->beat || paused)
		engine_schedule(sm, m);
	else if (first && is_crowded(sm))
		engine_take_turn(sm, m);
	else
		engine_check_now(sm, m); /* later, when one runs: see again */
	verdict_show(sm, m);
	if (m->shown.budget)
		budgets_want(sm);
	live_list(sm->d->live, "monitor");
}

void engine_remove(struct sitemonitor *sm, uint64_t id)
{
	table_lock(&sm->table);
	struct monitor *m = table_find(&sm->table, id);
	if (m)
		table_remove(&sm->table, m);
	table_unlock(&sm->table);
	if (!m)
		return;
	badges_forget(sm, id);
	due_clear(sm, &m->due);
	depends_remove(sm, m);
	batch_forget(sm, m);
	versions_forget(sm, id);
	waiters_refuse(sm, m, ERR_NOT_FOUND, "the monitor was deleted meanwhile");
	if (m->once_pending)
		once_look(sm, m);
	if (sm->running)
		forget_submit(sm, id);
	m->removed = true;
	engine_stop_waiting(sm, m);
	if (!monitor_runs(m))
		monitor_free(sm, m);
	else if (sm->running)
		engine_cancel_run(sm, m); /* its end frees it */
}

void engine_secrets_changed(struct sitemonitor *sm)
{
	size_t n = 0;
	struct monitor **all = members_all(sm, &n);
	for (size_t i = 0; i < n; i++) {
		struct monitor *m = all[i];
		if (!strstr(m->res->spec, "\"secret\""))
			continue;
		if (engine_is_busy(m))
			engine_discard_run(sm, m, true);
		else
			monitor_config_drop(m);
		if (m->track.hold != STATE_PAUSED)
			engine_check_now(sm, m);
	}
	free(all);
}

/* ---- all of them ---------------------------------------------------------------------------- */

struct collection {
	struct monitor **all;
	size_t n;
};

static void collect(struct monitor *m, void *arg)
{
	struct collection *c = arg;
	if (m->due.fire)
		c->all[c->n++] = m;
}

struct monitor **members_all(struct sitemonitor *sm, size_t *n)
{
	struct collection c = {0};
	table_lock(&sm->table);
	c.all = mem_array(NULL, sm->table.n + 1, sizeof(*c.all));
	table_each(&sm->table, collect, &c);
	table_unlock(&sm->table);
	*n = c.n;
	return c.all;
}
