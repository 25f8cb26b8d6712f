/* SiteMonitor: checks shops, keeps what it saw, says when something is down. */
#include "daemon/services/service.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/rdap.h"
#include "daemon/core/thread.h"
#include "daemon/services/sitemonitor/reports/badges.h"
#include "daemon/services/sitemonitor/reports/budgets.h"
#include "daemon/services/sitemonitor/rows.h"
#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	PING_BODY_MAX = 1 << 20, /* of which the first 10 kB are kept */
	JOURNAL_BYTES = 16 << 20,
};

extern const struct service service_sitemonitor;
extern const struct resource_kind resource_secret;

/* ---- changes of resources
 * ------------------------------------------------------------------------ */

struct note {
	struct sitemonitor *sm;
	const struct resource *now; /* NULL: deleted */
	uint64_t id;
	bool secret, window;
};

static void take_note(void *arg)
{
	struct note *n = arg;
	if (!n->sm->running)
		;
	else if (n->window)
		windows_look(n->sm);
	else if (n->secret)
		engine_secrets_changed(n->sm);
	else if (n->now)
		engine_update(n->sm, n->now);
	else
		engine_remove(n->sm, n->id);
	if (n->now)
		resource_unref(n->now);
	free(n);
}

static void drop_note(struct note *n)
{
	if (n->now)
		resource_unref(n->now);
	free(n);
}

/* Writer thread. A new monitor is entered here, so that the answer to its creation shows it. */
static void on_resource(const struct resource *old, const struct resource *now, void *arg)
{
	struct sitemonitor *sm = arg;
	const struct resource *r = now ? now : old;
	bool monitor = !strcmp(r->kind->kind, "monitor"), secret = !strcmp(r->kind->kind, "secret");
	bool window = r->kind == &resource_maintenance;
	if (!monitor && !secret && !window)
		return;
	if (window && now)
		windows_enter(sm, now);
	else if (window)
		windows_leave(sm, r->id);
	if (monitor && now && !old) {
		table_lock(&sm->table);
		table_enter(&sm->table, now);
		table_unlock(&sm->table);
	}
	struct note *n = mem_zalloc(sizeof(*n));
	*n = (struct note){.sm = sm,
			   .now = now && monitor ? resource_ref(now) : NULL,
			   .id = r->id,
			   .secret = secret,
			   .window = window};
	pthread_mutex_lock(&sm->lock);
	bool stopped = sm->stopped;
	if (!stopped)
		loop_post(sm->d->net, take_note, n);
	pthread_mutex_unlock(&sm->lock);
	if (stopped)
		drop_note(n);
}

/* ---- life
 * -------------------------------------------------------------------------------------------- */

static enum err init(struct daemon *d, void **state, struct error *e)
{
	struct sitemonitor *sm = mem_zalloc(sizeof(*sm));
	sm->d = d;
	sm->find_type = check_type_find;
	sm->journal.bytes_max = JOURNAL_BYTES;
	pthread_mutex_init(&sm->lock, NULL);
	thread_cond_init(&sm->changed);
	store_on_prune(d->store, incidents_prune);
	enum err err = load_all(sm, e);
	*state = sm;
	return err;
}

struct opening {
	struct sitemonitor *sm;
	enum err err;
	struct error *e;
};

static void adopt(struct sitemonitor *sm)
{
	size_t n = 0;
	const struct resource **all = resource_list(sm->d->store, &resource_monitor, &n);
	for (size_t i = 0; i < n; i++) {
		struct monitor *m = table_find(&sm->table, all[i]->id);
		bool paused = monitor_is_paused(all[i]);
		/* Ended between the change and the transition that follows from it. */
		if (m && paused != (m->track.hold == STATE_PAUSED)) {
			verdict_hold(sm, m, paused ? STATE_PAUSED : STATE_NEW, NULL);
			engine_schedule(sm, m);
		} else if (m && m->beat) {
			engine_schedule(sm, m);
		}
		resource_unref(all[i]);
	}
	free(all);
	windows_look(sm);
	budgets_want(sm); /* goes on by itself while a monitor has an slo */
}

static void open_engine(void *arg)
{
	struct opening *o = arg;
	o->err = engine_open(o->sm, o->e);
	if (!o->err)
		adopt(o->sm);
}

static enum err start(void *state, struct error *e)
{
	struct sitemonitor *sm = state;
	struct opening o = {.sm = sm, .e = e};
	struct error ignored = {0};
	struct store_health health;
	loop_call(sm->d->net, open_engine, &o);
	if (o.err)
		return o.err;
	resource_listen(sm->d->store, on_resource, sm);
	store_health(sm->d->store, &health);
	if (!health.readonly &&
	    store_run(sm->d->store, OP_BACKGROUND, orphans_forget, NULL, &ignored))
		log_warn("sitemonitor", "samples without a monitor stay: %s", ignored.text);
	return ERR_NONE;
}

struct ending {
	struct sitemonitor *sm;
	bool quiet;
};

static void close_engine(void *arg)
{
	engine_close(((struct ending *)arg)->sm);
}

/* What could not go with the last flush, because one was under way, goes now. */
static void look_quiet(void *arg)
{
	struct ending *end = arg;
	struct sitemonitor *sm = end->sm;
	if (!sm->batch.failed)
		batch_flush(sm);
	if (!sm->journal.failed)
		journal_flush(sm);
	bool written =
		(sm->batch.failed || (!sm->batch.n && !sm->batch.dirty && !sm->batch.in_flight)) &&
		(sm->journal.failed || (!sm->journal.first && !sm->journal.in_flight));
	end->quiet = written && !sm->closing && !limits_running(sm->limits);
}

static void stop(void *state, int limit_ms)
{
	struct sitemonitor *sm = state;
	struct ending end = {.sm = sm};
	resource_unlisten(sm->d->store, on_resource, sm);
	int64_t until = thread_now_us() + (int64_t)limit_ms * 1000;
	loop_call(sm->d->net, close_engine, &end);
	for (;;) {
		loop_call(sm->d->net, look_quiet, &end);
		if (end.quiet || thread_now_us() >= until)
			break;
		/* Closing handles and operations signal; the time is for the rest. */
		pthread_mutex_lock(&sm->lock);
		thread_cond_wait_until(&sm->changed, &sm->lock, thread_now_us() + 20000);
		pthread_mutex_unlock(&sm->lock);
	}
	if (!end.quiet)
		log_warn("sitemonitor", "%u checks and %u writes were still under way at the end",
			 limits_running(sm->limits), sm->in_flight);
	pthread_mutex_lock(&sm->lock);
	sm->stopped = true;
	pthread_mutex_unlock(&sm->lock);
}

struct leaving {
	uint64_t *ids;
	size_t n;
};

static void note_id(struct monitor *m, void *arg)
{
	struct leaving *l = arg;
	l->ids[l->n++] = m->id;
}

static void remove_all(struct sitemonitor *sm)
{
	struct leaving l = {.ids = mem_array(NULL, sm->table.n + 1, sizeof(*l.ids))};
	if (sm->table.by_id)
		table_each(&sm->table, note_id, &l);
	/* What could not be written is not taken out monitor by monitor. */
	batch_fini(sm);
	for (size_t i = 0; i < l.n; i++)
		engine_remove(sm, l.ids[i]);
	free(l.ids);
}

static void fini(void *state)
{
	struct sitemonitor *sm = state;
	if (!sm)
		return;
	sm->running = false;
	remove_all(sm);
	journal_fini(sm);
	texts_fini(&sm->texts);
	windows_fini(sm);
	heap_fini(&sm->heap);
	if (sm->limits && !limits_running(sm->limits)) {
		limits_free(sm->limits);
		rdap_free(sm->env.rdap);
	}
	if (sm->table.by_id)
		table_fini(&sm->table);
	badges_fini(&sm->badges);
	versions_fini(&sm->versions);
	pthread_mutex_destroy(&sm->lock);
	pthread_cond_destroy(&sm->changed);
	free(sm);
}

static void apply_limits(void *arg)
{
	struct sitemonitor *sm = arg;
	if (!sm->running)
		return;
	limits_set(sm->limits, (unsigned)sm->d->config->checks_max,
		   (unsigned)sm->d->config->checks_per_host);
	witness_configure(sm);
}

static void reload(void *state)
{
	struct sitemonitor *sm = state;
	loop_call(sm->d->net, apply_limits, sm);
}

/* ---- routes
 * ------------------------------------------------------------------------------------------ */

struct check_request {
	struct sitemonitor *sm;
	struct request *r;
	uint64_t id;
};

static void begin_check(void *arg)
{
	struct check_request *c = arg;
	struct error e = {0};
	struct monitor *m = table_find(&c->sm->table, c->id);
	if (!m || !c->sm->running) {
		error_set(&e, m ? ERR_UNAVAILABLE : ERR_NOT_FOUND,
			  m ? "the daemon is ending" : "the monitor was deleted meanwhile");
		request_finish_error(c->r, &e);
	} else if (m->beat) {
		error_set(&e, ERR_INVALID,
			  "%s is a heartbeat: it waits for pings, there is nothing to ask",
			  monitor_name(m));
		error_hint(&e, "sellersmart heartbeat wrap %s -- COMMAND", monitor_name(m));
		request_finish_error(c->r, &e);
	} else {
		waiter_add(c->sm, m, c->r);
	}
	free(c);
}

struct answered route_check(struct request *r, void *ctx)
{
	struct sitemonitor *sm = ctx;
	struct error e = {0};
	const struct resource *m = route_monitor(sm, request_param(r, "ref"), &e);
	if (!m)
		return reply_error(r, &e);
	struct check_request *c = mem_zalloc(sizeof(*c));
	*c = (struct check_request){.sm = sm, .r = r, .id = m->id};
	resource_unref(m);
	struct answered later = reply_later(r);
	loop_post(sm->d->net, begin_check, c);
	return later;
}

/* Listed by the engine's name rules, "/v1/monitors/create" is POST /v1/monitors of the api. */
static const struct route routes[] = {
	{"POST", "/v1/monitors/:ref/check", ROUTE_INLINE, ACCESS_WRITE, route_check, 0},
	{"GET", "/v1/monitors/status", ROUTE_WORKER, ACCESS_READ, route_status, 0},
	{"GET", "/v1/monitors/history", ROUTE_WORKER, ACCESS_READ, route_history, 0},
	{"GET", "/v1/monitors/:ref/history", ROUTE_WORKER, ACCESS_READ, route_history, 0},
	{"GET", "/v1/monitors/:ref/pings", ROUTE_WORKER, ACCESS_READ, route_pings, 0},
	{"GET", "/v1/monitors/:ref/samples", ROUTE_WORKER, ACCESS_READ, route_samples, 0},
	{"GET", "/v1/monitors/:ref/versions", ROUTE_WORKER, ACCESS_READ, route_versions, 0},
	{"GET", "/v1/monitors/:ref/diff", ROUTE_WORKER, ACCESS_READ, route_diff, 0},
	{"GET", "/v1/reports/monitors", ROUTE_WORKER, ACCESS_READ, route_report, 0},
	{"GET", "/v1/maintenance/:ref/preview", ROUTE_WORKER, ACCESS_READ, route_window_preview, 0},
	{"POST", "/v1/maintenance/:ref/end", ROUTE_WORKER, ACCESS_WRITE, route_window_end, 0},
	{"GET", "/v1/incidents", ROUTE_WORKER, ACCESS_READ, route_incidents, 0},
	{"GET", "/v1/incidents/:ref", ROUTE_WORKER, ACCESS_READ, route_incident, 0},
	{"POST", "/v1/monitors/:ref/badge", ROUTE_WORKER, ACCESS_WRITE, route_badge_key, 0},
	{"GET", "/badge/:key/:what", ROUTE_WORKER, ACCESS_PUBLIC, route_badge, 0},
	{"GET", "/badge/:key/:what/:window", ROUTE_WORKER, ACCESS_PUBLIC, route_badge, 0},
	{"GET", "/ping/:key", ROUTE_INLINE, ACCESS_PUBLIC, route_ping, 0},
	{"POST", "/ping/:key", ROUTE_INLINE, ACCESS_PUBLIC, route_ping, PING_BODY_MAX},
	{"GET", "/ping/:key/:kind", ROUTE_INLINE, ACCESS_PUBLIC, route_ping, 0},
	{"POST", "/ping/:key/:kind", ROUTE_INLINE, ACCESS_PUBLIC, route_ping, PING_BODY_MAX},
};

static const struct resource_live live[] = {
	{.kind = &resource_monitor,
	 .write = render_live,
	 .rank = render_rank,
	 .filter = render_filter,
	 .meta = render_meta},
	{.kind = &resource_maintenance,
	 .write = window_live,
	 .rank = window_rank,
	 .filter = window_filter},
	{0},
};

static void settle(void *state)
{
	journal_wait(state);
}

const struct service service_sitemonitor = {
	.name = "sitemonitor",
	.title = "SiteMonitor",
	.init = init,
	.start = start,
	.stop = stop,
	.fini = fini,
	.routes = routes,
	.n_routes = ARRAY_LEN(routes),
	.live = live,
	.attention = attention_lines,
	.overview = overview_members,
	.measures = sitemonitor_measures,
	.n_measures = SITEMONITOR_MEASURES,
	.brief = brief_lines,
	.metrics = metrics_write,
	.doctor = witness_doctor,
	.settle = settle,
	.reload = reload,
	.once = once_run,
};
