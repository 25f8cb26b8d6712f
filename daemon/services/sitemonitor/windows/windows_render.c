/* Windows as the API shows them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { PREVIEW_MAX = 100, WALL_TEXT = 64 };

/* ---- texts ---------------------------------------------------------------------------------- */

static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

/* "2026-12-01T02:30:00+01:00" */
static const char *wall_rfc3339(char out[static WALL_TEXT], const struct tz *z, int64_t ms)
{
	struct tz_civil c;
	int offset = tz_offset_s(z, ms, NULL) / 60, size = offset < 0 ? -offset : offset;
	tz_civil_from_ms(z, ms, &c);
	snprintf(out, WALL_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", c.year, c.month, c.day,
		 c.hour, c.minute, c.second, offset < 0 ? '-' : '+', size / 60, size % 60);
	return out;
}

/* "Tue 2026-12-01 02:30 CET" */
static const char *wall_words(char out[static WALL_TEXT], const struct tz *z, int64_t ms)
{
	struct tz_civil c;
	const char *abbr = "";
	tz_civil_from_ms(z, ms, &c);
	tz_offset_s(z, ms, &abbr);
	snprintf(out, WALL_TEXT, "%s %04d-%02d-%02d %02d:%02d %s", days[c.weekday], c.year, c.month,
		 c.day, c.hour, c.minute, abbr);
	return out;
}

static const char *state_of(const struct window *w)
{
	return w->paused ? "paused" : w->open ? "running" : w->n_next ? "waits" : "over";
}

/* ---- beside the resource -------------------------------------------------------------------- */

static void write_next(struct json_writer *w, const struct window *win)
{
	char text[WALL_TEXT];
	jw_key(w, "next");
	jw_array(w);
	for (size_t i = 0; i < win->n_next; i++)
		jw_str(w, wall_words(text, recurrence_zone(win->when), win->next[i].start_ms));
	jw_array_end(w);
}

void window_live(struct json_writer *w, const struct resource *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	table_lock(&sm->table);
	const struct window *win = windows_find(sm, r->id);
	if (win) {
		const char *rule = spec_text(r->kind, win->spec, "rrule");
		const char *cron = spec_text(r->kind, win->spec, "cron");
		jw_kv_str(w, "state", state_of(win));
		jw_kv_str(w, "schedule",
			  rule   ? rule
			  : cron ? cron
				 : spec_text(r->kind, win->spec, "start"));
		jw_kv_time(w, "started_at", win->open ? win->now.start_ms : 0);
		jw_kv_time(w, "ends_at", win->open ? win->now.end_ms : 0);
		jw_kv_time(w, "next_at", win->n_next && !win->paused ? win->next[0].start_ms : 0);
		jw_key(w, "covered");
		if (win->open)
			jw_int(w, (int64_t)win->covers);
		else
			jw_null(w);
		write_next(w, win);
	}
	table_unlock(&sm->table);
}

bool window_rank(const struct resource *r, const char *sort, int64_t *key, void *ctx)
{
	struct sitemonitor *sm = ctx;
	if (strcmp(sort, "next"))
		return false;
	table_lock(&sm->table);
	const struct window *w = windows_find(sm, r->id);
	*key = !w || (!w->open && !w->n_next) ? INT64_MAX
	       : w->open                      ? w->now.start_ms
					      : w->next[0].start_ms;
	table_unlock(&sm->table);
	return true;
}

const char *window_filter(const struct resource *r, const char *name, char *out, void *ctx)
{
	struct sitemonitor *sm = ctx;
	if (strcmp(name, "state"))
		return NULL;
	table_lock(&sm->table);
	const struct window *w = windows_find(sm, r->id);
	snprintf(out, 64, "%s", w ? state_of(w) : "over");
	table_unlock(&sm->table);
	return out;
}

void windows_overview(struct json_writer *w, struct sitemonitor *sm)
{
	char text[WALL_TEXT];
	jw_key(w, "maintenance");
	jw_array(w);
	table_lock(&sm->table);
	for (size_t i = 0; i < sm->windows.n; i++) {
		const struct window *win = sm->windows.all[i];
		if (!win->open)
			continue;
		jw_object(w);
		jw_kv_str(w, "name", win->res->name);
		jw_kv_time(w, "ends_at", win->now.end_ms);
		jw_kv_str(w, "until",
			  wall_words(text, recurrence_zone(win->when), win->now.end_ms));
		jw_kv_int(w, "covered", (int64_t)win->covers);
		jw_object_end(w);
	}
	table_unlock(&sm->table);
	jw_array_end(w);
}

/* ---- routes --------------------------------------------------------------------------------- */

static const struct resource *route_window(struct sitemonitor *sm, struct request *r,
					   struct error *e)
{
	const char *ref = request_param(r, "ref");
	const struct resource *res = resource_get(sm->d->store, &resource_maintenance, ref);
	if (!res) {
		error_set(e, ERR_NOT_FOUND, "there is no maintenance window \"%.63s\"", ref);
		error_hint(e, "see sellersmart maintenance list");
	}
	return res;
}

static void write_occurrence(struct json_writer *w, const struct tz *z, const struct occurrence *o)
{
	char text[WALL_TEXT], note[OCCURRENCE_NOTE], length[DURATION_TEXT];
	struct tz_civil c;
	tz_civil_from_ms(z, o->start_ms, &c);
	jw_object(w);
	jw_kv_str(w, "day", days[c.weekday]);
	jw_kv_str(w, "starts", wall_rfc3339(text, z, o->start_ms));
	jw_kv_str(w, "ends", wall_rfc3339(text, z, o->end_ms));
	jw_kv_time(w, "utc", o->start_ms);
	jw_kv_str(w, "for", duration_format(length, o->end_ms - o->start_ms));
	jw_kv_str(w, "note", occurrence_note(z, o, note));
	jw_object_end(w);
}

struct answered route_window_preview(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	struct json_writer w;
	struct occurrence o;
	char *end;
	const char *count = request_query(r, "count", "5");
	long n = strtol(count, &end, 10);
	if (!*count || *end || n < 1 || n > PREVIEW_MAX) {
		error_field(&e, ERR_INVALID, "count", "count: \"%.32s\" is not 1..%d", count,
			    PREVIEW_MAX);
		return reply_error(r, &e);
	}
	const struct resource *res = route_window(sm, r, &e);
	if (!res)
		return reply_error(r, &e);
	json_t *spec = resource_spec(res);
	struct recurrence *when = window_recurrence(spec, &e);
	json_decref(spec);
	resource_unref(res);
	if (!when)
		return reply_error(r, &e);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_array(&w);
	int64_t after = clock_wall_ms(sm->d->clock);
	for (; n > 0 && recurrence_next(when, after, &o); n--) {
		write_occurrence(&w, recurrence_zone(when), &o);
		after = o.start_ms;
	}
	jw_array_end(&w);
	jw_object_end(&w);
	recurrence_free(when);
	return reply_send(r, 200);
}

static void look_again(void *sm)
{
	windows_look(sm);
}

/* The one that is open ends now, for good: also for a daemon that starts before its time is over.
 */
struct answered route_window_end(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	struct json_writer w;
	const struct resource *res = route_window(sm, r, &e);
	if (!res)
		return reply_error(r, &e);
	table_lock(&sm->table);
	struct window *win = windows_find(sm, res->id);
	int64_t start = win && win->open ? win->now.start_ms : 0;
	table_unlock(&sm->table);
	if (!start) {
		error_set(&e, ERR_INVALID, "%s is not running", res->name);
		error_hint(&e, "sellersmart maintenance preview %s shows when it is", res->name);
	} else if (!window_keep_ended(sm, res->id, start, &e)) {
		table_lock(&sm->table);
		win = windows_find(sm, res->id);
		if (win)
			win->ended_ms = start;
		if (win)
			window_look(win, clock_wall_ms(sm->d->clock));
		sm->windows.changed = true;
		table_unlock(&sm->table);
		pthread_mutex_lock(&sm->lock);
		if (!sm->stopped)
			loop_post(sm->d->net, look_again, sm);
		pthread_mutex_unlock(&sm->lock);
		jw_init(&w, reply_body(r));
		jw_object(&w);
		jw_key(&w, "data");
		render_object(&w, sm, res, window_live);
		jw_object_end(&w);
	}
	resource_unref(res);
	return e.code ? reply_error(r, &e) : reply_send(r, 200);
}
