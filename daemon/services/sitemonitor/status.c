/* GET /v1/monitors/status: how many are in which state, and the worst of them. */
#include <stdlib.h>

#include "daemon/services/sitemonitor/depends.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"

enum { WORST_MAX = 50 };

struct bad {
	const struct resource *res;
	int64_t rank;
};
struct bad_list {
	struct sitemonitor *sm;
	struct bad *all;
	size_t n;
};

static void collect(struct monitor *m, void *arg)
{
	struct bad_list *l = arg;
	enum monitor_state s = m->shown.state;
	if (depends_cover(m)) /* its parent is among them */
		return;
	if (s == STATE_DOWN || s == STATE_PENDING || s == STATE_UNKNOWN || s == STATE_DEGRADED ||
	    s == STATE_FLAPPING)
		l->all[l->n++] = (struct bad){.res = resource_ref(m->res)};
}

static int by_rank(const void *a, const void *b)
{
	const struct bad *x = a, *y = b;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

struct answered route_status(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct bad_list l = {.sm = sm};
	struct json_writer w;
	table_lock(&sm->table);
	l.all = mem_array(NULL, sm->table.n + 1, sizeof(*l.all));
	table_each(&sm->table, collect, &l);
	table_unlock(&sm->table);
	for (size_t i = 0; i < l.n; i++)
		render_rank(l.all[i].res, "worst", &l.all[i].rank, sm);
	qsort(l.all, l.n, sizeof(*l.all), by_rank);
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_object(&w);
	jw_key(&w, "counts");
	render_counts(&w, sm);
	jw_key(&w, "worst");
	jw_array(&w);
	for (size_t i = 0; i < l.n; i++) {
		if (i < WORST_MAX)
			render_monitor(&w, sm, l.all[i].res);
		resource_unref(l.all[i].res);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	jw_object_end(&w);
	free(l.all);
	return reply_send(r, 200);
}
