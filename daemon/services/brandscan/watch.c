/* The thread that looks after brands: it works out what is shown of them when the catalog was
 * written, keeps their days, says what happened, and starts the reading of feeds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/live.h"
#include "daemon/core/thread.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/log.h"
#include "shared/mem.h"

enum {
	LOOK_MS = 60000,   /* at most: the clock on the wall may be set */
	SETTLE_MS = 2000,  /* a scan writes for a while */
	QUIET_TIMES = 20,  /* after an analysis: a twentieth of a CPU at most */
	ANEW_MS = 3600000, /* the span moves on, also when nothing is written */
	DAY_MS = 86400000,
	AGAIN_MS = 5000,
	NEWS_DATA = 1024,
};

/* ---- the table --------------------------------------------------------------------------------
 */

static struct brand_summary *find(struct brandscan *bs, uint64_t id)
{
	for (size_t i = 0; i < bs->n; i++)
		if (bs->all[i].id == id)
			return &bs->all[i];
	return NULL;
}

bool watch_summary(struct brandscan *bs, uint64_t id, struct brand_summary *out)
{
	pthread_mutex_lock(&bs->lock);
	const struct brand_summary *s = find(bs, id);
	if (s)
		*out = *s;
	pthread_mutex_unlock(&bs->lock);
	return s != NULL;
}

static void put(struct brandscan *bs, const struct brand_summary *s)
{
	pthread_mutex_lock(&bs->lock);
	struct brand_summary *there = find(bs, s->id);
	if (!there && bs->n == bs->cap) {
		bs->cap = bs->cap ? 2 * bs->cap : 16;
		bs->all = mem_array(bs->all, bs->cap, sizeof(*bs->all));
	}
	if (!there)
		there = &bs->all[bs->n++];
	*there = *s;
	pthread_mutex_unlock(&bs->lock);
}

static void drop_gone(struct brandscan *bs)
{
	pthread_mutex_lock(&bs->lock);
	for (size_t i = 0; i < bs->n;) {
		const struct resource *r = resource_by_id(bs->d->store, bs->all[i].id);
		if (!r)
			bs->all[i] = bs->all[--bs->n];
		else
			i++;
		resource_unref(r);
	}
	pthread_mutex_unlock(&bs->lock);
}

/* ---- what is kept of a brand ------------------------------------------------------------------
 */

static void read_told(struct reader *r, struct brand_summary *s, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(r,
					  "SELECT rating_x100, score, fallen, low_ms, burst_ms,"
					  " slot_ms FROM brand_state WHERE brand = ?",
					  e);
	if (!st)
		return;
	sqlite3_bind_int64(st, 1, (int64_t)s->id);
	if (sqlite3_step(st) == SQLITE_ROW) {
		s->slot_ms = sqlite3_column_int64(st, 5);
		/* A row that the feeds made says nothing about ratings yet. */
		s->told = (struct brand_told){.known = sqlite3_column_int64(st, 3) > 0,
					      .rating_x100 = (int)brand_number(st, 0),
					      .score = (int)brand_number(st, 1),
					      .fallen = sqlite3_column_int(st, 2),
					      .low_ms = sqlite3_column_int64(st, 3),
					      .burst_ms = sqlite3_column_int64(st, 4)};
	}
	sqlite3_reset(st);
}

static void read_trend(struct reader *r, struct brand_summary *s, int64_t today, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(
		r, "SELECT day, score FROM brand_day WHERE brand = ? AND day > ? AND day <= ?", e);
	for (int i = 0; i < BRAND_TREND_DAYS; i++)
		s->trend[i] = REPUTATION_UNKNOWN;
	if (!st)
		return;
	sqlite3_bind_int64(st, 1, (int64_t)s->id);
	sqlite3_bind_int64(st, 2, today - BRAND_TREND_DAYS);
	sqlite3_bind_int64(st, 3, today);
	while (sqlite3_step(st) == SQLITE_ROW) {
		int64_t at = sqlite3_column_int64(st, 0) - (today - BRAND_TREND_DAYS + 1);
		if (at >= 0 && at < BRAND_TREND_DAYS)
			s->trend[at] = (int)brand_number(st, 1);
	}
	sqlite3_reset(st);
}

static bool read_kept(struct brandscan *bs, struct brand_summary *s, int64_t now_ms)
{
	struct error e = {0};
	struct reader *r = store_reader(bs->d->store, &e);
	if (!r)
		return false;
	read_told(r, s, &e);
	read_trend(r, s, now_ms / DAY_MS, &e);
	reader_done(r);
	return !e.code;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

struct keeping {
	const struct resource *r;
	const struct brand_query *q;
	const struct brand_analysis *a;
	const struct brand_told *told;
	const struct brand_news *news;
	int64_t day;
	uint64_t events;
};

static void bind_known(sqlite3_stmt *st, int at, int64_t v)
{
	if (v == REPUTATION_UNKNOWN)
		sqlite3_bind_null(st, at);
	else
		sqlite3_bind_int64(st, at, v);
}

static enum err keep_day(struct txn *t, const struct keeping *k, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO brand_day (brand, day, score, rating_x100, reviews, listings, sellers)"
		" VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET score = excluded.score,"
		" rating_x100 = excluded.rating_x100, reviews = excluded.reviews,"
		" listings = excluded.listings, sellers = excluded.sellers",
		e);
	if (!st)
		return e->code;
	sqlite3_bind_int64(st, 1, (int64_t)k->r->id);
	sqlite3_bind_int64(st, 2, k->day);
	bind_known(st, 3, k->a->score.total);
	bind_known(st, 4, k->a->rating_x100);
	bind_known(st, 5, k->a->reviews);
	sqlite3_bind_int64(st, 6, k->a->listings);
	sqlite3_bind_int64(st, 7, (int64_t)k->a->n_sellers);
	return txn_exec(t, st, e);
}

static enum err keep_told(struct txn *t, const struct keeping *k, struct error *e)
{
	sqlite3_stmt *st = txn_prepare(
		t,
		"INSERT INTO brand_state (brand, rating_x100, score, fallen, low_ms, burst_ms, slot_ms)"
		" VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET"
		" rating_x100 = excluded.rating_x100, score = excluded.score,"
		" fallen = excluded.fallen, low_ms = excluded.low_ms, burst_ms = excluded.burst_ms",
		e);
	if (!st)
		return e->code;
	sqlite3_bind_int64(st, 1, (int64_t)k->r->id);
	bind_known(st, 2, k->told->rating_x100);
	bind_known(st, 3, k->told->score);
	sqlite3_bind_int(st, 4, k->told->fallen);
	sqlite3_bind_int64(st, 5, k->told->low_ms);
	sqlite3_bind_int64(st, 6, k->told->burst_ms);
	return txn_exec(t, st, e);
}

static void write_news(struct json_writer *w, const struct keeping *k, enum brand_news_kind kind)
{
	const struct brand_analysis *a = k->a;
	jw_object(w);
	jw_kv_str(w, "brand", k->q->brand);
	switch (kind) {
	case NEWS_RATING_FELL:
		jw_kv_int(w, "was_x100", k->news->rating_was);
		jw_kv_int(w, "now_x100", a->rating_x100);
		jw_kv_int(w, "reviews", a->reviews);
		break;
	case NEWS_REPUTATION_FELL:
	case NEWS_REPUTATION_BACK:
		jw_kv_str(w, "state", kind == NEWS_REPUTATION_FELL ? "fell" : "back");
		jw_kv_int(w, "was", k->news->score_was);
		jw_kv_int(w, "now", a->score.total);
		break;
	case NEWS_LOW_REVIEWS: {
		const struct low_cluster *c = &a->clusters[a->n_clusters - 1];
		jw_kv_int(w, "ratings", c->ratings);
		jw_kv_int(w, "listings", (int64_t)c->listings);
		jw_kv_time(w, "from", c->from_ms);
		jw_kv_time(w, "until", c->until_ms);
		jw_key(w, "topics");
		jw_array(w);
		for (size_t i = 0; i < c->n_topics; i++)
			jw_str(w, c->topics[i]);
		jw_array_end(w);
		break;
	}
	case NEWS_BUY_BOX_BURST: jw_kv_int(w, "listings", a->buy_boxes_lost_day); break;
	case BRAND_NEWS: break;
	}
	jw_object_end(w);
}

static enum err tell(struct txn *t, struct keeping *k, enum brand_news_kind kind, struct error *e)
{
	char text[400];
	struct buf data = BUF_INIT(NEWS_DATA);
	struct json_writer w;
	struct event ev = {.at_ms = k->a->at_ms,
			   .severity =
				   kind == NEWS_REPUTATION_BACK ? SEVERITY_INFO : SEVERITY_WARNING,
			   .subject_kind = "brand",
			   .subject = k->r->id,
			   .text = text};
	snprintf(ev.topic, sizeof(ev.topic), "%s", brand_news_topic(kind));
	snprintf(ev.name, sizeof(ev.name), "%s", k->r->name);
	brand_news_text(kind, k->q->brand, k->news, k->a, text, sizeof(text));
	jw_init(&w, &data);
	write_news(&w, k, kind);
	ev.data_json = (char *)buf_str(&data);
	enum err err = feed_event(t, &ev, e);
	buf_fini(&data);
	k->events += !err;
	return err;
}

static enum err keep(struct txn *t, void *arg, struct error *e)
{
	struct keeping *k = arg;
	sqlite3_stmt *st = txn_prepare(t, "SELECT 1 FROM resource WHERE id = ?", e);
	if (!st)
		return e->code;
	k->events = 0;
	sqlite3_bind_int64(st, 1, (int64_t)k->r->id);
	bool there = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_reset(st);
	enum err err = there ? keep_day(t, k, e) : ERR_NONE;
	if (there && !err)
		err = keep_told(t, k, e);
	for (int i = 0; i < BRAND_NEWS && there && !err; i++)
		if (k->news->happened[i])
			err = tell(t, k, (enum brand_news_kind)i, e);
	return err;
}

/* ---- one brand --------------------------------------------------------------------------------
 */

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

static bool is_paused(const struct resource *r)
{
	json_t *spec = resource_spec(r);
	bool paused = spec_bool(&resource_brand, spec, "paused");
	json_decref(spec);
	return paused;
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
		if (is_paused(r)) /* what happens meanwhile is not told later either */
			news = (struct brand_news){0};
		struct keeping k = {r, q, a, &next, &news, now_ms / DAY_MS, 0};
		err = store_run(bs->d->store, OP_BACKGROUND, keep, &k, &e);
		bs->told += err ? 0 : k.events;
	}
	if (err)
		log_warn("brandscan", "%s is looked at again later: %s", r->name, e.text);
	else
		summarize(s, r, a, &next);
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

/* @return when to look again, wall */
static int64_t look_at(struct brandscan *bs, const struct resource *r, bool stirred, int64_t now_ms)
{
	struct brand_summary *s = mem_zalloc(sizeof(*s));
	int64_t next = now_ms + LOOK_MS;
	bool known = watch_summary(bs, r->id, s);
	if (!known)
		*s = (struct brand_summary){.id = r->id};
	if (!known || now_ms / DAY_MS != s->at_ms / DAY_MS)
		known = read_kept(bs, s, now_ms);
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
		int64_t feeds = is_paused(r) ? INT64_MAX : feeds_look(bs, r, s, now_ms);
		next = feeds < next ? feeds : next;
		put(bs, s);
		live_touch(bs->d->live, "brand", r->id);
	}
	free(s);
	return next;
}

/* ---- the thread -------------------------------------------------------------------------------
 */

static bool is_stopping(struct brandscan *bs)
{
	pthread_mutex_lock(&bs->lock);
	bool stopping = bs->stopping;
	pthread_mutex_unlock(&bs->lock);
	return stopping;
}

static void forget_gone(struct brandscan *bs)
{
	struct error e = {0};
	bool more = true;
	drop_gone(bs);
	while (more && !is_stopping(bs))
		if (store_run(bs->d->store, OP_BACKGROUND, feeds_orphans, &more, &e)) {
			log_warn("brandscan", "rows of brands that are gone stay: %s", e.text);
			return;
		}
}

static int64_t look_at_all(struct brandscan *bs, bool stirred)
{
	size_t n = 0;
	int64_t now = clock_wall_ms(bs->d->clock), next = now + LOOK_MS;
	const struct resource **all = resource_list(bs->d->store, &resource_brand, &n);
	for (size_t i = 0; i < n; i++) {
		int64_t its = is_stopping(bs) ? next : look_at(bs, all[i], stirred, now);
		next = its < next ? its : next;
		resource_unref(all[i]);
	}
	free(all);
	if (n)
		live_list(bs->d->live, "brand");
	return next - now;
}

/* The lock is held. A catalog that is being written is looked at when it has been quiet for a
 * moment, or at its pace. */
static void wait_for_work(struct brandscan *bs, int64_t until_us, int64_t stir_us)
{
	while (!bs->stopping && !bs->changed && !bs->gone) {
		int64_t now = thread_now_us();
		int64_t due = bs->stirred && stir_us < until_us ? stir_us : until_us;
		if (now >= due)
			return;
		thread_cond_wait_until(&bs->wake, &bs->lock, due);
	}
}

static void *run(void *arg)
{
	struct brandscan *bs = arg;
	int64_t until_us = 0, stir_us = 0;
	bool gone = true; /* while this daemon was off */
	pthread_mutex_lock(&bs->lock);
	while (!bs->stopping) {
		wait_for_work(bs, until_us, stir_us);
		bool stirred = bs->stirred && thread_now_us() >= stir_us;
		gone = gone || bs->gone;
		bs->changed = bs->gone = false;
		bs->stirred = bs->stirred && !stirred;
		pthread_mutex_unlock(&bs->lock);
		int64_t began_us = thread_now_us();
		if (gone)
			forget_gone(bs);
		gone = false;
		int64_t wait_ms = look_at_all(bs, stirred);
		int64_t ended_us = thread_now_us();
		until_us = ended_us + (wait_ms > 0 ? wait_ms : 1) * 1000;
		if (stirred)
			stir_us = ended_us + SETTLE_MS * INT64_C(1000) +
				  QUIET_TIMES * (ended_us - began_us);
		pthread_mutex_lock(&bs->lock);
	}
	pthread_mutex_unlock(&bs->lock);
	return NULL;
}

/* ---- what wakes it ----------------------------------------------------------------------------
 */

static void on_resource(const struct resource *old, const struct resource *now, void *arg)
{
	struct brandscan *bs = arg;
	if ((now ? now : old)->kind != &resource_brand)
		return;
	pthread_mutex_lock(&bs->lock);
	bs->changed = true;
	bs->gone = bs->gone || !now;
	pthread_cond_signal(&bs->wake);
	pthread_mutex_unlock(&bs->lock);
}

static bool is_of_catalog(const struct feed_commit *c)
{
	static const char *const kinds[] = {"listing", "product", "match"};
	for (size_t i = 0; i < c->n_notes; i++)
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			if (!strcmp(c->notes[i].kind, kinds[k]))
				return true;
	for (size_t i = 0; i < c->n_events; i++)
		if (!strcmp(c->events[i].subject_kind, "listing") ||
		    !strcmp(c->events[i].topic, "brand.mentioned"))
			return true;
	return false;
}

/* The reading of feeds is over: how did it go? */
static bool is_of_feeds(const struct feed_commit *c)
{
	for (size_t i = 0; i < c->n_events; i++)
		if (!strcmp(c->events[i].subject_kind, "brand") &&
		    !strncmp(c->events[i].topic, "job.", 4))
			return true;
	return false;
}

static void on_commit(const struct feed_commit *c, void *arg)
{
	struct brandscan *bs = arg;
	bool stirred = is_of_catalog(c), read = is_of_feeds(c);
	if (!stirred && !read)
		return;
	pthread_mutex_lock(&bs->lock);
	bs->stirred = bs->stirred || stirred;
	bs->changed = bs->changed || read;
	pthread_cond_signal(&bs->wake);
	pthread_mutex_unlock(&bs->lock);
}

void watch_kick(struct brandscan *bs)
{
	pthread_mutex_lock(&bs->lock);
	bs->changed = true;
	pthread_cond_signal(&bs->wake);
	pthread_mutex_unlock(&bs->lock);
}

enum err watch_start(struct brandscan *bs, struct error *e)
{
	resource_listen(bs->d->store, on_resource, bs);
	feed_listen(bs->d->store, on_commit, bs);
	enum err err = thread_start(&bs->thread, "brandscan", THREAD_STACK_LOOP, run, bs, e);
	bs->runs = !err;
	return err;
}

void watch_stop(struct brandscan *bs)
{
	resource_unlisten(bs->d->store, on_resource, bs);
	feed_unlisten(bs->d->store, on_commit, bs);
	pthread_mutex_lock(&bs->lock);
	bs->stopping = true;
	pthread_cond_signal(&bs->wake);
	pthread_mutex_unlock(&bs->lock);
	if (bs->runs)
		pthread_join(bs->thread, NULL);
	bs->runs = false;
}
