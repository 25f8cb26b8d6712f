#include <stdlib.h>

#include "daemon/store/series_read.h"
#include "daemon/store/series_state.h"
#include "shared/log.h"
#include "shared/mem.h"

enum { POINTS_MAX = 2000 };

struct range {
	int64_t from, until; /* empty when from >= until */
};

/* How a span is put together: whole days from the daily table, whole hours around them, single
 * samples at its ends. Each range is in its own unit. */
struct pieces {
	struct range raw[2], hours[2], days;
	int64_t from_ms, until_ms; /* what they cover */
};

/* Where points begin and how long they are. */
struct grid {
	enum unit { UNIT_SAMPLE, UNIT_HOUR, UNIT_DAY } unit;
	int64_t from_ms, step_ms;
	int n;
};

static int64_t down(int64_t v, int64_t unit)
{
	return v - v % unit;
}

static int64_t up(int64_t v, int64_t unit)
{
	return down(v + unit - 1, unit);
}

/* From when on single samples are complete, and hours. Where nothing older is known in coarser
 * form nothing was dropped, and it is from the beginning of time. */
static void kept_since(const struct series_view *v, int64_t *raw_ms, int64_t *hours_ms)
{
	bool any_raw = v->chunk_from_s != INT64_MAX, any_hour = v->hour_from != INT64_MAX;
	int64_t raw_hour = any_raw ? v->chunk_from_s / 3600 : INT64_MAX;
	int64_t first_hour = v->hour_from;

	if (v->day_from != INT64_MAX && v->day_from * 24 < first_hour &&
	    (!any_hour || first_hour / 24 > v->day_from))
		first_hour = v->day_from * 24;
	*hours_ms = first_hour >= v->hour_from ? INT64_MIN
		    : any_hour                 ? up(v->hour_from * SERIES_HOUR_MS, SERIES_DAY_MS)
					       : INT64_MAX;
	*raw_ms = raw_hour <= first_hour ? INT64_MIN
		  : any_raw              ? (raw_hour + 1) * SERIES_HOUR_MS
					 : INT64_MAX;
}

/* What is known of a time: the unit that an edge there moves out to. */
static int64_t unit_at(int64_t at_ms, int64_t raw_ms, int64_t hours_ms)
{
	if (at_ms < hours_ms)
		return SERIES_DAY_MS;
	return at_ms < raw_ms ? SERIES_HOUR_MS : 1;
}

static struct pieces plan(int64_t from_ms, int64_t until_ms, int64_t raw_ms, int64_t hours_ms)
{
	int64_t from = down(from_ms, unit_at(from_ms, raw_ms, hours_ms));
	int64_t until = up(until_ms, unit_at(until_ms, raw_ms, hours_ms));
	int64_t hour_from = up(from, SERIES_HOUR_MS), hour_until = down(until, SERIES_HOUR_MS);
	int64_t day_from = up(from, SERIES_DAY_MS), day_until = down(until, SERIES_DAY_MS);
	struct pieces p = {.from_ms = from, .until_ms = until};

	if (hour_from >= hour_until) {
		p.raw[0] = (struct range){from, until};
		return p;
	}
	p.raw[0] = (struct range){from, hour_from};
	p.raw[1] = (struct range){hour_until, until};
	if (day_from >= day_until) {
		p.hours[0] =
			(struct range){hour_from / SERIES_HOUR_MS, hour_until / SERIES_HOUR_MS};
		return p;
	}
	p.hours[0] = (struct range){hour_from / SERIES_HOUR_MS, day_from / SERIES_HOUR_MS};
	p.hours[1] = (struct range){day_until / SERIES_HOUR_MS, hour_until / SERIES_HOUR_MS};
	p.days = (struct range){day_from / SERIES_DAY_MS, day_until / SERIES_DAY_MS};
	return p;
}

static struct grid make_grid(int64_t from_ms, int64_t until_ms, int max, int64_t raw_ms,
			     int64_t hours_ms)
{
	struct grid g = {.unit = UNIT_SAMPLE};
	int64_t step = (until_ms - from_ms + max - 1) / max, unit = 1;

	if (step >= SERIES_HOUR_MS || from_ms < raw_ms) {
		g.unit = UNIT_HOUR;
		unit = SERIES_HOUR_MS;
	}
	if (step >= SERIES_DAY_MS || from_ms < hours_ms) {
		g.unit = UNIT_DAY;
		unit = SERIES_DAY_MS;
	}
	g.from_ms = down(from_ms, unit);
	g.step_ms = up(step, unit);
	/* beginning earlier may need one point more */
	if (g.from_ms + g.step_ms * max < until_ms)
		g.step_ms += unit;
	g.n = (int)((until_ms - g.from_ms + g.step_ms - 1) / g.step_ms);
	return g;
}

/* ---- gathering ---------------------------------------------------------------------------- */

/* Adds what it is given to the points, or to the total when there are no points. */
struct sink {
	struct rollup *into;
	int64_t from_ms, step_ms; /* step_ms 0: everything goes into one */
	int n;
	int64_t unit_ms; /* of the roll-ups */
	int damaged;
};

static struct rollup *place(const struct sink *k, int64_t at_ms)
{
	int64_t i;

	if (!k->step_ms)
		return k->into;
	if (at_ms < k->from_ms)
		return NULL;
	i = (at_ms - k->from_ms) / k->step_ms;
	return i < k->n ? &k->into[i] : NULL;
}

static void take_sample(void *arg, const struct chunk *c, unsigned i)
{
	struct rollup *r = place(arg, c->at_s[i] * 1000);

	if (r)
		rollup_add_bucket(r, (enum outcome)c->outcome[i], c->span_ms[i], c->bucket[i]);
}

static void take_rollup(void *arg, int64_t start, const uint8_t *data, size_t n)
{
	struct sink *k = arg;
	struct rollup *r = place(k, start * k->unit_ms);

	if (r && !rollup_decode_add(r, data, n))
		k->damaged++;
}

static void take_recent(const struct series_view *v, const struct sink *k, int64_t from_ms,
			int64_t until_ms)
{
	for (size_t i = v->recent_moved; i < v->recent_n; i++) {
		const struct sample *s = &v->recent[i];
		struct rollup *r =
			s->at_ms >= from_ms && s->at_ms < until_ms ? place(k, s->at_ms) : NULL;

		if (r)
			rollup_add(r, s);
	}
}

static enum err take_rollups(struct series_view *v, bool day, struct range range, struct sink *k,
			     struct error *e)
{
	enum err err;

	k->unit_ms = day ? SERIES_DAY_MS : SERIES_HOUR_MS;
	k->damaged = 0;
	err = view_rollups(v, day, range.from, range.until, take_rollup, k, e);
	if (k->damaged)
		log_warn("series", "%d damaged roll-ups were left out", k->damaged);
	return err;
}

static enum err gather_total(struct series_view *v, const struct pieces *p, struct rollup *total,
			     struct error *e)
{
	struct sink k = {.into = total};
	enum err err = take_rollups(v, true, p->days, &k, e);

	for (int i = 0; !err && i < 2; i++) {
		err = take_rollups(v, false, p->hours[i], &k, e);
		if (!err)
			err = view_samples(v, p->raw[i].from, p->raw[i].until, take_sample, &k, e);
	}
	take_recent(v, &k, p->from_ms, p->until_ms);
	return err;
}

static enum err gather_points(struct series_view *v, const struct grid *g, int64_t until_ms,
			      struct rollup *points, struct error *e)
{
	struct sink k = {.into = points, .from_ms = g->from_ms, .step_ms = g->step_ms, .n = g->n};
	int64_t unit_ms = g->unit == UNIT_DAY ? SERIES_DAY_MS : SERIES_HOUR_MS;
	enum err err;

	if (g->unit == UNIT_SAMPLE)
		err = view_samples(v, g->from_ms, until_ms, take_sample, &k, e);
	else
		err = take_rollups(
			v, g->unit == UNIT_DAY,
			(struct range){g->from_ms / unit_ms, up(until_ms, unit_ms) / unit_ms}, &k,
			e);
	take_recent(v, &k, g->from_ms, g->unit == UNIT_SAMPLE ? until_ms : up(until_ms, unit_ms));
	return err;
}

int series_query(struct store *store, uint64_t monitor, int64_t from_ms, int64_t until_ms, int max,
		 struct series_point *out, struct series_point *total, struct error *e)
{
	int64_t raw_ms, hours_ms;
	struct series_view *v;
	struct rollup *sum;
	struct grid g = {0};
	struct pieces p;
	enum err err;

	if (from_ms < 0 || until_ms <= from_ms || until_ms > SAMPLE_AT_MAX_MS || max < 0)
		return error_set(e, ERR_INVALID, "a span of time must begin before it ends");
	max = max > POINTS_MAX ? POINTS_MAX : max;
	v = mem_alloc(sizeof *v);
	sum = mem_zalloc(((size_t)max + 1) * sizeof *sum);
	err = view_open(v, store, monitor, e);
	if (err)
		goto out;
	kept_since(v, &raw_ms, &hours_ms);
	p = plan(from_ms, until_ms, raw_ms, hours_ms);
	err = gather_total(v, &p, &sum[0], e);
	if (!err && max) {
		g = make_grid(from_ms, until_ms, max, raw_ms, hours_ms);
		err = gather_points(v, &g, until_ms, sum + 1, e);
	}
	if (err)
		goto out;
	rollup_point(&sum[0], p.from_ms, p.until_ms - p.from_ms, total);
	for (int i = 0; i < g.n; i++)
		rollup_point(&sum[i + 1], g.from_ms + g.step_ms * i, g.step_ms, &out[i]);
out:
	view_close(v);
	free(v);
	free(sum);
	return err ? (int)err : g.n;
}

/* ---- latest ------------------------------------------------------------------------------- */

/* Newest first; the newest of the tables that memory has already given are skipped. */
struct latest {
	uint64_t monitor;
	struct sample *out;
	int n, max;
	size_t skip;
};

static bool take_back(void *arg, const struct chunk *c)
{
	struct latest *l = arg;

	for (unsigned i = c->n; i-- && l->n < l->max;) {
		if (l->skip)
			l->skip--;
		else
			l->out[l->n++] = chunk_sample(c, l->monitor, i);
	}
	return l->n < l->max;
}

int series_latest(struct store *store, uint64_t monitor, int max, struct sample *out,
		  struct error *e)
{
	struct series_view *v = mem_alloc(sizeof *v);
	struct latest l = {.monitor = monitor, .out = out, .max = max};
	enum err err = view_open(v, store, monitor, e);

	if (!err) {
		for (size_t i = v->recent_n; i-- && l.n < max;)
			out[l.n++] = v->recent[i];
		l.skip = v->recent_moved;
		if (l.n < max && take_back(&l, &v->chunk))
			err = view_chunks_back(v, take_back, &l, e);
	}
	view_close(v);
	free(v);
	return err ? (int)err : l.n;
}
