/* What rules remember of each subject: counts, shares, gaps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/rules/rules_internal.h"
#include "shared/hash.h"
#include "shared/mem.h"

/* ---- finding -------------------------------------------------------------------------------- */

static size_t hash(uint64_t id, const char *text)
{
	return (size_t)(hash_id(id) ^ hash_text(text ? text : ""));
}

/* A subject is known by its id, what has none by its name; each topic by itself. */
static size_t window_hash(const struct rule *r, uint64_t id, const char *name, const char *topic)
{
	switch (r->each) {
	case RULE_EACH_TOPIC: return hash(0, topic);
	case RULE_EACH_NONE: return 0;
	default: return hash(id, id ? NULL : name);
	}
}

static bool is_of(const struct rule_window *w, const char *kind, uint64_t id, const char *name,
		  const char *topic)
{
	switch (w->rule->each) {
	case RULE_EACH_TOPIC: return !strcmp(w->topic, topic);
	case RULE_EACH_NONE: return true;
	default: return w->id == id && !strcmp(w->kind, kind) && (id || !strcmp(w->name, name));
	}
}

static void grow(struct rule *r)
{
	size_t n = r->n_buckets ? 4 * r->n_buckets : 16;
	struct rule_window **all = mem_zalloc(n * sizeof(struct rule_window *));

	for (size_t i = 0; i < r->n_buckets; i++) {
		for (struct rule_window *w = r->windows[i], *next; w; w = next) {
			size_t at = window_hash(r, w->id, w->name, w->topic) & (n - 1);

			next = w->next;
			w->next = all[at];
			all[at] = w;
		}
	}
	free(r->windows);
	r->windows = all;
	r->n_buckets = n;
}

struct rule_window *rule_window(struct rules *rules, struct rule *r, const char *kind, uint64_t id,
				const char *name, const char *topic)
{
	struct rule_window *w;
	size_t h = window_hash(r, id, name, topic);

	for (w = r->n_buckets ? r->windows[h & (r->n_buckets - 1)] : NULL; w; w = w->next) {
		if (is_of(w, kind, id, name, topic))
			break;
	}
	if (w && strcmp(w->name, name) && r->each == RULE_EACH_SUBJECT)
		snprintf(w->name, sizeof(w->name), "%s", name); /* it was renamed */
	if (w || rules->n_windows >= WINDOWS_MAX)
		return w;
	if (r->n_windows >= r->n_buckets)
		grow(r);
	w = mem_zalloc(sizeof(*w));
	w->rule = r;
	/* What is open is known by then. */
	w->state = r->warm ? WINDOW_CLOSED : WINDOW_UNKNOWN;
	if (r->each == RULE_EACH_SUBJECT) {
		w->id = id;
		snprintf(w->kind, sizeof(w->kind), "%s", kind);
		snprintf(w->name, sizeof(w->name), "%s", name);
	}
	snprintf(w->topic, sizeof(w->topic), "%s", topic);
	w->next = r->windows[h & (r->n_buckets - 1)];
	r->windows[h & (r->n_buckets - 1)] = w;
	r->n_windows++;
	rules->n_windows++;
	return w;
}

void rule_window_free(struct rules *rules, struct rule_window *w)
{
	struct rule *r = w->rule;
	struct rule_window **at =
		&r->windows[window_hash(r, w->id, w->name, w->topic) & (r->n_buckets - 1)];

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	r->n_windows--;
	rules->n_windows--;
	heap_remove(&rules->due, &w->due);
	free(w->times); /* of the union: whichever it is */
	free(w->text);
	free(w);
}

void rule_windows_clear(struct rules *rules, struct rule *r)
{
	for (size_t i = 0; i < r->n_buckets; i++) {
		while (r->windows[i])
			rule_window_free(rules, r->windows[i]);
	}
}

void rule_windows_move(struct rules *rules, struct rule *from, struct rule *to)
{
	to->windows = from->windows;
	to->n_windows = from->n_windows;
	to->n_buckets = from->n_buckets;
	to->warm = from->warm;
	from->windows = NULL;
	from->n_windows = from->n_buckets = 0;
	for (size_t i = 0; i < to->n_buckets; i++) {
		for (struct rule_window *w = to->windows[i]; w; w = w->next)
			w->rule = to;
	}
}

/* ---- taking in ------------------------------------------------------------------------------ */

/* Only as many times are kept as are needed to know that there were enough. */
static void add_time(struct rule_window *w, int64_t at_ms)
{
	uint32_t most = w->rule->count;

	if (w->n == w->cap && w->cap < most) {
		uint32_t cap = w->cap ? 2 * w->cap : 4;

		cap = cap < most ? cap : most;
		int64_t *times = mem_array(NULL, cap, sizeof(*times));
		for (uint32_t i = 0; i < w->n; i++)
			times[i] = w->times[(w->head + i) % w->cap];
		free(w->times);
		w->times = times;
		w->cap = cap;
		w->head = 0;
	}
	if (w->n == w->cap) {
		w->head = (w->head + 1) % w->cap;
		w->n--;
	}
	w->times[(w->head + w->n++) % w->cap] = at_ms;
}

static void add_gap(struct rule_window *w, int64_t gap_ms)
{
	uint32_t seconds = gap_ms < 0               ? 0
			   : gap_ms > USUAL_LOOK_MS ? (uint32_t)(USUAL_LOOK_MS / 1000)
						    : (uint32_t)(gap_ms / 1000);

	if (w->n == w->cap && w->cap < GAPS_MAX) {
		/* Until it is full the ring begins at its beginning. */
		w->cap = w->cap ? 2 * w->cap : 16;
		w->gaps = mem_array(w->gaps, w->cap, sizeof(*w->gaps));
	}
	if (w->n == w->cap) {
		w->head = (w->head + 1) % w->cap;
		w->n--;
	}
	w->gaps[(w->head + w->n++) % w->cap] = seconds;
}

static int64_t cell_ms(const struct rule *r)
{
	return (r->within_ms + SHARE_CELLS - 1) / SHARE_CELLS;
}

static void add_share(struct rule_window *w, int64_t at_ms, bool bad)
{
	int64_t number = at_ms / cell_ms(w->rule);
	struct share_cell *c;

	if (!w->cells)
		w->cells = mem_zalloc(SHARE_CELLS * sizeof(*w->cells));
	c = &w->cells[number % SHARE_CELLS];
	if (c->at != number)
		*c = (struct share_cell){.at = number};
	c->all++;
	c->bad += bad;
}

void rule_window_add(struct rule_window *w, const struct event *ev, bool bad)
{
	switch (w->rule->type) {
	case RULE_ROW:
		if (!w->n++)
			w->first_ms = ev->at_ms;
		break;
	case RULE_COUNT: add_time(w, ev->at_ms); break;
	case RULE_SHARE: add_share(w, ev->at_ms, bad); break;
	case RULE_ABSENCE:
		if (w->last_ms && w->rule->absent_ms < 0)
			add_gap(w, ev->at_ms - w->last_ms);
		break;
	case RULE_EVENT:
	case RULE_FIGURE: break;
	}
	w->last_ms = ev->at_ms > w->last_ms ? ev->at_ms : w->last_ms;
	if (bad && w->rule->each != RULE_EACH_TOPIC)
		snprintf(w->topic, sizeof(w->topic), "%s", ev->topic);
	if (bad && w->rule->type != RULE_ABSENCE && ev->text) {
		free(w->text);
		w->text = mem_strdup(ev->text);
	}
}

/* ---- asking --------------------------------------------------------------------------------- */

uint32_t rule_window_count(struct rule_window *w, int64_t now_ms)
{
	while (w->n && w->times[w->head] <= now_ms - w->rule->within_ms) {
		w->head = (w->head + 1) % w->cap;
		w->n--;
	}
	w->first_ms = w->n ? w->times[w->head] : 0;
	return w->n;
}

void rule_window_share(const struct rule_window *w, int64_t now_ms, int64_t *bad, int64_t *all)
{
	int64_t now = now_ms / cell_ms(w->rule);

	*bad = *all = 0;
	for (size_t i = 0; w->cells && i < SHARE_CELLS; i++) {
		if (w->cells[i].at <= now - SHARE_CELLS || w->cells[i].at > now)
			continue;
		*bad += w->cells[i].bad;
		*all += w->cells[i].all;
	}
}

static int compare_gaps(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Twice the 95th percentile of the gaps (nearest rank), at least an hour. */
static int64_t usual_gap(const struct rule_window *w)
{
	uint32_t sorted[GAPS_MAX], n = w->n;
	int64_t gap;

	if (n < GAPS_LEAST)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		sorted[i] = w->gaps[(w->head + i) % w->cap];
	qsort(sorted, n, sizeof(*sorted), compare_gaps);
	gap = 2 * INT64_C(1000) * sorted[(n * 95 + 99) / 100 - 1];
	return gap > USUAL_MIN_MS ? gap : USUAL_MIN_MS;
}

int64_t rule_window_gap(const struct rule_window *w)
{
	return w->rule->absent_ms > 0 ? w->rule->absent_ms : usual_gap(w);
}

int64_t rule_window_due(const struct rule_window *w, int64_t now_ms)
{
	const struct rule *r = w->rule;
	int64_t gap;

	switch (r->type) {
	case RULE_COUNT:
		/* Without an event that ends it, it ends when the window has run empty. */
		return w->n ? w->times[(w->head + w->n - 1) % w->cap] + r->within_ms
		       : w->state == WINDOW_OPEN ? now_ms
						 : INT64_MAX;
	case RULE_SHARE:
		if (w->last_ms <= now_ms - r->within_ms - cell_ms(r))
			return w->state == WINDOW_OPEN ? now_ms : INT64_MAX;
		return (now_ms / cell_ms(r) + 1) * cell_ms(r);
	case RULE_ABSENCE:
		gap = w->state == WINDOW_OPEN ? 0 : rule_window_gap(w);
		return gap ? w->last_ms + gap : INT64_MAX;
	case RULE_EVENT:
	case RULE_ROW:
	case RULE_FIGURE: break;
	}
	return INT64_MAX;
}
