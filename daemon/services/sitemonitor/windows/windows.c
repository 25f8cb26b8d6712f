/* The list of windows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"

struct recurrence *window_recurrence(const json_t *spec, struct error *e)
{
	const struct resource_kind *k = &resource_maintenance;
	const struct recurrence_spec s = {
		.cron = spec_text(k, spec, "cron"),
		.rrule = spec_text(k, spec, "rrule"),
		.start = spec_text(k, spec, "start"),
		.end = spec_text(k, spec, "end"),
		.until = spec_text(k, spec, "until"),
		.zone = spec_text(k, spec, "zone"),
		.for_ms = spec_ms(k, spec, "for"),
	};
	return recurrence_new(&s, e);
}

/* ---- one ------------------------------------------------------------------------------------ */

static struct window *window_new(const struct resource *r)
{
	struct window *w = mem_zalloc(sizeof(*w));
	struct error e = {0};
	w->res = resource_ref(r);
	w->spec = resource_spec(r);
	w->tags = spec_value(r->kind, w->spec, "tags");
	w->monitors = spec_value(r->kind, w->spec, "monitors");
	w->all = spec_bool(r->kind, w->spec, "all");
	w->paused = spec_bool(r->kind, w->spec, "paused");
	w->when = window_recurrence(w->spec, &e);
	if (!w->when)
		log_warn("sitemonitor", "the maintenance window %s opens never: %s", r->name,
			 e.text);
	return w;
}

void window_free(struct window *w)
{
	recurrence_free(w->when);
	json_decref(w->spec);
	resource_unref(w->res);
	free(w);
}

void window_look(struct window *w, int64_t now_ms)
{
	struct occurrence o;
	int64_t after = now_ms;
	w->open = w->when && !w->paused && recurrence_at(w->when, now_ms, &o) &&
		  (!w->ended_ms || o.start_ms > w->ended_ms);
	if (w->open)
		w->now = o;
	bool still =
		w->looked_ms && w->looked_ms <= now_ms && w->n_next && w->next[0].start_ms > now_ms;
	w->looked_ms = now_ms;
	if (still)
		return;
	w->n_next = 0;
	while (w->when && w->n_next < WINDOWS_AHEAD && recurrence_next(w->when, after, &o)) {
		w->next[w->n_next++] = o;
		after = o.start_ms;
	}
}

static bool has(const json_t *names, const char *name, size_t len)
{
	for (size_t i = 0; i < json_array_size(names); i++) {
		const json_t *v = json_array_get(names, i);
		if (json_string_length(v) == len && !memcmp(json_string_value(v), name, len))
			return true;
	}
	return false;
}

/* A canonical spec is our own compact text, and in it a quote inside a string is escaped: so the
 * member is found without parsing. */
static bool has_tag(const json_t *tags, const char *spec)
{
	static const char member[] = "\"tags\":[";
	const char *at = strstr(spec, member);
	for (at = at ? at + sizeof(member) - 1 : NULL; at && *at == '"';) {
		size_t len = strcspn(++at, "\"");
		if (has(tags, at, len))
			return true;
		at += len + 1;
		at += *at == ',';
	}
	return false;
}

bool window_covers(const struct window *w, const struct resource *monitor)
{
	return w->all || (w->monitors && has(w->monitors, monitor->name, strlen(monitor->name))) ||
	       (w->tags && has_tag(w->tags, monitor->spec));
}

/* ---- all ------------------------------------------------------------------------------------ */

struct window *windows_find(const struct sitemonitor *sm, uint64_t id)
{
	for (size_t i = 0; i < sm->windows.n; i++)
		if (sm->windows.all[i]->res->id == id)
			return sm->windows.all[i];
	return NULL;
}

static void append(struct window ***list, size_t *n, struct window *w)
{
	*list = mem_array(*list, *n + 1, sizeof(**list));
	(*list)[(*n)++] = w;
}

void windows_enter(struct sitemonitor *sm, const struct resource *r)
{
	struct windows *ws = &sm->windows;
	struct window *w = window_new(r), *old = NULL;
	int64_t now = clock_wall_ms(sm->d->clock);
	window_look(w, now); /* the long part, not under the lock */
	table_lock(&sm->table);
	for (size_t i = 0; i < ws->n && !old; i++) {
		if (ws->all[i]->res->id == r->id) {
			old = ws->all[i];
			w->told = old->told;
			w->ended_ms = old->ended_ms;
			window_look(w, now);
			ws->all[i] = w;
		}
	}
	if (!old)
		append(&ws->all, &ws->n, w);
	ws->changed = true;
	table_unlock(&sm->table);
	if (old)
		window_free(old);
}

void windows_leave(struct sitemonitor *sm, uint64_t id)
{
	struct windows *ws = &sm->windows;
	table_lock(&sm->table);
	for (size_t i = 0; i < ws->n; i++) {
		if (ws->all[i]->res->id == id) {
			append(&ws->gone, &ws->n_gone, ws->all[i]);
			ws->all[i] = ws->all[--ws->n];
			ws->changed = true;
			break;
		}
	}
	table_unlock(&sm->table);
}

void windows_load(struct sitemonitor *sm)
{
	size_t n = 0;
	const struct resource **all = resource_list(sm->d->store, &resource_maintenance, &n);
	for (size_t i = 0; i < n; i++) {
		windows_enter(sm, all[i]);
		struct window *w = windows_find(sm, all[i]->id);
		w->ended_ms = window_ended(sm, all[i]->id);
		window_look(w, clock_wall_ms(sm->d->clock));
		resource_unref(all[i]);
	}
	free(all);
}

void windows_fini(struct sitemonitor *sm)
{
	struct windows *ws = &sm->windows;
	for (size_t i = 0; i < ws->n; i++)
		window_free(ws->all[i]);
	for (size_t i = 0; i < ws->n_gone; i++)
		window_free(ws->gone[i]);
	free(ws->all);
	free(ws->gone);
	free(ws->ids);
	*ws = (struct windows){0};
}
