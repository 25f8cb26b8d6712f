#include "daemon/services/sitemonitor/depends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/jobs/schedule.h"
#include "shared/mem.h"

enum {
	WAIT_MAX_MS = 120000, /* for a parent's decision */
	SPREAD_MS = 5000,     /* of the children's checks when a parent is back */
};

/* ---- the graph ------------------------------------------------------------------------------ */

static void fire_wait(struct sitemonitor *sm, struct due *due);

static struct kin *kin_of(struct sitemonitor *sm, struct monitor *m)
{
	if (m->kin)
		return m->kin;
	struct kin *k = mem_zalloc(sizeof(*k));
	k->self = m;
	k->due.fire = fire_wait;
	table_lock(&sm->table);
	m->kin = k;
	table_unlock(&sm->table);
	return k;
}

static void drop(struct sitemonitor *sm, struct monitor *m)
{
	struct kin *k = m->kin;
	due_clear(sm, &k->due);
	table_lock(&sm->table);
	m->kin = NULL;
	table_unlock(&sm->table);
	free(k->parents);
	free(k->children);
	free(k);
}

static void drop_if_alone(struct sitemonitor *sm, struct monitor *m)
{
	const struct kin *k = m->kin;
	if (k && !k->n_parents && !k->n_children && !k->missing && !k->behind)
		drop(sm, m);
}

static void set_cover(struct sitemonitor *sm, struct monitor *m, struct monitor *cover)
{
	struct kin *k = m->kin;
	if (k->cover == cover)
		return;
	table_lock(&sm->table);
	if (k->cover)
		k->cover->kin->behind--;
	k->cover = cover;
	if (cover)
		cover->kin->behind++;
	table_unlock(&sm->table);
	live_touch(sm->d->live, "monitor", m->id);
}

static void set_hidden(struct kin *k)
{
	snprintf(k->hidden_by, sizeof(k->hidden_by), "%s", k->cover ? monitor_name(k->cover) : "");
}

static void add_child(struct kin *k, struct monitor *child)
{
	if (k->n_children == k->cap_children) {
		k->cap_children = k->cap_children ? 2 * k->cap_children : 4;
		k->children = mem_array(k->children, k->cap_children, sizeof(struct monitor *));
	}
	k->children[k->n_children++] = child;
}

static void drop_child(struct kin *k, const struct monitor *child)
{
	for (size_t i = 0; i < k->n_children; i++) {
		if (k->children[i] == child) {
			k->children[i] = k->children[--k->n_children];
			return;
		}
	}
}

static void set_missing(struct sitemonitor *sm, struct kin *k, bool missing)
{
	struct kin **p = &sm->kin_missing;
	while (*p && *p != k)
		p = &(*p)->next_missing;
	if (missing && !*p) {
		k->next_missing = sm->kin_missing;
		sm->kin_missing = k;
	} else if (!missing && *p) {
		*p = k->next_missing;
	}
	k->missing = missing;
}

static void unlink_parents(struct sitemonitor *sm, struct monitor *m)
{
	struct kin *k = m->kin;
	for (size_t i = 0; i < k->n_parents; i++) {
		drop_child(k->parents[i]->kin, m);
		drop_if_alone(sm, k->parents[i]);
	}
	k->n_parents = 0;
	set_missing(sm, k, false);
}

static struct monitor *find_named(struct sitemonitor *sm, const char *name)
{
	const struct resource *r = resource_get(sm->d->store, &resource_monitor, name);
	if (!r)
		return NULL;
	table_lock(&sm->table);
	struct monitor *m = table_find(&sm->table, r->id);
	table_unlock(&sm->table);
	resource_unref(r);
	return m && m->due.fire ? m : NULL; /* else the engine does not know it yet */
}

static void link_parents(struct sitemonitor *sm, struct monitor *m, const json_t *names)
{
	struct kin *k = kin_of(sm, m);
	size_t n = json_array_size(names);
	k->parents = mem_array(k->parents, n, sizeof(struct monitor *));
	k->n_parents = 0;
	for (size_t i = 0; i < n; i++) {
		struct monitor *parent =
			find_named(sm, json_string_value(json_array_get(names, i)));
		if (!parent || parent == m)
			continue;
		add_child(kin_of(sm, parent), m);
		k->parents[k->n_parents++] = parent;
	}
	set_missing(sm, k, k->n_parents < n);
}

static void read_links(struct sitemonitor *sm, struct monitor *m)
{
	bool names = strstr(m->res->spec, "\"depends_on\":[") != NULL;
	if (m->kin && (m->kin->n_parents || m->kin->missing))
		unlink_parents(sm, m);
	if (names) {
		json_t *spec = resource_spec(m->res);
		const json_t *list = json_object_get(spec, "depends_on");
		if (json_array_size(list))
			link_parents(sm, m, list);
		json_decref(spec);
	}
}

static void tell(struct sitemonitor *sm, struct monitor *m);
static void look_again(struct sitemonitor *sm, struct monitor *m);

void depends_update(struct sitemonitor *sm, struct monitor *m)
{
	read_links(sm, m);
	for (struct kin *k = sm->kin_missing, *next; k; k = next) {
		next = k->next_missing;
		if (k->self != m)
			read_links(sm, k->self);
	}
	if (m->kin && !m->kin->n_parents) {
		m->kin->lifted = false;
		set_cover(sm, m, NULL);
		if (m->kin->waits)
			tell(sm, m);
	}
	if (m->kin)
		look_again(sm, m);
	drop_if_alone(sm, m);
}

/* The cover of a grandchild need not be its parent any more. */
static void uncover_all(struct sitemonitor *sm, const struct monitor *m)
{
	size_t n = 0;
	struct monitor **all = m->kin->behind ? members_all(sm, &n) : NULL;
	for (size_t i = 0; i < n; i++)
		if (all[i]->kin && all[i]->kin->cover == m)
			set_cover(sm, all[i], NULL);
	free(all);
}

void depends_remove(struct sitemonitor *sm, struct monitor *m)
{
	struct kin *k = m->kin;
	if (!k)
		return;
	set_cover(sm, m, NULL);
	uncover_all(sm, m);
	unlink_parents(sm, m);
	while (k->n_children) { /* only at the end of everything: else it is in use */
		struct monitor *child = k->children[k->n_children - 1];
		struct kin *c = child->kin;
		for (size_t i = 0; i < c->n_parents; i++)
			if (c->parents[i] == m)
				c->parents[i--] = c->parents[--c->n_parents];
		drop_child(k, child);
		drop_if_alone(sm, child);
	}
	drop(sm, m);
}

/* ---- who is behind whom --------------------------------------------------------------------- */

static enum monitor_state state_of(const struct monitor *m)
{
	return track_state(&m->track, &m->shown.rules);
}

static bool is_bad(const struct monitor *m)
{
	enum monitor_state s = state_of(m);
	return s == STATE_DOWN || s == STATE_PENDING || s == STATE_UNKNOWN || s == STATE_FLAPPING;
}

/* The topmost: what is down and is not behind another itself. */
static struct monitor *find_cover(const struct monitor *m)
{
	const struct kin *k = m->kin;
	for (size_t i = 0; i < k->n_parents; i++) {
		struct monitor *p = k->parents[i];
		if (p->kin->cover && is_bad(p))
			return p->kin->cover;
		if (p->track.base == STATE_DOWN && p->track.hold == STATE_NEW)
			return p;
	}
	return NULL;
}

bool depends_related(const struct monitor *m)
{
	return m->kin != NULL;
}

const char *depends_cover(const struct monitor *m)
{
	return m->kin && m->kin->cover ? monitor_name(m->kin->cover) : NULL;
}

/* ---- waiting for a parent's decision -------------------------------------------------------- */

/* How long until p is decided, if it fails from now on; 0: it is. */
static int64_t undecided_ms(const struct monitor *p)
{
	const struct rules *r = &p->shown.rules;
	bool open = engine_is_busy(p) || state_of(p) == STATE_PENDING;
	if (!open || p->track.hold != STATE_NEW)
		return 0;
	int64_t left = r->failures > p->track.fails ? r->failures - p->track.fails : 1;
	return left * (p->retry_ms + p->retry_ms / 10 + p->timeout_ms);
}

static int64_t wait_ms(const struct monitor *m)
{
	int64_t most = 0;
	for (size_t i = 0; i < m->kin->n_parents; i++) {
		const struct monitor *p = m->kin->parents[i];
		int64_t one = p->kin->waits ? WAIT_MAX_MS : undecided_ms(p);
		most = one > most ? one : most;
	}
	return most < WAIT_MAX_MS ? most : WAIT_MAX_MS;
}

/* When it fails: is it the parent? What was asked since the check began need not be again, and what
 * fails already is looked at as often as it says. */
static void ask_parents(struct sitemonitor *sm, const struct monitor *m)
{
	for (size_t i = 0; i < m->kin->n_parents; i++) {
		struct monitor *p = m->kin->parents[i];
		bool idle = p->track.hold == STATE_NEW && !p->track.fails;
		if (idle && !engine_is_busy(p) && p->run_boot_ms < m->run_boot_ms)
			engine_check_now(sm, p);
	}
}

static void tell(struct sitemonitor *sm, struct monitor *m)
{
	struct kin *k = m->kin;
	k->waits = false;
	due_clear(sm, &k->due);
	set_hidden(k);
	verdict_announce(sm, m);
}

static void fire_wait(struct sitemonitor *sm, struct due *due)
{
	struct kin *k = CONTAINER_OF(due, struct kin, due);
	if (k->waits)
		tell(sm, k->self);
}

bool depends_may_tell(struct sitemonitor *sm, struct monitor *m, const struct change *c, bool told)
{
	struct kin *k = m->kin;
	bool bad = is_bad(m);
	if (bad && c->from != c->to && !k->lifted)
		ask_parents(sm, m);
	if (!bad) { /* it ends as it was told to begin */
		set_cover(sm, m, NULL);
		due_clear(sm, &k->due);
		bool never = k->waits && (c->to == STATE_UP || c->to == STATE_DEGRADED);
		k->waits = k->lifted = false;
		if (never)
			m->announced = c->to;
		return told && !never;
	}
	struct monitor *cover = find_cover(m);
	if (cover)
		k->lifted = false;
	else if (k->lifted && m->run_boot_ms < k->lifted_ms)
		return false; /* that check began before the parent was back */
	set_cover(sm, m, cover);
	if (k->lifted) {
		k->lifted = false;
		/* It was told as suppressed, and is its own trouble now. */
		if (k->hidden_by[0] && state_of(m) == STATE_DOWN) {
			k->waits = true;
			due_set(sm, &k->due, now_boot(sm));
			return false;
		}
	}
	if (k->waits)
		return false;
	int64_t wait = told && !cover ? wait_ms(m) : 0;
	if (wait) {
		k->waits = true;
		due_set(sm, &k->due, now_boot(sm) + wait);
		return false;
	}
	if (told)
		set_hidden(k);
	return told;
}

/* ---- a parent has moved --------------------------------------------------------------------- */

/* The parent is back. Until its own next answer the child is what it was: behind it. */
static void lift(struct sitemonitor *sm, struct monitor *m)
{
	struct kin *k = m->kin;
	int64_t now = now_boot(sm);
	if (!k->lifted) {
		k->lifted = true;
		k->lifted_ms = now;
	}
	if (m->beat) {
		k->lifted = false;
		set_cover(sm, m, NULL);
		if (k->hidden_by[0] && state_of(m) == STATE_DOWN)
			tell(sm, m);
		return;
	}
	if (engine_is_busy(m) || m->track.hold != STATE_NEW)
		return;
	int64_t at = schedule_resume(m->id, m->interval_ms, -1, SPREAD_MS, now);
	if (!heap_has(&m->due.node) || m->due.node.key > at)
		due_set(sm, &m->due, at);
}

static void look_at_child(struct sitemonitor *sm, struct monitor *m)
{
	struct kin *k = m->kin;
	if (!is_bad(m)) {
		set_cover(sm, m, NULL);
		return;
	}
	struct monitor *cover = find_cover(m);
	if (cover) {
		k->lifted = false;
		set_cover(sm, m, cover);
	} else if (k->cover) {
		lift(sm, m);
	}
	if (k->waits && (cover || !wait_ms(m)))
		tell(sm, m);
}

static void look_again(struct sitemonitor *sm, struct monitor *m)
{
	look_at_child(sm, m);
	depends_settled(sm, m);
}

/* Circles are refused when they are written, so this ends. */
void depends_settled(struct sitemonitor *sm, struct monitor *m)
{
	if (m->kin && !is_bad(m))
		m->kin->hidden_by[0] = 0;
	for (size_t i = 0; m->kin && i < m->kin->n_children; i++) {
		struct monitor *child = m->kin->children[i];
		const struct monitor *was = child->kin->cover;
		bool waited = child->kin->waits;
		if (!was && !waited && !is_bad(child))
			continue;
		look_at_child(sm, child);
		if (child->kin->n_children && (child->kin->cover != was || waited))
			depends_settled(sm, child);
	}
}

/* ---- after a start -------------------------------------------------------------------------- */

static void load_cover(struct sitemonitor *sm, struct monitor *m)
{
	if (m->kin && is_bad(m)) {
		set_cover(sm, m, find_cover(m));
		set_hidden(m->kin);
	}
	for (size_t i = 0; m->kin && i < m->kin->n_children; i++)
		load_cover(sm, m->kin->children[i]);
}

void depends_load(struct sitemonitor *sm)
{
	size_t n = 0;
	struct monitor **all = members_all(sm, &n);
	for (size_t i = 0; i < n; i++)
		read_links(sm, all[i]);
	for (size_t i = 0; i < n; i++)
		if (all[i]->kin && !all[i]->kin->n_parents)
			load_cover(sm, all[i]);
	free(all);
}
