/* A line for each brand to which something happened. Thread: a worker. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/offers.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/mem.h"

enum { BRANDS_TOLD = 10, TEXT = 240 };
static const int64_t day_ms = 86400000;

struct brief {
	struct brandscan *bs;
	int64_t since_ms, until_ms;
	void (*say)(void *arg, const struct brief_line *line);
	void *arg;
	size_t told, more, quiet;
};

/* Its rating and score on the last day before the stretch. */
static void read_before(const struct brief *b, uint64_t brand, int *rating_x100, int *score)
{
	struct error e = {0};
	struct reader *r = store_reader(b->bs->d->store, &e);
	sqlite3_stmt *st =
		r ? reader_prepare(r,
				   "SELECT rating_x100, score FROM brand_day"
				   " WHERE brand = ? AND day <= ? ORDER BY day DESC LIMIT 1",
				   &e)
		  : NULL;
	*rating_x100 = *score = REPUTATION_UNKNOWN;
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)brand);
		sqlite3_bind_int64(st, 2, b->since_ms / day_ms - 1);
		if (sqlite3_step(st) == SQLITE_ROW) {
			*rating_x100 = (int)row_minor(st, 0);
			*score = (int)row_minor(st, 1);
		}
		sqlite3_reset(st);
	}
	if (r)
		reader_done(r);
}

__attribute__((format(printf, 2, 3))) static void add(char *text, const char *fmt, ...)
{
	char part[160];
	size_t n = strlen(text);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(part, sizeof(part), fmt, ap);
	va_end(ap);
	snprintf(text + n, TEXT - n, "%s%s", n ? ", " : "", part);
}

static void add_count(char *text, int64_t n, const char *one, const char *many)
{
	if (n)
		add(text, "%lld %s", (long long)n, n == 1 ? one : many);
}

static void add_ratings(const struct brief *b, char *text, uint64_t id,
			const struct brand_analysis *a)
{
	int rating, score;
	int64_t low = a->low_texts ? a->low_texts : a->counted_low;
	read_before(b, id, &rating, &score);
	if (rating != REPUTATION_UNKNOWN && a->rating_x100 != REPUTATION_UNKNOWN &&
	    rating != a->rating_x100)
		add(text, "rating %d.%02d -> %d.%02d", rating / 100, rating % 100,
		    a->rating_x100 / 100, a->rating_x100 % 100);
	if (score != REPUTATION_UNKNOWN && a->score.total != REPUTATION_UNKNOWN &&
	    score != a->score.total)
		add(text, "score %d -> %d", score, a->score.total);
	add_count(text, a->gained, "new review", "new reviews");
	if (low)
		add(text, "%s%lld low", a->low_texts ? "" : "at least ", (long long)low);
}

static void add_changes(char *text, const struct brand_analysis *a)
{
	int64_t rewritten =
		a->changes[CHANGE_TITLE] + a->changes[CHANGE_IMAGE] + a->changes[CHANGE_CATEGORY];
	add_count(text, a->changes[CHANGE_SELLER_JOINED], "new seller", "new sellers");
	add_count(text, a->changes[CHANGE_BUY_BOX_LOST], "buy box lost", "buy boxes lost");
	add_count(text, a->changes[CHANGE_DELISTED], "listing gone", "listings gone");
	add_count(text, a->changes[CHANGE_NEW], "new listing", "new listings");
	add_count(text, rewritten, "text or image changed", "texts or images changed");
	add_count(text, a->mentions, "mention", "mentions");
}

static bool hurts(const struct brand_analysis *a)
{
	return a->n_clusters || a->changes[CHANGE_BUY_BOX_LOST] || a->changes[CHANGE_SELLER_JOINED];
}

static void look(struct brief *b, const struct resource *r)
{
	struct brand_query *q = mem_zalloc(sizeof(*q));
	struct brand_analysis *a = mem_zalloc(sizeof(*a));
	struct brief_line line = {.section = "Brands"};
	struct error e = {0};
	char text[TEXT] = "";
	brand_query_of(r, b->until_ms, q);
	q->since_ms = b->since_ms;
	if (!brand_analyze(b->bs->d->store, q, b->until_ms, a, &e)) {
		add_ratings(b, text, r->id, a);
		add_changes(text, a);
	}
	if (!text[0]) {
		b->quiet++;
	} else if (b->told == BRANDS_TOLD) {
		b->more++;
	} else {
		b->told++;
		line.level = hurts(a) ? ATTENTION_WARNING : ATTENTION_NOTICE;
		snprintf(line.text, sizeof(line.text), "%.60s: %.170s", q->brand, text);
		b->say(b->arg, &line);
	}
	brand_analysis_fini(a);
	free(a);
	free(q);
}

void brand_brief(void *state, int64_t since_ms, int64_t until_ms,
		 void (*say)(void *arg, const struct brief_line *line), void *arg)
{
	struct brief b = {state, since_ms, until_ms, say, arg, 0, 0, 0};
	struct brief_line line = {.level = ATTENTION_NOTICE, .section = "Brands"};
	size_t n = 0;
	const struct resource **all = resource_list(b.bs->d->store, &resource_brand, &n);
	for (size_t i = 0; i < n; i++) {
		look(&b, all[i]);
		resource_unref(all[i]);
	}
	free(all);
	if (b.more) {
		snprintf(line.text, sizeof(line.text),
			 "and %zu more brands: sellersmart brand list", b.more);
		say(arg, &line);
	}
	if (!b.quiet)
		return;
	line.section = "Watched";
	line.calm = true;
	snprintf(line.text, sizeof(line.text), "%zu brand%s without news", b.quiet,
		 b.quiet == 1 ? "" : "s");
	say(arg, &line);
}
