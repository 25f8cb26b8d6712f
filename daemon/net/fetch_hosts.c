/* The hosts that fetching knows: a table bounded by their number, the longest unused goes first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/fetch_internal.h"
#include "shared/mem.h"

const char *fetch_host_name(const struct url *u, char out[static HOST_MAX + 8])
{
	if (u->port == (fetch_origin(u) ? 443 : 80))
		snprintf(out, HOST_MAX + 8, "%s", u->host);
	else
		snprintf(out, HOST_MAX + 8, u->host_is_ipv6 ? "[%s]:%u" : "%s:%u", u->host,
			 u->port);
	return out;
}

static struct fetch_host **find(struct fetcher *f, const char *name)
{
	uint32_t h = 2166136261u;
	struct fetch_host **at;

	for (const char *s = name; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	at = &f->buckets[h % HOST_BUCKETS];
	while (*at && strcmp((*at)->name, name))
		at = &(*at)->next;
	return at;
}

struct fetch_host *fetch_host_find(struct fetcher *f, const char *name)
{
	return *find(f, name);
}

static void take_out(struct fetcher *f, struct fetch_host *h)
{
	*(h->newer ? &h->newer->older : &f->newest) = h->older;
	*(h->older ? &h->older->newer : &f->oldest) = h->newer;
}

static void put_first(struct fetcher *f, struct fetch_host *h)
{
	h->newer = NULL;
	h->older = f->newest;
	*(f->newest ? &f->newest->newer : &f->oldest) = h;
	f->newest = h;
}

void host_robots_forget(struct fetch_host *h)
{
	for (int i = 0; i < ORIGINS; i++) {
		robots_free(h->robots[i].rules);
		h->robots[i].rules = NULL;
		h->robots[i].word = "unread";
	}
	h->manners.delay_ms = -1;
}

static void drop(struct fetcher *f, struct fetch_host *h)
{
	*find(f, h->name) = h->next;
	take_out(f, h);
	host_robots_forget(h);
	f->n_hosts--;
	free(h);
}

static bool idle(const struct fetch_host *h)
{
	return !h->busy && !h->first && !h->robots[0].asking && !h->robots[1].asking;
}

static bool make_room(struct fetcher *f)
{
	for (struct fetch_host *h = f->oldest; h; h = h->newer) {
		if (!idle(h))
			continue;
		drop(f, h);
		return true;
	}
	return false;
}

struct fetch_host *fetch_host_of(struct fetcher *f, const struct url *u)
{
	char name[HOST_MAX + 8];
	struct fetch_host *h = *find(f, fetch_host_name(u, name));

	if (h) {
		take_out(f, h);
	} else {
		if (f->n_hosts >= FETCH_HOSTS_MAX && !make_room(f))
			return NULL;
		h = mem_zalloc(sizeof *h + strlen(name) + 1);
		memcpy(h->name, name, strlen(name) + 1);
		h->f = f;
		manners_init(&h->manners);
		h->robots[0].word = h->robots[1].word = "unread";
		*find(f, name) = h;
		f->n_hosts++;
	}
	put_first(f, h);
	return h;
}

void fetch_hosts_free(struct fetcher *f)
{
	while (f->oldest)
		drop(f, f->oldest);
}

/* ---- facts --------------------------------------------------------------------------------- */

static void tell(struct fetch_host *h, struct host_facts *out)
{
	struct fetcher *f = h->f;
	const struct manners *m = &h->manners;
	int64_t now = fetcher_now(f), wall = fetcher_wall(f);
	int64_t due = manners_due_ms(m, &f->rules, now, wall);
	const struct host_robots *robots =
		h->robots[1].read_ms >= h->robots[0].read_ms ? &h->robots[1] : &h->robots[0];

	*out = (struct host_facts){
		.state = h->busy ? MANNERS_BUSY : manners_state(m, &f->rules, now, wall),
		.breaker = !m->open           ? "closed"
			   : m->hold_ms > now ? "open"
					      : "trying",
		.failures = m->failures,
		.due_ms = wall + (due > now ? due - now : 0),
		.pace_ms = manners_pace_ms(m, &f->rules),
		.delay_ms = m->delay_ms,
		.today = manners_today(m, wall),
		.budget = manners_budget(m, &f->rules),
		.robots_ms = robots->read_ms,
		.robots = robots->word,
		.waiting = h->waiting,
		.status = h->status,
		.asked_ms = h->asked_ms,
	};
	snprintf(out->name, sizeof out->name, "%s", h->name);
	memcpy(out->text, h->text, sizeof out->text);
}

void fetcher_hosts(struct fetcher *f, void (*fn)(const struct host_facts *h, void *arg), void *arg)
{
	struct host_facts facts;

	for (struct fetch_host *h = f->newest; h; h = h->older) {
		tell(h, &facts);
		fn(&facts, arg);
	}
}

enum err fetcher_reset(struct fetcher *f, const char *name, struct error *e)
{
	struct fetch_host *h = fetch_host_find(f, name);

	if (!h) {
		error_set(e, ERR_NOT_FOUND, "no host \"%.80s\" was asked for anything", name);
		error_hint(e, "sellersmart host list");
		return ERR_NOT_FOUND;
	}
	manners_reset(&h->manners);
	host_robots_forget(h);
	h->text[0] = '\0';
	fetcher_wake(f);
	return ERR_NONE;
}
