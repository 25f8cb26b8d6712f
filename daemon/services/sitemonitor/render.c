/* A monitor as the API shows it. Any thread; what is shown is copied under the table's lock. */
#include <stdio.h>
#include <string.h>

#include "daemon/services/sitemonitor/reports/budgets.h"
#include "daemon/services/sitemonitor/depends.h"
#include "daemon/services/sitemonitor/figures.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "daemon/services/sitemonitor/windows/windows.h"
#include "daemon/store/secrets.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { STEPPED_MS = 2000, DAY_MS = 86400000 };

int64_t shown_since_ms(const struct sitemonitor *sm, const struct shown *s)
{
	int64_t wall = clock_wall_ms(sm->d->clock);
	int64_t by_boot = wall - (now_boot(sm) - s->since.boot_ms);
	int64_t differs = by_boot > s->since.wall_ms ? by_boot - s->since.wall_ms
						     : s->since.wall_ms - by_boot;
	if (s->since.boot_ms && s->since.wall_ms > wall && differs > STEPPED_MS)
		return by_boot < wall ? by_boot : wall;
	return s->since.wall_ms;
}

static void write_last(struct json_writer *w, const struct shown *s)
{
	jw_key(w, "last");
	if (!s->last_ms) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kv_time(w, "at", s->last_ms);
	jw_kv_str(w, "outcome", outcome_name(s->last_outcome));
	write_us(w, "duration_ms", s->last_us);
	jw_key(w, "phases_ms");
	jw_object(w);
	for (int i = 0; i < PHASE_COUNT; i++)
		write_us(w, phase_name((enum phase)i), s->phase_us[i]);
	jw_object_end(w);
	jw_kv_str(w, "message", s->message);
	jw_kv_str(w, "address", s->address);
	if (s->way && s->way->redirects) {
		jw_key(w, "redirects");
		jw_raw(w, s->way->redirects, strlen(s->way->redirects));
		jw_kv_str(w, "final_url", s->way->final_url);
	}
	if (s->way && s->way->steps) {
		jw_key(w, "steps");
		jw_raw(w, s->way->steps, strlen(s->way->steps));
	}
	jw_object_end(w);
}

static void write_summary(struct json_writer *w, struct sitemonitor *sm, uint64_t id)
{
	struct series_summary sum;
	bool known = series_summary(sm->d->store, id, &sum);
	write_us(w, "p50_1h_ms", known ? sum.p50_1h_us : -1);
	write_us(w, "p95_1h_ms", known ? sum.p95_1h_us : -1);
	if (known && sum.known_24h_ms > 0) {
		jw_kv_fixed(w, "uptime_24h_pct", sum.up_24h_ms * 100000 / sum.known_24h_ms, 3);
	} else {
		jw_key(w, "uptime_24h_pct");
		jw_null(w);
	}
	jw_kv_str(w, "spark", known ? sum.spark : "                        ");
}

/* As it was seen at the last full handshake, but for the days that are left of it now. Its texts
 * escape their quotes, so a member's name is found nowhere else. */
static void write_certificate(struct json_writer *w, const char *json, int64_t now_ms)
{
	static const char end[] = "\"not_after\":\"", left[] = "\"days_left\":";
	const char *ends = strstr(json, end), *days = strstr(json, left);
	char when[TIME_TEXT];
	int64_t at;
	struct buf out = BUF_INIT(strlen(json) + 32);
	snprintf(when, sizeof(when), "%.*s", ends ? (int)strcspn(ends + sizeof(end) - 1, "\"") : 0,
		 ends ? ends + sizeof(end) - 1 : "");
	if (!days || !time_parse(when, &at)) {
		jw_raw(w, json, strlen(json));
		return;
	}
	days += sizeof(left) - 1;
	int64_t ms = at - now_ms;
	buf_printf(&out, "%.*s%lld%s", (int)(days - json), json,
		   (long long)(ms < 0 ? -((-ms + DAY_MS - 1) / DAY_MS) : ms / DAY_MS),
		   days + strspn(days, "-0123456789"));
	jw_raw(w, buf_str(&out), out.len);
	buf_fini(&out);
}

struct waits {
	struct store *store;
	char text[NAME_MAX_BYTES * 2 + 64]; /* "": for nothing */
};

static void look_for_secret(const char *name, void *arg)
{
	struct waits *waits = arg;
	if (!waits->text[0] && !secret_exists(waits->store, name))
		snprintf(waits->text, sizeof(waits->text),
			 "waits for the secret %s: sellersmart secret set %s < file", name, name);
}

/* Of a monitor that is paused. Not under the table's lock: the store has locks of its own. */
static void find_missing_secret(struct waits *waits, const struct resource *r)
{
	if (!strstr(r->spec, "\"secret\""))
		return;
	json_t *spec = resource_spec(r);
	if (spec_bool(r->kind, spec, "paused"))
		spec_each_secret(spec, look_for_secret, waits);
	json_decref(spec);
}

static void write_shown(struct json_writer *w, struct sitemonitor *sm, const struct monitor *m,
			const char *waits)
{
	const struct shown *s = &m->shown;
	char id[ID_TEXT], key[PING_KEY_TEXT], url[PING_KEY_TEXT + 8];
	int64_t next = s->next_boot_ms;
	jw_kv_str(w, "state", monitor_state_name(s->state));
	jw_kv_time(w, "since", shown_since_ms(sm, s));
	const char *cover = depends_cover(m);
	char behind[96];
	snprintf(behind, sizeof(behind), "%s is down", cover ? cover : "");
	jw_kv_str(w, "reason",
		  cover                                ? behind
		  : s->state == STATE_PAUSED && *waits ? waits
						       : s->reason);
	jw_kv_str(w, "behind", cover);
	if (m->kin && m->kin->behind)
		jw_kv_int(w, "behind_it", (int64_t)m->kin->behind);
	write_last(w, s);
	jw_kv_time(w, "next_at", next ? clock_wall_ms(sm->d->clock) + next - now_boot(sm) : 0);
	jw_key(w, "streak");
	jw_object(w);
	jw_kv_int(w, "fails", s->fails);
	jw_kv_int(w, "oks", s->oks);
	jw_object_end(w);
	jw_key(w, "certificate");
	if (s->certificate)
		write_certificate(w, s->certificate, clock_wall_ms(sm->d->clock));
	else
		jw_null(w);
	/* The maintenance; else of a monitor that is about just that: others have it in their
	 * certificate. */
	jw_kv_time(w, "ends_at",
		   s->state == STATE_MAINTENANCE ? windows_end_ms(sm, m)
		   : s->about_end                ? s->ends_ms
						 : 0);
	budget_write(w, s);
	jw_kv_str(w, "incident", s->incident ? id_format(id, "inc", s->incident) : NULL);
	if (s->is_heartbeat) {
		ping_key_text(m->address->key, key);
		snprintf(url, sizeof(url), "/ping/%s", key);
		jw_kv_str(w, "ping_url", url);
		jw_kv_time(w, "deadline_at", s->deadline_ms);
	}
}

void render_live(struct json_writer *w, const struct resource *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct waits waits = {.store = sm->d->store};
	find_missing_secret(&waits, r);
	table_lock(&sm->table);
	const struct monitor *m = table_find(&sm->table, r->id);
	if (m)
		write_shown(w, sm, m, waits.text);
	table_unlock(&sm->table);
	if (m)
		write_summary(w, sm, r->id);
}

void render_object(struct json_writer *w, struct sitemonitor *sm, const struct resource *r,
		   void (*live)(struct json_writer *w, const struct resource *r, void *ctx))
{
	char id[ID_TEXT];
	json_t *spec = resource_spec(r);
	jw_object(w);
	jw_kv_str(w, "kind", r->kind->kind);
	jw_kv_str(w, "id", id_format(id, r->kind->prefix, r->id));
	jw_kv_str(w, "name", r->name);
	jw_key(w, "labels");
	jw_raw(w, r->labels, strlen(r->labels));
	jw_kv_int(w, "version", (int64_t)r->version);
	jw_kv_time(w, "created_at", r->created_ms);
	jw_kv_time(w, "updated_at", r->updated_ms);
	spec_write_effective(w, r->kind, spec);
	live(w, r, sm);
	jw_object_end(w);
	json_decref(spec);
}

void render_monitor(struct json_writer *w, struct sitemonitor *sm, const struct resource *r)
{
	render_object(w, sm, r, render_live);
}

/* ---- lists
 * --------------------------------------------------------------------------------------- */

/* What needs a person first; not alphabetical, not the order of the enum. */
static int worst(enum monitor_state s)
{
	switch (s) {
	case STATE_DOWN: return 0;
	case STATE_PENDING: return 1;
	case STATE_FLAPPING: return 2;
	case STATE_UNKNOWN: return 3;
	case STATE_DEGRADED: return 4;
	case STATE_NEW: return 5;
	case STATE_MAINTENANCE: return 6;
	case STATE_UP: return 7;
	case STATE_PAUSED: return 8;
	case STATE_COUNT: break;
	}
	return 9;
}

bool render_rank(const struct resource *r, const char *sort, int64_t *key, void *ctx)
{
	struct sitemonitor *sm = ctx;
	bool by_state = !strcmp(sort, "worst") || !strcmp(sort, "state");
	bool by_budget = !strcmp(sort, "budget");
	bool by_since = !strcmp(sort, "since"), by_p95 = !strcmp(sort, "p95");
	struct series_summary sum;
	if (!by_state && !by_since && !by_p95 && !by_budget && strcmp(sort, "uptime"))
		return false;
	if (by_state || by_since || by_budget) {
		table_lock(&sm->table);
		const struct monitor *m = table_find(&sm->table, r->id);
		enum monitor_state s = m ? m->shown.state : STATE_NEW;
		int64_t since = m ? m->shown.since.wall_ms : 0;
		int64_t budget = m ? budget_rank(&m->shown) : INT64_MAX;
		table_unlock(&sm->table);
		*key = by_budget ? budget : by_since ? since : (int64_t)worst(s) << 48;
		if (by_state && !strcmp(sort, "worst") && worst(s) < worst(STATE_NEW))
			*key += since; /* the oldest trouble first; what is fine goes by name */
		return true;
	}
	bool known = series_summary(sm->d->store, r->id, &sum);
	if (by_p95)
		*key = known && sum.p95_1h_us >= 0 ? sum.p95_1h_us : INT64_MAX;
	else
		*key = known && sum.known_24h_ms > 0 ? sum.up_24h_ms * 1000000 / sum.known_24h_ms
						     : INT64_MAX;
	return true;
}

const char *render_filter(const struct resource *r, const char *name, char *out, void *ctx)
{
	struct sitemonitor *sm = ctx;
	bool budget = !strcmp(name, "budget"), related = !strcmp(name, "related");
	if (!budget && !related && strcmp(name, "state"))
		return NULL;
	table_lock(&sm->table);
	const struct monitor *m = table_find(&sm->table, r->id);
	if (related)
		snprintf(out, 64, "%s", m && depends_related(m) ? "true" : "false");
	else if (budget)
		snprintf(out, 64, "%s",
			 m && m->shown.budget ? budget_state_name(m->shown.budget->now.state)
					      : "none");
	else
		snprintf(out, 64, "%s", monitor_state_name(m ? m->shown.state : STATE_NEW));
	table_unlock(&sm->table);
	return out;
}

static void count_state(struct monitor *m, void *arg)
{
	((size_t *)arg)[m->shown.state]++;
}

void render_counts(struct json_writer *w, struct sitemonitor *sm)
{
	size_t counts[STATE_COUNT] = {0};
	table_lock(&sm->table);
	table_each(&sm->table, count_state, counts);
	table_unlock(&sm->table);
	jw_object(w);
	for (int i = 0; i < STATE_COUNT; i++)
		jw_kv_int(w, monitor_state_name((enum monitor_state)i), (int64_t)counts[i]);
	jw_object_end(w);
}

void render_meta(struct json_writer *w, void *ctx)
{
	jw_key(w, "counts");
	render_counts(w, ctx);
}
