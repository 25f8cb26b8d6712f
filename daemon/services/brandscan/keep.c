/* What is remembered of a brand: its days, what was told of it, and the telling. */
#include <stdio.h>
#include <string.h>

#include "daemon/catalog/offers.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/mem.h"

enum { DAY_MS = 86400000, NEWS_DATA = 1024 };

/* ---- reading --------------------------------------------------------------------------------- */

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
					      .rating_x100 = (int)row_minor(st, 0),
					      .score = (int)row_minor(st, 1),
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
			s->trend[at] = (int)row_minor(st, 1);
	}
	sqlite3_reset(st);
}

bool brand_kept_read(struct brandscan *bs, struct brand_summary *s, int64_t now_ms)
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

/* ---- writing --------------------------------------------------------------------------------- */

struct keeping {
	const struct brand_keeping *what;
	uint64_t events;
};

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
	sqlite3_bind_int64(st, 1, (int64_t)k->what->r->id);
	sqlite3_bind_int64(st, 2, k->what->day);
	bind_minor(st, 3, k->what->a->score.total);
	bind_minor(st, 4, k->what->a->rating_x100);
	bind_minor(st, 5, k->what->a->reviews);
	sqlite3_bind_int64(st, 6, k->what->a->listings);
	sqlite3_bind_int64(st, 7, (int64_t)k->what->a->n_sellers);
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
	sqlite3_bind_int64(st, 1, (int64_t)k->what->r->id);
	bind_minor(st, 2, k->what->told->rating_x100);
	bind_minor(st, 3, k->what->told->score);
	sqlite3_bind_int(st, 4, k->what->told->fallen);
	sqlite3_bind_int64(st, 5, k->what->told->low_ms);
	sqlite3_bind_int64(st, 6, k->what->told->burst_ms);
	return txn_exec(t, st, e);
}

static void write_news(struct json_writer *w, const struct keeping *k, enum brand_news_kind kind)
{
	const struct brand_analysis *a = k->what->a;
	jw_object(w);
	jw_kv_str(w, "brand", k->what->q->brand);
	switch (kind) {
	case NEWS_RATING_FELL:
		jw_kv_int(w, "was_x100", k->what->news->rating_was);
		jw_kv_int(w, "now_x100", a->rating_x100);
		jw_kv_int(w, "reviews", a->reviews);
		break;
	case NEWS_REPUTATION_FELL:
	case NEWS_REPUTATION_BACK:
		jw_kv_str(w, "state", kind == NEWS_REPUTATION_FELL ? "fell" : "back");
		jw_kv_int(w, "was", k->what->news->score_was);
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
	struct event ev = {.at_ms = k->what->a->at_ms,
			   .severity =
				   kind == NEWS_REPUTATION_BACK ? SEVERITY_INFO : SEVERITY_WARNING,
			   .subject_kind = "brand",
			   .subject = k->what->r->id,
			   .text = text};
	snprintf(ev.topic, sizeof(ev.topic), "%s", brand_news_topic(kind));
	snprintf(ev.name, sizeof(ev.name), "%s", k->what->r->name);
	brand_news_text(kind, k->what->q->brand, k->what->news, k->what->a, text, sizeof(text));
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
	sqlite3_bind_int64(st, 1, (int64_t)k->what->r->id);
	bool there = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_reset(st);
	enum err err = there ? keep_day(t, k, e) : ERR_NONE;
	if (there && !err)
		err = keep_told(t, k, e);
	for (int i = 0; i < BRAND_NEWS && there && !err; i++)
		if (k->what->news->happened[i])
			err = tell(t, k, (enum brand_news_kind)i, e);
	return err;
}

enum err brand_keep(struct brandscan *bs, const struct brand_keeping *what, struct error *e)
{
	struct keeping k = {.what = what};
	enum err err = store_run(bs->d->store, OP_BACKGROUND, keep, &k, e);
	if (err)
		return err;
	pthread_mutex_lock(&bs->lock);
	bs->told += k.events;
	pthread_mutex_unlock(&bs->lock);
	return ERR_NONE;
}
