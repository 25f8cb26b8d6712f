/* RivalRadar: what rivals ask for what one sells, and what becomes of it. */
#include "daemon/services/rivalradar/rivalradar.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/api/api.h"
#include "shared/mem.h"

extern const struct service service_rivalradar;

struct rivalradar *rivalradar_of(struct daemon *d)
{
	for (size_t i = 0; i < d->n_services; i++)
		if (d->services[i] == &service_rivalradar)
			return d->service_states[i];
	return NULL;
}

/* ---- changes of resources ----------------------------------------------------------------------
 */

static bool is_site(const struct resource_kind *k)
{
	return k == &resource_rival || k == &resource_shop;
}

/* Then it is scanned at once. */
static bool reads_elsewhere(const struct resource *old, const struct resource *now)
{
	static const char *const fields[] = {"url", "urls", "feed", "recipe", "currency"};
	json_t *was = resource_spec(old), *is = resource_spec(now);
	bool differs = false;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		json_t *a = json_object_get(was, fields[i]), *b = json_object_get(is, fields[i]);
		differs = differs || (a || b ? !json_equal(a, b) : false);
	}
	json_decref(was);
	json_decref(is);
	return differs;
}

/* Writer thread; so that the answer to its creation shows it. */
static void on_resource(const struct resource *old, const struct resource *now, void *arg)
{
	struct rivalradar *rr = arg;
	if (!is_site((now ? now : old)->kind))
		return;
	if (now) {
		sites_enter(rr, now);
		pthread_mutex_lock(&rr->lock);
		struct site *s = sites_find(rr, now->id);
		s->replan = old && strcmp(old->spec, now->spec) != 0;
		if (old && reads_elsewhere(old, now))
			s->row.next_ms = 0;
		pthread_mutex_unlock(&rr->lock);
	} else {
		sites_leave(rr, old->id);
		forget_site(rr, old->id);
	}
	plan_wake(rr);
}

/* What only the daemon knows: may it be reached? Names are looked up by the scan. */
static enum err check(void *state, const struct resource_kind *k, const json_t *spec,
		      const json_t *coming, struct error *e)
{
	struct rivalradar *rr = state;
	return is_site(k) ? site_reach_check(rr, k, spec, coming, e) : ERR_NONE;
}

/* ---- life --------------------------------------------------------------------------------------
 */

static enum err init(struct daemon *d, void **state, struct error *e)
{
	struct rivalradar *rr = mem_zalloc(sizeof(*rr));
	rr->d = d;
	pthread_mutex_init(&rr->lock, NULL);
	rr->radar = radar_new(d);
	*state = rr;
	return sites_load(rr, e);
}

static void open_plan(void *arg)
{
	reach_configure(arg);
	plan_open(arg);
}

static enum err start(void *state, struct error *e)
{
	struct rivalradar *rr = state;
	resource_listen(rr->d->store, on_resource, rr);
	forget_left_over(rr);
	loop_call(rr->d->net, open_plan, rr);
	return radar_start(rr->radar, e);
}

static void configure(void *arg)
{
	reach_configure(arg);
}

static void reload(void *state)
{
	struct rivalradar *rr = state;
	loop_call(rr->d->net, configure, rr);
}

static void close_plan(void *arg)
{
	plan_close(arg);
}

static void stop(void *state, int limit_ms)
{
	struct rivalradar *rr = state;
	resource_unlisten(rr->d->store, on_resource, rr);
	pthread_mutex_lock(&rr->lock);
	rr->ended = true; /* what is being forgotten goes on at the next start */
	pthread_mutex_unlock(&rr->lock);
	loop_call(rr->d->net, close_plan, rr);
	radar_stop(rr->radar);
}

static void fini(void *state)
{
	struct rivalradar *rr = state;
	if (!rr)
		return;
	sites_fini(rr);
	radar_free(rr->radar);
	pthread_mutex_destroy(&rr->lock);
	free(rr);
}

static enum err run_job(void *state, const char *name, uint64_t *job, struct error *e)
{
	return plan_run_job(state, name, job, e);
}

/* ---- what is compared: radar.h -----------------------------------------------------------------
 */

static size_t attention(void *state, struct attention *out, size_t max, size_t *total)
{
	return radar_attention(((struct rivalradar *)state)->radar, out, max, total);
}

static void overview(struct json_writer *w, void *state)
{
	radar_overview(w, ((struct rivalradar *)state)->radar);
}

static void brief(void *state, int64_t since_ms, int64_t until_ms,
		  void (*say)(void *arg, const struct brief_line *line), void *arg)
{
	radar_brief(((struct rivalradar *)state)->radar, since_ms, until_ms, say, arg);
}

static void metrics(struct buf *out, void *state)
{
	radar_metrics(out, ((struct rivalradar *)state)->radar);
}

static void settle(void *state)
{
	radar_settle(((struct rivalradar *)state)->radar);
}

static bool price_index(void *state, uint64_t id, int64_t from_ms, int64_t until_ms,
			int64_t *thousandths)
{
	return radar_measure(((struct rivalradar *)state)->radar, "price_index", id, thousandths);
}

static bool cheaper(void *state, uint64_t id, int64_t from_ms, int64_t until_ms,
		    int64_t *thousandths)
{
	return radar_measure(((struct rivalradar *)state)->radar, "cheaper", id, thousandths);
}

static const struct measure measures[] = {
	{"price_index", "rival", "%", "Its prices against the market's, now; 100 is the market",
	 price_index},
	{"cheaper", "rival", "", "Products that it sells for less than you, now", cheaper},
};

/* The same as POST /v1/rivals. */
static struct answered route_track(struct request *r, void *ctx)
{
	return api_create(((struct rivalradar *)ctx)->d, r, &resource_rival);
}

static const struct route routes[] = {
	{"POST", "/v1/competitors/track", ROUTE_INLINE, ACCESS_WRITE, route_track, 0},
	{"POST", "/v1/rivals/:ref/scan", ROUTE_WORKER, ACCESS_WRITE, route_scan_rival, 0},
	{"POST", "/v1/shops/:ref/scan", ROUTE_WORKER, ACCESS_WRITE, route_scan_shop, 0},
};

const struct service service_rivalradar = {
	.name = "rivalradar",
	.title = "RivalRadar",
	.init = init,
	.start = start,
	.stop = stop,
	.fini = fini,
	.routes = routes,
	.n_routes = ARRAY_LEN(routes),
	.live = site_live,
	.check = check,
	.reload = reload,
	.run_job = run_job,
	.attention = attention,
	.overview = overview,
	.brief = brief,
	.metrics = metrics,
	.measures = measures,
	.n_measures = ARRAY_LEN(measures),
	.settle = settle,
};
