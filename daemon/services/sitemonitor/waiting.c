/* People who asked for a check and wait for its verdict, and --once that waits for all. */
#include <stdlib.h>

#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"

enum { PATIENCE_MS = 5000 }; /* beyond the timeout of one check: for the first rechecks */

struct waiter {
	struct due due;
	struct waiter *next;
	struct monitor *m;
	struct request *r;
	int64_t deadline_ms;
};

static void unlink_waiter(struct sitemonitor *sm, struct waiter *w)
{
	struct waiter **p = &w->m->waiters;
	while (*p != w)
		p = &(*p)->next;
	*p = w->next;
	due_clear(sm, &w->due);
}

static void answer(struct sitemonitor *sm, struct waiter *w)
{
	struct json_writer jw;
	unlink_waiter(sm, w);
	jw_init(&jw, reply_body(w->r));
	jw_object(&jw);
	jw_key(&jw, "data");
	render_monitor(&jw, sm, w->m->res);
	jw_object_end(&jw);
	request_finish(w->r, 200);
	free(w);
}

static void fire_waiter(struct sitemonitor *sm, struct due *due)
{
	answer(sm, CONTAINER_OF(due, struct waiter, due));
}

void waiter_add(struct sitemonitor *sm, struct monitor *m, struct request *r)
{
	struct waiter *w = mem_zalloc(sizeof(*w));
	w->due.fire = fire_waiter;
	w->m = m;
	w->r = r;
	w->next = m->waiters;
	m->waiters = w;
	w->deadline_ms = now_boot(sm) + m->timeout_ms + PATIENCE_MS;
	due_set(sm, &w->due, w->deadline_ms);
	engine_check_now(sm, m);
}

void waiters_look(struct sitemonitor *sm, struct monitor *m)
{
	bool decided = !track_undecided(&m->track, &m->shown.rules);
	for (struct waiter *w = m->waiters, *next; w; w = next) {
		next = w->next;
		bool too_late = !heap_has(&m->due.node) || m->due.node.key >= w->deadline_ms;
		if (decided || (too_late && !engine_is_busy(m)))
			answer(sm, w);
	}
}

void waiters_refuse(struct sitemonitor *sm, struct monitor *m, enum err code, const char *why)
{
	while (m->waiters) {
		struct waiter *w = m->waiters;
		struct error e = {0};
		error_set(&e, code, "%s", why);
		unlink_waiter(sm, w);
		request_finish_error(w->r, &e);
		free(w);
	}
}

void once_look(struct sitemonitor *sm, struct monitor *m)
{
	if (m->in_table && sm->running && track_undecided(&m->track, &m->shown.rules))
		return;
	m->once_pending = false;
	pthread_mutex_lock(&sm->lock);
	sm->once_pending--;
	pthread_cond_broadcast(&sm->changed);
	pthread_mutex_unlock(&sm->lock);
}
