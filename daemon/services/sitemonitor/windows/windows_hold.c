/* Windows open and close, and what follows for monitors. On the net loop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"

enum {
	SLICE = 1000,                /* monitors looked at in one turn: a few milliseconds */
	RECOUNT_MS = 1000,           /* after a monitor changed, while a window is open */
	LOOK_AGAIN_MS = 12 * 3600000 /* at the latest */
};

/* ---- one monitor ---------------------------------------------------------------------------- */

/* Of several windows the one that ends last counts. */
static const struct window *last_of(struct sitemonitor *sm, const struct monitor *m, bool counting)
{
	const struct window *last = NULL;
	for (size_t i = 0; i < sm->windows.n; i++) {
		struct window *w = sm->windows.all[i];
		if (!w->open || !window_covers(w, m->res))
			continue;
		if (counting)
			w->counts++;
		if (!last || w->now.end_ms > last->now.end_ms)
			last = w;
	}
	return last;
}

int64_t windows_end_ms(struct sitemonitor *sm, const struct monitor *m)
{
	const struct window *last = last_of(sm, m, false);
	return last ? last->now.end_ms : 0;
}

static bool covered(struct sitemonitor *sm, const struct monitor *m, bool counting, char *why,
		    size_t cap)
{
	struct tz_civil c;
	const char *abbr = "";
	table_lock(&sm->table);
	const struct window *last = last_of(sm, m, counting);
	if (last) {
		const struct tz *z = recurrence_zone(last->when);
		tz_civil_from_ms(z, last->now.end_ms, &c);
		tz_offset_s(z, last->now.end_ms, &abbr);
		snprintf(why, cap, "until %02d:%02d %s: %.63s", c.hour, c.minute, abbr,
			 last->res->name);
	}
	table_unlock(&sm->table);
	return last != NULL;
}

static void look(struct sitemonitor *sm, struct monitor *m, bool counting)
{
	char why[128] = "";
	bool wanted = covered(sm, m, counting, why, sizeof(why));
	bool held = m->track.hold == STATE_MAINTENANCE;
	if (m->track.hold == STATE_PAUSED) /* a person's word goes before a window's */
		return;
	if (wanted != held || (held && (!m->shown.reason || strcmp(m->shown.reason, why))))
		verdict_hold(sm, m, wanted ? STATE_MAINTENANCE : STATE_NEW, why);
}

/* ---- all of them, in slices ----------------------------------------------------------------- */

static void walk_ended(struct sitemonitor *sm)
{
	struct windows *ws = &sm->windows;
	free(ws->ids);
	ws->ids = NULL;
	table_lock(&sm->table);
	for (size_t i = 0; i < ws->n; i++)
		ws->all[i]->covers = ws->all[i]->open ? ws->all[i]->counts : 0;
	table_unlock(&sm->table);
	live_list(sm->d->live, "maintenance");
}

static void fire_walk(struct sitemonitor *sm, struct due *due)
{
	struct windows *ws = &sm->windows;
	if (!ws->ids) { /* begin */
		size_t n = 0;
		struct monitor **all = members_all(sm, &n);
		ws->ids = mem_array(NULL, n + 1, sizeof(*ws->ids));
		for (ws->n_ids = 0; ws->n_ids < n; ws->n_ids++)
			ws->ids[ws->n_ids] = all[ws->n_ids]->id;
		free(all);
		ws->at = 0;
		table_lock(&sm->table);
		for (size_t i = 0; i < ws->n; i++)
			ws->all[i]->counts = 0;
		table_unlock(&sm->table);
	}
	for (int i = 0; i < SLICE && ws->at < ws->n_ids; i++) {
		table_lock(&sm->table);
		struct monitor *m = table_find(&sm->table, ws->ids[ws->at++]);
		table_unlock(&sm->table);
		if (m)
			look(sm, m, true);
	}
	if (ws->at < ws->n_ids)
		due_set(sm, due, now_boot(sm) + 1);
	else
		walk_ended(sm);
}

static void walk(struct sitemonitor *sm, int64_t in_ms)
{
	free(sm->windows.ids); /* what was seen before the change must be seen again */
	sm->windows.ids = NULL;
	due_set(sm, &sm->windows.walk, now_boot(sm) + in_ms);
}

void windows_of(struct sitemonitor *sm, struct monitor *m)
{
	bool open = false;
	if (!sm->running)
		return;
	table_lock(&sm->table);
	for (size_t i = 0; i < sm->windows.n; i++)
		open = open || sm->windows.all[i]->open;
	table_unlock(&sm->table);
	if (!open && m->track.hold != STATE_MAINTENANCE)
		return;
	look(sm, m, false);
	if (!heap_has(&sm->windows.walk.node))
		walk(sm, RECOUNT_MS);
}

/* ---- opening and closing -------------------------------------------------------------------- */

/* Under the lock: what is open now. @return when to look again, wall */
static int64_t look_all(struct sitemonitor *sm, int64_t now_ms, bool *changed)
{
	struct windows *ws = &sm->windows;
	int64_t again = now_ms + LOOK_AGAIN_MS;
	*changed = ws->changed;
	ws->changed = false;
	for (size_t i = 0; i < ws->n; i++) {
		struct window *w = ws->all[i];
		struct occurrence was = w->now;
		bool open = w->open;
		window_look(w, now_ms);
		*changed = *changed || open != w->open || w->open != w->told ||
			   (open && (was.end_ms != w->now.end_ms));
		if (w->open && w->now.end_ms < again)
			again = w->now.end_ms;
		if (w->n_next && !w->paused && w->next[0].start_ms < again)
			again = w->next[0].start_ms;
	}
	return again;
}

static void tell(struct sitemonitor *sm)
{
	struct windows *ws = &sm->windows;
	for (size_t i = 0; i < ws->n; i++) {
		struct window *w = ws->all[i];
		if (w->told != w->open)
			window_tell(sm, w, w->open);
		w->told = w->open;
	}
	for (size_t i = 0; i < ws->n_gone; i++) {
		if (ws->gone[i]->told)
			window_tell(sm, ws->gone[i], false);
	}
}

static void fire_look(struct sitemonitor *sm, struct due *due)
{
	windows_look(sm);
}

void windows_look(struct sitemonitor *sm)
{
	struct windows *ws = &sm->windows;
	int64_t now = clock_wall_ms(sm->d->clock);
	bool changed;
	if (!sm->running)
		return;
	ws->due.fire = fire_look;
	ws->walk.fire = fire_walk;
	table_lock(&sm->table);
	int64_t again = look_all(sm, now, &changed);
	tell(sm);
	struct window **gone = ws->gone;
	size_t n_gone = ws->n_gone;
	ws->gone = NULL;
	ws->n_gone = 0;
	bool any = ws->n > 0;
	table_unlock(&sm->table);
	for (size_t i = 0; i < n_gone; i++)
		window_free(gone[i]);
	free(gone);
	if (any)
		due_set(sm, &ws->due, now_boot(sm) + (again - now));
	else
		due_clear(sm, &ws->due);
	if (changed)
		walk(sm, 0);
}

void windows_close(struct sitemonitor *sm)
{
	due_clear(sm, &sm->windows.due);
	due_clear(sm, &sm->windows.walk);
}
