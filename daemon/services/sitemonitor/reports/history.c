/* A monitor's past: uptime, percentiles, points for a chart, incidents, and the last answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/figures.h"
#include "daemon/services/sitemonitor/query.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { POINTS_MAX = 1000, SAMPLES_MAX = 1000, INCIDENTS_MAX = 100 };
#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

const struct resource *route_monitor(struct sitemonitor *sm, const char *ref, struct error *e)
{
	const struct resource *m =
		ref && *ref ? resource_get(sm->d->store, &resource_monitor, ref) : NULL;
	if (!m) {
		error_set(e, ERR_NOT_FOUND, "there is no monitor \"%.63s\"", ref ? ref : "");
		error_hint(e, "see sellersmart monitor list");
	}
	return m;
}

/* ---- values --------------------------------------------------------------------------------- */

static void write_phases(struct json_writer *w, const int64_t us[PHASE_COUNT])
{
	jw_key(w, "phases_ms");
	jw_object(w);
	for (int i = 0; i < PHASE_COUNT; i++)
		write_us(w, phase_name((enum phase)i), us[i]);
	jw_object_end(w);
}

static void write_point(struct json_writer *w, const struct series_point *p)
{
	jw_object(w);
	jw_kv_time(w, "at", p->at_ms);
	write_us(w, "p50_ms", p->p50_us);
	write_us(w, "p95_ms", p->p95_us);
	write_us(w, "p99_ms", p->p99_us);
	write_uptime(w, "uptime_pct", p);
	jw_kv_int(w, "known_s", p->known_ms / 1000);
	jw_kv_int(w, "count", measured(p));
	jw_kv_int(w, "up", p->count[OUTCOME_UP]);
	jw_kv_int(w, "degraded", p->count[OUTCOME_DEGRADED]);
	jw_kv_int(w, "down", p->count[OUTCOME_DOWN]);
	jw_kv_int(w, "unknown", p->count[OUTCOME_UNKNOWN]);
	jw_kv_int(w, "maintenance", p->count[OUTCOME_MAINTENANCE]);
	jw_object_end(w);
}

enum { WINDOWS = 5 };
static const struct {
	const char *name;
	int days;
} windows[WINDOWS] = {{"24h", 1}, {"7d", 7}, {"30d", 30}, {"90d", 90}, {"365d", 365}};

/* "windows": the percentages alone; "uptime": how much of each window they speak of, too. */
static enum err write_windows(struct json_writer *w, struct sitemonitor *sm, uint64_t id,
			      int64_t now, struct error *e)
{
	struct series_point total[WINDOWS];
	for (size_t i = 0; i < WINDOWS; i++) {
		int64_t from = now - windows[i].days * DAY_MS;
		if (series_query(sm->d->store, id, from, now, 0, NULL, &total[i], e) < 0)
			return e->code ? e->code : ERR_STORE;
	}
	jw_key(w, "windows");
	jw_object(w);
	for (size_t i = 0; i < WINDOWS; i++)
		write_uptime(w, windows[i].name, &total[i]);
	jw_object_end(w);
	jw_key(w, "uptime");
	jw_object(w);
	for (size_t i = 0; i < WINDOWS; i++) {
		const struct series_point *p = &total[i];
		jw_key(w, windows[i].name);
		jw_object(w);
		write_uptime(w, "pct", p);
		jw_kv_int(w, "known_s", p->known_ms / 1000);
		jw_kv_fixed(w, "known_pct", p->known_ms * 100000 / p->span_ms, 3);
		jw_kv_int(w, "down_s", (p->known_ms - p->up_ms) / 1000);
		jw_object_end(w);
	}
	jw_object_end(w);
	return ERR_NONE;
}

/* ---- history -------------------------------------------------------------------------------- */

struct span {
	int64_t now, from, until;
	int64_t points;
	int64_t by_ms; /* an hour, a day; 0: as long as makes so many points */
};

static int64_t floor_to(int64_t v, int64_t unit)
{
	return v - v % unit;
}

/* Whole hours or days, of UTC. */
static bool take_by(struct request *r, struct span *s, struct error *e)
{
	const char *by = request_query(r, "by", NULL);
	if (!by)
		return true;
	s->by_ms = !strcmp(by, "hour") ? HOUR_MS : !strcmp(by, "day") ? DAY_MS : 0;
	if (!s->by_ms) {
		error_field(e, ERR_INVALID, "by", "by: hour or day, not \"%.40s\"", by);
		return false;
	}
	int64_t n = (floor_to(s->until, s->by_ms) - floor_to(s->from, s->by_ms)) / s->by_ms + 1;
	s->points = n;
	if (n <= POINTS_MAX)
		return true;
	error_field(e, ERR_INVALID, "by", "by: that are %lld rows, at most %d are given",
		    (long long)n, POINTS_MAX);
	error_hint(e, "ask for a shorter span, or by=day");
	return false;
}

static bool take_span(struct sitemonitor *sm, struct request *r, struct span *s, struct error *e)
{
	s->now = clock_wall_ms(sm->d->clock);
	s->by_ms = 0;
	if (!query_time(r, "since", "24h", s->now, &s->from, e) ||
	    !query_time(r, "until", "now", s->now, &s->until, e) ||
	    !query_number(r, "points", 120, POINTS_MAX, &s->points, e))
		return false;
	if (s->from < s->until)
		return take_by(r, s, e);
	error_field(e, ERR_INVALID, "until", "until: must be after since");
	return false;
}

/* What was measured at the very end belongs to the span. */
static int read_points(struct sitemonitor *sm, uint64_t id, const struct span *s,
		       struct series_point *points, struct series_point *total, struct error *e)
{
	struct series_point rows;
	int64_t from = s->from + 1, until = s->until + 1;
	if (!s->by_ms)
		return series_query(sm->d->store, id, from, until, (int)s->points, points, total,
				    e);
	/* The rows are whole hours or days, also the first and the last; the total is not. */
	int64_t first = floor_to(s->from, s->by_ms);
	int n = series_query(sm->d->store, id, from, until, 0, NULL, total, e);
	return n < 0 ? n
		     : series_query(sm->d->store, id, first, first + s->points * s->by_ms,
				    (int)s->points, points, &rows, e);
}

static enum err write_history(struct json_writer *w, struct sitemonitor *sm,
			      const struct resource *m, const struct span *s, struct error *e)
{
	struct series_point total, *points = mem_array(NULL, (size_t)s->points, sizeof(*points));
	int64_t until = s->until + 1;
	int n = read_points(sm, m->id, s, points, &total, e);
	enum err err = n < 0 ? (e->code ? e->code : ERR_STORE) : ERR_NONE;
	if (err)
		goto out;
	jw_object(w);
	jw_key(w, "data");
	jw_object(w);
	jw_kv_str(w, "monitor", m->name);
	jw_kv_time(w, "since", s->from);
	jw_kv_time(w, "until", s->until);
	jw_kv_int(w, "step_s", n ? points[0].span_ms / 1000 : (s->until - s->from) / 1000);
	write_uptime(w, "uptime_pct", &total);
	jw_kv_int(w, "known_s", total.known_ms / 1000);
	write_us(w, "p50_ms", total.p50_us);
	write_us(w, "p95_ms", total.p95_us);
	write_us(w, "p99_ms", total.p99_us);
	jw_kv_int(w, "count", measured(&total));
	write_phases(w, total.phase_us);
	err = write_windows(w, sm, m->id, s->now + 1, e);
	if (err)
		goto out;
	jw_key(w, "points");
	jw_array(w);
	for (int i = 0; i < n; i++)
		write_point(w, &points[i]);
	jw_array_end(w);
	jw_key(w, "incidents");
	jw_array(w);
	err = incidents_write_of(w, sm, m->id, s->from, until, INCIDENTS_MAX, e);
	jw_array_end(w);
	jw_object_end(w);
	jw_object_end(w);
out:
	free(points);
	return err;
}

struct answered route_history(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct json_writer w;
	struct error e = {0};
	struct span span;
	const char *ref = request_param(r, "ref");
	if (!ref)
		ref = request_query(r, "monitor", NULL);
	if (!ref) {
		error_field(&e, ERR_INVALID, "monitor", "monitor: missing");
		error_hint(&e, "add ?monitor=NAME");
		return reply_error(r, &e);
	}
	const struct resource *m = take_span(sm, r, &span, &e) ? route_monitor(sm, ref, &e) : NULL;
	if (!m)
		return reply_error(r, &e);
	jw_init(&w, reply_body(r));
	enum err err = write_history(&w, sm, m, &span, &e);
	resource_unref(m);
	if (!err)
		return reply_send(r, 200);
	buf_reset(reply_body(r));
	return reply_error(r, &e);
}

/* ---- last answers
 * -------------------------------------------------------------------------------- */

static void write_sample(struct json_writer *w, const struct sample *s, const char *message)
{
	bool phases = false;
	for (int i = 0; i < PHASE_COUNT; i++)
		phases |= s->phase_us[i] >= 0;
	jw_object(w);
	jw_kv_time(w, "at", s->at_ms);
	jw_kv_str(w, "outcome", outcome_name(s->outcome));
	write_us(w, "duration_ms", s->total_us);
	if (phases)
		write_phases(w, s->phase_us);
	if (message)
		jw_kv_str(w, "message", message);
	jw_object_end(w);
}

/* The message of the last answer is in memory only. */
static char *last_message(struct sitemonitor *sm, uint64_t id, int64_t at_ms)
{
	table_lock(&sm->table);
	const struct monitor *m = table_find(&sm->table, id);
	char *text = m && m->shown.last_ms == at_ms && m->shown.message
			     ? mem_strdup(m->shown.message)
			     : NULL;
	table_unlock(&sm->table);
	return text;
}

struct answered route_samples(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct json_writer w;
	struct error e = {0};
	int64_t limit;
	int n;
	const struct resource *m = query_number(r, "limit", 50, SAMPLES_MAX, &limit, &e)
					   ? route_monitor(sm, request_param(r, "ref"), &e)
					   : NULL;
	if (!m)
		return reply_error(r, &e);
	struct sample *samples = mem_array(NULL, (size_t)limit, sizeof(*samples));
	n = series_latest(sm->d->store, m->id, (int)limit, samples, &e);
	char *message = n > 0 ? last_message(sm, m->id, samples[0].at_ms) : NULL;
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_array(&w);
	for (int i = 0; i < n; i++)
		write_sample(&w, &samples[i], i == 0 ? message : NULL);
	jw_array_end(&w);
	jw_object_end(&w);
	free(message);
	free(samples);
	resource_unref(m);
	if (n >= 0)
		return reply_send(r, 200);
	buf_reset(reply_body(r));
	return reply_error(r, &e);
}
