/* One brand is looked at: analysed when that is due, judged, its feeds started. */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/live.h"
#include "daemon/core/thread.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	ANEW_MS = 3600000, /* the span moves on, also when nothing is written */
	DAY_MS = 86400000,
	AGAIN_MS = 5000,
};

static void summarize(struct brand_summary *s, const struct resource *r,
		      const struct brand_analysis *a, const struct brand_told *told)
{
	s->version = r->version;
	s->analyzed = true;
	s->at_ms = a->at_ms;
	s->listings = a->listings;
	s->sellers = (int64_t)a->n_sellers;
	s->products = a->products;
	s->spread_bp = a->spread_bp;
	s->reviews = a->reviews;
	s->in_stock_bp = a->in_stock_bp;
	s->per_day_x1000 = a->per_day_x1000;
	s->changes = a->changed;
	s->mentions = a->mentions;
	s->buy_boxes_lost = a->changes[CHANGE_BUY_BOX_LOST];
	s->joined = a->changes[CHANGE_SELLER_JOINED];
	s->rating_x100 = a->rating_x100;
	s->score = a->score.total;
	s->told = *told;
	s->trend[BRAND_TREND_DAYS - 1] = a->score.total;
	s->low = 0;
	for (size_t i = 0; i < a->n_clusters; i++)
		s->low += a->clusters[i].ratings;
	s->cluster = a->n_clusters ? a->clusters[a->n_clusters - 1] : (struct low_cluster){0};
}

static struct brand_limits limits_of(const struct resource *r)
{
	json_t *spec = resource_spec(r);
	struct brand_limits l = {
		.rating_fall_x100 = (int)spec_int(&resource_brand, spec, "rating_fall"),
		.score_fall = (int)spec_int(&resource_brand, spec, "score_fall"),
		.buy_box_burst = spec_int(&resource_brand, spec, "buy_box_burst"),
	};
	json_decref(spec);
	return l;
}

static bool analyze(struct brandscan *bs, const struct resource *r, struct brand_summary *s,
		    int64_t now_ms)
{
	struct brand_query *q = mem_zalloc(sizeof(*q));
	struct brand_analysis *a = mem_zalloc(sizeof(*a));
	struct brand_told next;
	struct brand_news news;
	struct error e = {0};
	brand_query_of(r, now_ms, q);
	enum err err = brand_analyze(bs->d->store, q, now_ms, a, &e);
	if (!err) {
		const struct brand_limits limits = limits_of(r);
		brand_judge(&s->told, &limits, a, &next, &news);
		if (brand_is_paused(r)) /* what happens meanwhile is not told later either */
			news = (struct brand_news){0};
		const struct brand_keeping k = {r, q, a, &next, &news, now_ms / DAY_MS};
		err = brand_keep(bs, &k, &e);
	}
	if (err) {
		log_warn("brandscan", "%s is looked at again later: %s", r->name, e.text);
		s->version = 0; /* due then, though nothing else stirs it */
	} else {
		summarize(s, r, a, &next);
	}
	brand_analysis_fini(a);
	free(a);
	free(q);
	return !err;
}

static bool is_due(const struct brand_summary *s, const struct resource *r, bool stirred,
		   int64_t now_ms)
{
	return stirred || !s->analyzed || s->version != r->version ||
	       now_ms - s->at_ms >= ANEW_MS || now_ms < s->at_ms ||
	       now_ms / DAY_MS != s->at_ms / DAY_MS;
}

int64_t brand_look(struct brandscan *bs, const struct resource *r, bool stirred, int64_t now_ms)
{
	struct brand_summary *s = mem_zalloc(sizeof(*s));
	int64_t next = now_ms + BRAND_LOOK_MS;
	bool known = summary_get(bs, r->id, s);
	if (!known)
		*s = (struct brand_summary){.id = r->id};
	if (!known || now_ms / DAY_MS != s->at_ms / DAY_MS)
		known = brand_kept_read(bs, s, now_ms);
	snprintf(s->name, sizeof(s->name), "%s", r->name);
	if (!known) {
		next = now_ms + AGAIN_MS;
	} else if (is_due(s, r, stirred, now_ms)) {
		int64_t began_us = thread_now_us();
		if (!analyze(bs, r, s, now_ms))
			next = now_ms + AGAIN_MS;
		pthread_mutex_lock(&bs->lock);
		bs->analyses++;
		bs->last_us = thread_now_us() - began_us;
		bs->worst_us = bs->last_us > bs->worst_us ? bs->last_us : bs->worst_us;
		pthread_mutex_unlock(&bs->lock);
	}
	if (known) {
		int64_t feeds = brand_is_paused(r) ? INT64_MAX : feeds_look(bs, r, s, now_ms);
		next = feeds < next ? feeds : next;
		summary_put(bs, s);
		live_touch(bs->d->live, "brand", r->id);
	}
	free(s);
	return next;
}
