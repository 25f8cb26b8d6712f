/* Notifiers as the alerts thread needs them, and which alerts each takes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/groups.h"
#include "daemon/alerts/rules/match.h"
#include "daemon/store/feed.h"
#include "daemon/store/resources.h"
#include "shared/hash.h"
#include "shared/log.h"
#include "shared/mem.h"

enum { BUCKETS_FIRST = 16, KEY_MAX = 512 };

/* ---- one ------------------------------------------------------------------------------------ */

struct recipient *recipient_new(const struct resource *n)
{
	struct error e = {0};
	struct recipient *r = mem_zalloc(sizeof(*r));
	json_t *spec = resource_spec(n);
	const struct resource_kind *k = n->kind;
	const char *quiet = spec_text(k, spec, "quiet_hours"), *zone = spec_text(k, spec, "zone");
	const json_t *group_by = spec_value(k, spec, "group_by");
	r->id = n->id;
	snprintf(r->name, sizeof(r->name), "%s", n->name);
	r->min_severity = severity_parse(spec_text(k, spec, "min_severity"), SEVERITY_WARNING);
	r->on_request = spec_bool(k, spec, "on_request");
	r->resolved = spec_bool(k, spec, "resolved");
	r->paused = spec_bool(k, spec, "paused");
	r->group_by = json_array_size(group_by) ? json_deep_copy(group_by) : NULL;
	r->times = (struct recipient_times){
		.group_wait = spec_ms(k, spec, "group_wait"),
		.group_interval = spec_ms(k, spec, "group_interval"),
		.critical_interval = spec_ms(k, spec, "critical_interval"),
		.repeat_interval = spec_ms(k, spec, "repeat_interval"),
	};
	if (quiet && !quiet_hours_parse(quiet, &r->quiet))
		log_warn("alerts", "quiet hours of %s are not kept: \"%s\" is no span", n->name,
			 quiet);
	if (quiet && !(r->zone = tz_load(zone ? zone : "UTC", &e))) {
		log_warn("alerts", "quiet hours of %s are in UTC: %s", n->name, e.text);
		r->zone = tz_load("UTC", &e);
	}
	r->match = matchers_compile(spec_value(k, spec, "match"), &e);
	if (!r->match) {
		/* Better told of too much than of nothing. */
		log_warn("alerts", "%s is told of everything: %s", n->name, e.text);
		r->match = matchers_compile(NULL, NULL);
	}
	json_decref(spec);
	return r;
}

static void group_free(struct recipients *all, struct group *g)
{
	heap_remove(&all->due, &g->due);
	free(g->key);
	free(g);
}

static void groups_free(struct recipients *all, struct recipient *r)
{
	for (size_t i = 0; i < r->buckets; i++)
		for (struct group *g = r->groups[i], *next; g; g = next) {
			next = g->next;
			group_free(all, g);
		}
	free(r->groups);
	r->groups = NULL;
	r->buckets = r->n_groups = 0;
}

void recipient_free(struct recipient *r)
{
	if (!r)
		return;
	matchers_free(r->match);
	json_decref(r->group_by);
	tz_free(r->zone);
	free(r);
}

/* ---- groups of one -------------------------------------------------------------------------- */

static size_t bucket_of(const struct recipient *r, const char *key)
{
	return (size_t)hash_text(key) & (r->buckets - 1);
}

static void groups_grow(struct recipient *r)
{
	struct group **old = r->groups;
	size_t n = r->buckets;
	r->buckets = n ? n * 2 : BUCKETS_FIRST;
	r->groups = mem_zalloc(r->buckets * sizeof(struct group *));
	for (size_t i = 0; i < n; i++)
		for (struct group *g = old[i], *next; g; g = next) {
			next = g->next;
			struct group **at = &r->groups[bucket_of(r, g->key)];
			g->next = *at;
			*at = g;
		}
	free(old);
}

static struct group *group_of(struct recipient *r, const char *key)
{
	if (r->n_groups >= r->buckets)
		groups_grow(r);
	struct group **at = &r->groups[bucket_of(r, key)];
	for (struct group *g = *at; g; g = g->next)
		if (!strcmp(g->key, key))
			return g;
	struct group *g = mem_zalloc(sizeof(*g));
	g->key = mem_strdup(key);
	g->recipient = r;
	g->next = *at;
	*at = g;
	r->n_groups++;
	return g;
}

void group_drop(struct recipients *all, struct group *g)
{
	struct group **at = &g->recipient->groups[bucket_of(g->recipient, g->key)];
	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	g->recipient->n_groups--;
	group_free(all, g);
}

static void key_part(struct buf *key, const struct alert *a, const json_t *labels, const char *by)
{
	char number[24];
	const char *value = "";
	if (!strcmp(by, "alert")) {
		snprintf(number, sizeof(number), "%lld", (long long)a->number);
		value = number;
	} else if (!strcmp(by, "subject")) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long)a->subject);
		value = a->subject ? number : a->name;
	} else if (!strcmp(by, "rule")) {
		value = a->rule;
	} else if (!strcmp(by, "severity")) {
		value = severity_name((enum severity)a->severity);
	} else if (!strcmp(by, "service")) {
		value = match_service(a->topic, a->kind);
	} else if (!strcmp(by, "tag")) {
		value = a->tags ? a->tags : "";
	} else if (!strncmp(by, "labels.", 7)) {
		value = json_str(labels, by + 7, "");
	}
	buf_add_str(key, value);
	buf_add_char(key, '\n');
}

static struct group *group_for(struct recipient *r, const struct alert *a, const json_t *labels)
{
	struct buf key = BUF_INIT(KEY_MAX * 4);
	for (size_t i = 0; i < json_array_size(r->group_by); i++)
		key_part(&key, a, labels, json_string_value(json_array_get(r->group_by, i)));
	struct group *g = group_of(r, buf_str(&key));
	buf_fini(&key);
	return g;
}

/* ---- pairs ---------------------------------------------------------------------------------- */

void group_touch(struct recipients *all, struct group *g)
{
	if (!g || g->dirty)
		return;
	g->dirty = true;
	g->next_dirty = all->dirty;
	all->dirty = g;
}

static void group_leave(struct recipients *all, struct pair *p)
{
	struct group *g = p->group;
	if (!g)
		return;
	*(p->prev ? &p->prev->next : &g->first) = p->next;
	if (p->next)
		p->next->prev = p->prev;
	p->prev = p->next = NULL;
	p->group = NULL;
	g->n--;
	group_touch(all, g);
}

static void group_join(struct recipients *all, struct pair *p, struct group *g)
{
	if (p->group == g)
		return;
	group_leave(all, p);
	if (p->told && p->told_ms > g->last_ms) /* after a start */
		g->last_ms = p->told_ms;
	p->group = g;
	p->next = g->first;
	if (g->first)
		g->first->prev = p;
	g->first = p;
	g->n++;
	group_touch(all, g);
}

static struct pair *pair_of(struct alert *a, const struct recipient *r)
{
	struct pair *p = a->pairs;
	while (p && p->recipient != r)
		p = p->of_alert;
	return p;
}

static struct pair *pair_make(struct alert *a, struct recipient *r)
{
	struct pair *p = pair_of(a, r);
	if (p)
		return p;
	p = mem_zalloc(sizeof(*p));
	p->alert = a;
	p->recipient = r;
	p->of_alert = a->pairs;
	a->pairs = p;
	return p;
}

static void pair_drop(struct recipients *all, struct pair *p)
{
	struct pair **at = &p->alert->pairs;
	while (*at != p)
		at = &(*at)->of_alert;
	*at = p->of_alert;
	group_leave(all, p);
	free(p);
}

static bool named(const json_t *names, const char *name)
{
	for (size_t i = 0; i < json_array_size(names); i++)
		if (!strcmp(json_string_value(json_array_get(names, i)), name))
			return true;
	return false;
}

static bool takes(const struct recipient *r, const struct alert *a, const struct matched *m,
		  const json_t *notify)
{
	if (notify ? !named(notify, r->name) : r->on_request)
		return false;
	return a->severity >= r->min_severity && matchers_hold(r->match, m);
}

void recipients_place(struct recipients *all, struct alert *a, const json_t *data)
{
	struct match_alert m;
	match_alert_init(&m, a, data);
	json_t *notify = a->notify ? json_loads(a->notify, 0, NULL) : NULL;
	for (struct recipient *r = all->first; r; r = r->next) {
		bool wanted = takes(r, a, &m.matched, notify);
		struct pair *p = wanted ? pair_make(a, r) : pair_of(a, r);
		if (!p)
			continue;
		p->takes = wanted;
		if (wanted || p->told) {
			group_join(all, p, group_for(r, a, m.labels));
			group_touch(all, p->group);
		} else {
			pair_drop(all, p);
		}
	}
	json_decref(notify);
	match_alert_fini(&m);
}

void recipients_told(struct recipients *all, struct alert *a, uint64_t notifier, int64_t rev,
		     int64_t told_boot_ms)
{
	struct recipient *r = recipients_find(all, notifier);
	if (!r)
		return;
	struct pair *p = pair_make(a, r);
	p->told = rev;
	p->told_ms = told_boot_ms;
}

void recipients_touch(struct recipients *all, struct alert *a)
{
	for (struct pair *p = a->pairs; p; p = p->of_alert)
		group_touch(all, p->group);
}

void recipients_forget(struct recipients *all, struct alert *a)
{
	while (a->pairs)
		pair_drop(all, a->pairs);
}

/* ---- all ------------------------------------------------------------------------------------ */

void recipients_init(struct recipients *all)
{
	*all = (struct recipients){0};
}

void recipients_fini(struct recipients *all)
{
	for (struct recipient *r = all->first, *next; r; r = next) {
		next = r->next;
		groups_free(all, r);
		recipient_free(r);
	}
	heap_fini(&all->due);
	*all = (struct recipients){0};
}

struct recipient *recipients_find(const struct recipients *all, uint64_t notifier)
{
	struct recipient *r = all->first;
	while (r && r->id != notifier)
		r = r->next;
	return r;
}

void recipients_touch_all(struct recipients *all)
{
	for (struct recipient *r = all->first; r; r = r->next)
		for (size_t i = 0; i < r->buckets; i++)
			for (struct group *g = r->groups[i]; g; g = g->next)
				group_touch(all, g);
}

/* When a group spoke last outlives a change of its notifier, as long as its key means the same. */
static void keep_times(struct recipient *now, const struct recipient *old)
{
	if (!json_equal(now->group_by, old->group_by) && (now->group_by || old->group_by))
		return;
	for (size_t i = 0; i < old->buckets; i++)
		for (const struct group *g = old->groups[i]; g; g = g->next)
			if (g->last_ms)
				group_of(now, g->key)->last_ms = g->last_ms;
}

void recipients_replace(struct recipients *all, struct recipient *fresh, struct book *b)
{
	struct recipient *old = all->first;
	all->dirty = NULL;
	all->first = fresh;
	for (struct recipient *o = old; o; o = o->next) {
		struct recipient *now = recipients_find(all, o->id);
		if (now)
			keep_times(now, o);
	}
	for (struct alert *a = b->first; a; a = a->next)
		for (struct pair *p = a->pairs, *next; p; p = next) {
			next = p->of_alert;
			p->group = NULL;
			p->prev = p->next = NULL;
			struct recipient *now = recipients_find(all, p->recipient->id);
			if (now)
				p->recipient = now;
			else
				pair_drop(all, p);
		}
	for (struct recipient *o = old, *next; o; o = next) {
		next = o->next;
		groups_free(all, o);
		recipient_free(o);
	}
}
