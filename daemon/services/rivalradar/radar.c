#include "daemon/services/rivalradar/radar.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/catalog/words.h"
#include "daemon/core/thread.h"
#include "daemon/services/rivalradar/internal.h"
#include "shared/log.h"
#include "shared/mem.h"

#define DAY_MS INT64_C(86400000)

enum {
	QUIET_US = 1000000,    /* changes come in rows: wait for the end of one */
	WAIT_MAX_US = 5000000, /* but not for ever */
	REST_TIMES = 20,       /* a pass may take a twentieth of the time */
	KEEP_EVERY_US = 60000000,
	SETTLE_US = 3000000,
	LOOK_US = 60000000, /* a new day begins without a change */
};

/* ---- a pass ---------------------------------------------------------------------------------- */

static bool same_figures(const struct figures *a, const struct figures *b)
{
	return a && b && a->state == b->state && a->products == b->products &&
	       a->unknown == b->unknown && a->out_of_stock == b->out_of_stock &&
	       a->new_n == b->new_n && a->gone_n == b->gone_n && a->mine_too == b->mine_too &&
	       a->cheaper == b->cheaper && a->dearer == b->dearer && a->equal == b->equal &&
	       a->index_mean == b->index_mean && a->index_median == b->index_median &&
	       !memcmp(a->trend, b->trend, sizeof(a->trend));
}

static void wake_watchers(struct radar *r, const struct picture *old, const struct picture *now)
{
	for (size_t i = 0; r->d->live && i < now->n; i++) {
		const struct figures *f = &now->sites[i];

		if (f->site && !same_figures(picture_find(old, f->site), f))
			live_touch(r->d->live, f->mine ? "shop" : "rival", f->site);
	}
}

static void note_failure(struct radar *r, const struct error *e)
{
	if (!r->failing)
		log_warn("rivalradar", "where rivals stand cannot be worked out: %s", e->text);
	r->failing = true;
}

/* One thread makes pictures, so the old one is this thread's until it is replaced. */
static void make_picture(struct radar *r, bool keep)
{
	int64_t began = thread_now_us();
	struct picture *now = NULL, *old = r->picture;
	struct error e = {0};
	struct store_health health;

	if (picture_make(r->d->store, clock_wall_ms(r->d->clock), &now, &e)) {
		note_failure(r, &e);
		return;
	}
	r->failing = false;
	pthread_mutex_lock(&r->lock);
	r->picture = now;
	r->passes++;
	r->took_us = thread_now_us() - began;
	pthread_mutex_unlock(&r->lock);
	wake_watchers(r, old, now);
	picture_free(old);
	store_health(r->d->store, &health);
	if (!keep || health.readonly)
		return;
	r->kept_us = thread_now_us();
	if (picture_keep(r->d->store, now, &e))
		log_warn("rivalradar", "the day's figures are not kept: %s", e.text);
}

/* ---- when ------------------------------------------------------------------------------------ */

static int64_t earliest(const struct radar *r)
{
	int64_t quiet = r->touched_us + QUIET_US, limit = r->dirty_us + WAIT_MAX_US;

	return quiet < limit ? quiet : limit;
}

static bool is_another_day(const struct radar *r)
{
	return r->picture && r->picture->made_ms / DAY_MS != clock_wall_ms(r->d->clock) / DAY_MS;
}

static void *run(void *arg)
{
	struct radar *r = arg;
	int64_t rest_us = 0;

	pthread_mutex_lock(&r->lock);
	while (!r->stopping) {
		int64_t now = thread_now_us(), at = earliest(r);

		if (at < rest_us)
			at = rest_us;
		if (!r->dirty && is_another_day(r))
			r->dirty = r->urgent = true;
		if (!r->dirty || (!r->urgent && now < at)) {
			thread_cond_wait_until(&r->changed, &r->lock,
					       r->dirty ? at : now + LOOK_US);
			continue;
		}
		bool quiet = now - r->touched_us >= QUIET_US || r->urgent;
		bool keep = quiet || now - r->kept_us >= KEEP_EVERY_US;
		r->dirty = r->urgent = false;
		r->running = true;
		pthread_mutex_unlock(&r->lock);
		make_picture(r, keep);
		pthread_mutex_lock(&r->lock);
		r->running = false;
		rest_us = thread_now_us() + r->took_us * REST_TIMES;
		/* What was not kept, as more was coming, is when it is quiet. */
		if (!keep && !r->dirty) {
			r->dirty = true;
			r->dirty_us = r->touched_us = thread_now_us();
		}
		pthread_cond_broadcast(&r->changed);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static void touch(struct radar *r)
{
	pthread_mutex_lock(&r->lock);
	r->touched_us = thread_now_us();
	if (!r->dirty)
		r->dirty_us = r->touched_us;
	r->dirty = true;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
}

/* Writer thread: takes a note only. */
static void on_commit(const struct feed_commit *c, void *arg)
{
	static const char *const kinds[] = {"listing", "product", "rival", "shop"};

	for (size_t i = 0; i < c->n_notes; i++)
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			if (!strcmp(c->notes[i].kind, kinds[k])) {
				touch(arg);
				return;
			}
}

void radar_settle(struct radar *r)
{
	int64_t until = thread_now_us() + SETTLE_US;

	pthread_mutex_lock(&r->lock);
	while (r->started && !r->stopping && (r->dirty || r->running || !r->picture) &&
	       thread_now_us() < until) {
		r->urgent = r->dirty;
		pthread_cond_broadcast(&r->changed);
		thread_cond_wait_until(&r->changed, &r->lock, until);
	}
	pthread_mutex_unlock(&r->lock);
}

/* ---- life ------------------------------------------------------------------------------------ */

static const struct route routes[] = {
	{"GET", "/v1/rivals/:ref/prices", ROUTE_WORKER, ACCESS_READ, route_prices, 0},
	{"GET", "/v1/competitors/prices", ROUTE_WORKER, ACCESS_READ, route_prices, 0},
	{"GET", "/v1/rivals/:ref/analysis", ROUTE_WORKER, ACCESS_READ, route_analysis, 0},
	{"GET", "/v1/competitors/analysis", ROUTE_WORKER, ACCESS_READ, route_analysis, 0},
	{"GET", "/v1/products/:ref/what-if", ROUTE_WORKER, ACCESS_READ, route_what_if, 0},
	{"POST", "/v1/products/:ref/floor", ROUTE_WORKER, ACCESS_WRITE, route_floor, 0},
	{"POST", "/v1/products/:ref/map", ROUTE_WORKER, ACCESS_WRITE, route_map, 0},
};

struct radar *radar_new(struct daemon *d)
{
	struct radar *r = mem_zalloc(sizeof(*r));

	r->d = d;
	pthread_mutex_init(&r->lock, NULL);
	thread_cond_init(&r->changed);
	if (d->http)
		http_routes(d->http, routes, ARRAY_LEN(routes), r);
	return r;
}

enum err radar_start(struct radar *r, struct error *e)
{
	r->dirty = r->urgent = true;
	enum err err = thread_start(&r->thread, "radar", THREAD_STACK_SMALL, run, r, e);

	r->started = !err;
	if (!err)
		feed_listen(r->d->store, on_commit, r);
	return err;
}

void radar_stop(struct radar *r)
{
	if (!r->started)
		return;
	feed_unlisten(r->d->store, on_commit, r);
	pthread_mutex_lock(&r->lock);
	r->stopping = true;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	r->started = false;
}

void radar_free(struct radar *r)
{
	if (!r)
		return;
	picture_free(r->picture);
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->changed);
	free(r);
}

/* ---- from memory ----------------------------------------------------------------------------- */

bool radar_figures(struct radar *r, uint64_t site, struct figures *out)
{
	pthread_mutex_lock(&r->lock);
	const struct figures *f = picture_find(r->picture, site);
	if (f)
		*out = *f;
	pthread_mutex_unlock(&r->lock);
	return f != NULL;
}

void radar_live(struct radar *r, struct json_writer *w, uint64_t site)
{
	struct figures f = {.index_mean = MARKET_UNKNOWN, .index_median = MARKET_UNKNOWN};
	bool known = radar_figures(r, site, &f);

	jw_kv_int(w, "products", f.products);
	jw_kv_int(w, "mine_too", f.mine_too);
	jw_kv_int(w, "cheaper", f.cheaper);
	jw_kv_int(w, "dearer", f.dearer);
	jw_kv_int(w, "equal", f.equal);
	jw_kv_int(w, "new", f.new_n);
	jw_kv_int(w, "gone", f.gone_n);
	jw_kv_int(w, "out_of_stock", f.out_of_stock);
	words_minor(w, "index_mean", f.index_mean);
	words_minor(w, "index_median", f.index_median);
	jw_key(w, "trend");
	jw_array(w);
	for (size_t i = 0; i < PICTURE_TREND_DAYS; i++) {
		if (known && f.trend[i] >= 0)
			jw_int(w, f.trend[i]);
		else
			jw_null(w);
	}
	jw_array_end(w);
	jw_kv_time(w, "changed_at", f.changed_ms);
}

bool radar_measure(struct radar *r, const char *name, uint64_t site, int64_t *thousandths)
{
	struct figures f;

	if (!radar_figures(r, site, &f) || !f.scanned_ms)
		return false;
	if (!strcmp(name, "price_index")) {
		*thousandths = f.index_mean * 10; /* of percent: 10000 bp are 100 % */
		return f.index_mean >= 0;
	}
	*thousandths = (int64_t)f.cheaper * 1000;
	return !strcmp(name, "cheaper") && f.compared;
}
