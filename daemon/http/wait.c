/* Deadlines of connections. A class has one length of time, so appending keeps its list in order
 * and the earliest of all is the earliest of the heads. The timer is moved only to an earlier time;
 * when it comes early it looks again. Without connections it is stopped. */
#include <stddef.h>

#include "daemon/http/internal.h"
#include "shared/mem.h"

static void list_remove(struct wait_list *list, struct wait_link *l)
{
	if (l->prev)
		l->prev->next = l->next;
	else
		list->first = l->next;
	if (l->next)
		l->next->prev = l->prev;
	else
		list->last = l->prev;
	l->prev = l->next = NULL;
}

static void arm(struct http_server *s, uint64_t at)
{
	uint64_t now = uv_now(s->uv);

	if (s->timers_closed || (s->wait_at && s->wait_at <= at))
		return;
	s->wait_at = at;
	uv_timer_start(&s->wait_timer, wait_on_timer, at > now ? at - now : 0, 0);
}

void wait_set(struct http_server *s, struct wait_link *l, enum wait_class class)
{
	struct wait_list *list = &s->waits[class];

	if (l->class < WAIT_CLASSES)
		list_remove(&s->waits[l->class], l);
	l->class = class;
	l->prev = list->last;
	l->next = NULL;
	if (list->last)
		list->last->next = l;
	else
		list->first = l;
	list->last = l;
	if (list->ms) {
		l->at = uv_now(s->uv) + list->ms;
		arm(s, l->at);
	}
}

void wait_remove(struct http_server *s, struct wait_link *l)
{
	if (l->class < WAIT_CLASSES)
		list_remove(&s->waits[l->class], l);
	l->class = WAIT_CLASSES;
	for (int i = 0; i < WAIT_CLASSES; i++) {
		if (s->waits[i].first)
			return;
	}
	s->wait_at = 0;
	if (!s->timers_closed)
		uv_timer_stop(&s->wait_timer);
}

void wait_on_timer(uv_timer_t *t)
{
	struct http_server *s = t->data;
	uint64_t now = uv_now(s->uv), next = UINT64_MAX;

	s->wait_at = 0;
	for (int i = 0; i < WAIT_CLASSES; i++) {
		struct wait_list *list = &s->waits[i];

		/* Each call moves the first one to another list or out of all. */
		while (list->ms && list->first && list->first->at <= now)
			conn_timed_out(CONTAINER_OF(list->first, struct conn, wait));
	}
	for (int i = 0; i < WAIT_CLASSES; i++) {
		struct wait_list *list = &s->waits[i];

		if (list->ms && list->first && list->first->at < next)
			next = list->first->at;
	}
	if (next != UINT64_MAX)
		arm(s, next);
}
