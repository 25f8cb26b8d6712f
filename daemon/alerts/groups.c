/* When a group speaks, and what it says. */
#include "daemon/alerts/groups.h"

#include <stddef.h>
#include <stdlib.h>

#include "daemon/store/feed.h"
#include "shared/mem.h"

enum {
	FREED_WAIT_MS = 10000, /* at least: what is inhibited no more is about to end, as a rule */
};

const char *tell_name(enum tell_what w)
{
	static const char *const names[] = {"nothing", "opened", "changed", "resolved", "reminder"};
	return names[w];
}

/* ---- one pair ------------------------------------------------------------------------------- */

static bool hushed(const struct alert *a, const struct moment *now)
{
	return a->state == ALERT_ACKNOWLEDGED || a->silence || a->inhibited ||
	       a->snoozed_ms > now->wall_ms;
}

static enum tell_what news(const struct pair *p, const struct moment *now)
{
	const struct alert *a = p->alert;
	if (p->told >= a->rev || p->recipient->paused || a->state == ALERT_PENDING)
		return TELL_NOTHING;
	if (a->state == ALERT_RESOLVED)
		return p->told && p->recipient->resolved && !a->inhibited ? TELL_RESOLVED
									  : TELL_NOTHING;
	if (!p->takes || hushed(a, now))
		return TELL_NOTHING;
	return p->told ? TELL_CHANGED : TELL_OPENED;
}

static bool may_remind(const struct pair *p, const struct moment *now)
{
	return p->told && p->takes && p->recipient->times.repeat_interval &&
	       !p->recipient->paused && p->alert->state == ALERT_OPEN && !hushed(p->alert, now);
}

void recipients_inhibit(struct recipients *r, struct alert *a, bool inhibited, int64_t boot_ms)
{
	if (a->inhibited == inhibited)
		return;
	a->inhibited = inhibited;
	if (!inhibited)
		a->freed_ms = boot_ms;
	recipients_touch(r, a);
}

bool recipients_want(const struct alert *a)
{
	for (const struct pair *p = a->pairs; p; p = p->of_alert)
		if (p->told && p->told < a->rev && !a->inhibited && p->recipient->resolved)
			return true;
	return false;
}

static bool loud(const struct pair *p)
{
	return p->alert->severity >= SEVERITY_CRITICAL;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* When it may be told at the earliest, others left out of account. */
static int64_t ready_ms(const struct pair *p, enum tell_what what)
{
	int64_t group_wait = p->recipient->times.group_wait;
	int64_t ready = p->since + (what == TELL_OPENED && !loud(p) ? group_wait : 0);
	if (!p->alert->freed_ms || what == TELL_RESOLVED)
		return ready;
	return later(ready, p->alert->freed_ms + later(group_wait, FREED_WAIT_MS));
}

static int64_t remind_ms(const struct pair *p)
{
	return later(ready_ms(p, TELL_REMINDER), p->told_ms + p->recipient->times.repeat_interval);
}

static int64_t paced_ms(const struct pair *p)
{
	const struct recipient_times *t = &p->recipient->times;
	if (!p->group->last_ms)
		return 0;
	return p->group->last_ms + (loud(p) ? t->critical_interval : t->group_interval);
}

/* ---- a group -------------------------------------------------------------------------------- */

static int64_t group_due_ms(struct group *g, const struct moment *now)
{
	int64_t due = INT64_MAX,
		quiet = quiet_hours_end(&g->recipient->quiet, g->recipient->zone, now->wall_ms);
	int64_t quiet_boot = quiet ? now->boot_ms + (quiet - now->wall_ms) : 0;
	for (struct pair *p = g->first; p; p = p->next) {
		enum tell_what what = news(p, now);
		int64_t at;
		if (what == TELL_NOTHING)
			p->since = 0;
		else if (!p->since)
			p->since = now->boot_ms;
		if (what != TELL_NOTHING)
			at = later(ready_ms(p, what), paced_ms(p));
		else if (may_remind(p, now))
			at = later(remind_ms(p), paced_ms(p));
		else
			continue;
		if (!loud(p))
			at = later(at, quiet_boot);
		due = at < due ? at : due;
	}
	return due;
}

int64_t recipients_look(struct recipients *all, const struct moment *now)
{
	while (all->dirty) {
		struct group *g = all->dirty;
		all->dirty = g->next_dirty;
		g->dirty = false;
		int64_t due = group_due_ms(g, now);
		/* Nobody is in it any more: it is forgotten once its interval is over. */
		if (!g->n)
			due = g->last_ms ? g->last_ms + g->recipient->times.group_interval : 0;
		if (!g->n && due <= now->boot_ms)
			group_drop(all, g);
		else if (due == INT64_MAX)
			heap_remove(&all->due, &g->due);
		else
			heap_set(&all->due, &g->due, due);
	}
	const struct heap_node *first = heap_first(&all->due);
	return first ? first->key : INT64_MAX;
}

struct group *recipients_due(struct recipients *all, const struct moment *now)
{
	struct heap_node *first;
	while ((first = heap_first(&all->due)) && first->key <= now->boot_ms) {
		struct group *g = CONTAINER_OF(first, struct group, due);
		heap_remove(&all->due, first);
		if (g->n)
			return g;
		group_touch(all, g);
		recipients_look(all, now);
	}
	return NULL;
}

void recipients_hurry(struct recipients *all, const struct moment *now)
{
	recipients_look(all, now);
	for (struct recipient *r = all->first; r; r = r->next)
		for (size_t i = 0; i < r->buckets; i++)
			for (struct group *g = r->groups[i]; g; g = g->next)
				if (heap_has(&g->due))
					heap_set(&all->due, &g->due, now->boot_ms);
}

static int by_worst(const void *a, const void *b)
{
	const struct tell *x = a, *y = b;
	bool x_over = x->what == TELL_RESOLVED, y_over = y->what == TELL_RESOLVED;
	if (x_over != y_over)
		return x_over ? 1 : -1;
	int x_severity = x->pair->alert->severity, y_severity = y->pair->alert->severity;
	if (x_severity != y_severity)
		return y_severity - x_severity;
	int64_t x_number = x->pair->alert->number, y_number = y->pair->alert->number;
	return (x_number < y_number) - (x_number > y_number);
}

size_t group_take(struct recipients *all, struct group *g, const struct moment *now, bool hurry,
		  struct tell **out)
{
	bool quiet = quiet_hours_end(&g->recipient->quiet, g->recipient->zone, now->wall_ms) != 0;
	struct tell *tells = mem_array(NULL, g->n + 1, sizeof(*tells));
	size_t n = 0;
	for (struct pair *p = g->first; p; p = p->next) {
		int64_t repeat = p->recipient->times.repeat_interval;
		enum tell_what what = news(p, now);
		if (quiet && !loud(p))
			continue;
		if (what == TELL_NOTHING) {
			/* What would be reminded of soon goes along. */
			if (!may_remind(p, now) || now->boot_ms < remind_ms(p) - repeat / 8)
				continue;
			what = TELL_REMINDER;
		} else if (!hurry && now->boot_ms < ready_ms(p, what)) {
			continue;
		}
		tells[n++] = (struct tell){.pair = p, .what = what, .rev = p->alert->rev};
	}
	for (size_t i = 0; i < n; i++) {
		struct pair *p = tells[i].pair;
		p->told = tells[i].rev;
		p->told_ms = now->boot_ms;
		p->since = 0;
	}
	if (n)
		g->last_ms = now->boot_ms;
	qsort(tells, n, sizeof(*tells), by_worst);
	group_touch(all, g);
	*out = tells;
	return n;
}
