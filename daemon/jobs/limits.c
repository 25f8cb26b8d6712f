#include "daemon/jobs/limits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "shared/hash.h"
#include "shared/mem.h"

enum { HOST_SLOTS = 1024, HOST_TEXT = 255 };

/* Exists while a ticket of its name runs or waits. */
struct limit_host {
	struct limit_host *next_same;      /* in its slot of the table */
	struct limit_ticket *first, *last; /* waiting */
	struct limit_host *turn_next, *turn_prev;
	bool in_turn; /* has waiting tickets and a free place */
	unsigned running;
	bool unlimited;
	char name[];
};

struct limits {
	unsigned max, per_host, running;
	size_t waiting;
	struct limit_host *slots[HOST_SLOTS];
	struct limit_host *turn_first, *turn_last;
	void (*granted)(struct limit_ticket *t, void *arg);
	void *arg;
	bool granting;
};

struct limits *limits_new(unsigned max, unsigned per_host,
			  void (*granted)(struct limit_ticket *t, void *arg), void *arg)
{
	struct limits *l = mem_zalloc(sizeof(*l));
	l->max = max ? max : 1;
	l->per_host = per_host ? per_host : 1;
	l->granted = granted;
	l->arg = arg;
	return l;
}

void limits_free(struct limits *l)
{
	if (!l)
		return;
	assert(!l->running && !l->waiting);
	free(l);
}

static struct limit_host **slot_of(struct limits *l, const char *name)
{
	return &l->slots[hash_bytes(name, strlen(name)) % HOST_SLOTS];
}

static struct limit_host *host_get(struct limits *l, const char *name)
{
	char cut[HOST_TEXT + 1];
	size_t n = strnlen(name ? name : "", HOST_TEXT);
	if (n)
		memcpy(cut, name, n);
	cut[n] = 0;
	struct limit_host **slot = slot_of(l, cut);
	for (struct limit_host *h = *slot; h; h = h->next_same)
		if (!strcmp(h->name, cut))
			return h;
	struct limit_host *h = mem_zalloc(sizeof(*h) + n + 1);
	memcpy(h->name, cut, n + 1);
	h->unlimited = n == 0;
	h->next_same = *slot;
	*slot = h;
	return h;
}

static void host_drop_if_idle(struct limits *l, struct limit_host *h)
{
	if (h->running || h->first)
		return;
	struct limit_host **p = slot_of(l, h->name);
	while (*p != h)
		p = &(*p)->next_same;
	*p = h->next_same;
	free(h);
}

static bool host_has_room(const struct limits *l, const struct limit_host *h)
{
	return h->unlimited || h->running < l->per_host;
}

static void turn_leave(struct limits *l, struct limit_host *h)
{
	if (!h->in_turn)
		return;
	*(h->turn_prev ? &h->turn_prev->turn_next : &l->turn_first) = h->turn_next;
	*(h->turn_next ? &h->turn_next->turn_prev : &l->turn_last) = h->turn_prev;
	h->turn_next = h->turn_prev = NULL;
	h->in_turn = false;
}

static void turn_update(struct limits *l, struct limit_host *h)
{
	bool wanted = h->first && host_has_room(l, h);
	if (!wanted) {
		turn_leave(l, h);
	} else if (!h->in_turn) {
		h->turn_prev = l->turn_last;
		*(l->turn_last ? &l->turn_last->turn_next : &l->turn_first) = h;
		l->turn_last = h;
		h->in_turn = true;
	}
}

static void wait_leave(struct limits *l, struct limit_ticket *t)
{
	struct limit_host *h = t->host;
	*(t->prev ? &t->prev->next : &h->first) = t->next;
	*(t->next ? &t->next->prev : &h->last) = t->prev;
	t->next = t->prev = NULL;
	t->waiting = false;
	l->waiting--;
}

static void hold(struct limits *l, struct limit_ticket *t)
{
	t->holding = true;
	t->host->running++;
	l->running++;
}

/* granted() may release again at once: then the outer loop goes on with it. */
static void grant_waiting(struct limits *l)
{
	if (l->granting)
		return;
	l->granting = true;
	while (l->running < l->max && l->turn_first) {
		struct limit_host *h = l->turn_first;
		struct limit_ticket *t = h->first;
		wait_leave(l, t);
		hold(l, t);
		turn_leave(l, h); /* to the end of the row: hosts take turns */
		turn_update(l, h);
		l->granted(t, l->arg);
	}
	l->granting = false;
}

void limits_set(struct limits *l, unsigned max, unsigned per_host)
{
	l->max = max ? max : 1;
	l->per_host = per_host ? per_host : 1;
	for (size_t i = 0; i < HOST_SLOTS; i++)
		for (struct limit_host *h = l->slots[i]; h; h = h->next_same)
			turn_update(l, h);
	grant_waiting(l);
}

bool limits_acquire(struct limits *l, struct limit_ticket *t, const char *host, bool urgent)
{
	assert(!t->holding && !t->waiting);
	struct limit_host *h = t->host = host_get(l, host);
	/* Not past those that wait already, unless it is urgent. */
	if (l->running < l->max && host_has_room(l, h) &&
	    (urgent || (!h->first && !l->turn_first))) {
		hold(l, t);
		turn_update(l, h);
		return true;
	}
	t->waiting = true;
	l->waiting++;
	if (urgent && h->first) {
		t->next = h->first;
		h->first->prev = t;
		h->first = t;
	} else {
		t->prev = h->last;
		*(h->last ? &h->last->next : &h->first) = t;
		h->last = t;
	}
	turn_update(l, h);
	return false;
}

void limits_release(struct limits *l, struct limit_ticket *t)
{
	struct limit_host *h = t->host;
	if (!h)
		return;
	if (t->waiting)
		wait_leave(l, t);
	if (t->holding) {
		t->holding = false;
		h->running--;
		l->running--;
	}
	t->host = NULL;
	turn_update(l, h);
	host_drop_if_idle(l, h);
	grant_waiting(l);
}

unsigned limits_running(const struct limits *l)
{
	return l->running;
}

size_t limits_waiting(const struct limits *l)
{
	return l->waiting;
}
