/* What lists, the overview, the metrics and the doctor show of brands; from memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/words.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/mem.h"

enum { OVERVIEW_MAX = 20, LOW_DAYS = 7 };
static const int64_t day_ms = 86400000;

static bool is_low(const struct brand_summary *s, int64_t now_ms)
{
	return s->cluster.ratings && now_ms - s->cluster.until_ms < LOW_DAYS * day_ms;
}

static const char *state_of(const struct resource *r, const struct brand_summary *s, int64_t now_ms)
{
	if (brand_is_paused(r))
		return "paused";
	if (!s || !s->analyzed)
		return "new";
	if (s->told.fallen)
		return "fallen";
	if (is_low(s, now_ms))
		return "low";
	return s->listings ? "ok" : "unseen";
}

/* Why the state is what it is; "": nothing to say. */
static void text_of(const struct brand_summary *s, int64_t now_ms, char *out, size_t cap)
{
	*out = 0;
	if (s->feed_fault[0])
		snprintf(out, cap, "a feed fails: %s", s->feed_fault);
	else if (is_low(s, now_ms))
		snprintf(out, cap, "%lld low ratings%s%s", (long long)s->cluster.ratings,
			 s->cluster.n_topics ? " about " : "",
			 s->cluster.n_topics ? s->cluster.topics[0] : "");
	else if (s->told.fallen)
		snprintf(out, cap, "its reputation fell");
	else if (s->analyzed && !s->listings)
		snprintf(out, cap, "no rival or shop has it");
	else if (s->analyzed && s->rating_x100 == REPUTATION_UNKNOWN)
		snprintf(out, cap, "no page shows ratings");
}

/* ---- lists ------------------------------------------------------------------------------------
 */

static void write_seen(struct json_writer *w, const struct brand_summary *s)
{
	int64_t unknown = REPUTATION_UNKNOWN;
	bool a = s->analyzed;
	words_minor(w, "listings", a ? s->listings : unknown);
	words_minor(w, "sellers", a ? s->sellers : unknown);
	words_minor(w, "products", a ? s->products : unknown);
	words_minor(w, "spread_bp", a ? s->spread_bp : unknown);
	write_stars(w, "rating", a ? s->rating_x100 : REPUTATION_UNKNOWN);
	words_minor(w, "reviews", a ? s->reviews : unknown);
	write_stars(w, "in_stock_pct", a ? (int)s->in_stock_bp : REPUTATION_UNKNOWN);
	words_minor(w, "in_stock_bp", a ? s->in_stock_bp : unknown);
	words_minor(w, "per_day_x1000", a ? s->per_day_x1000 : unknown);
	words_minor(w, "score", a ? s->score : unknown);
	jw_key(w, "trend");
	jw_array(w);
	for (int i = 0; a && i < BRAND_TREND_DAYS; i++) {
		if (s->trend[i] == REPUTATION_UNKNOWN)
			jw_null(w);
		else
			jw_int(w, s->trend[i]);
	}
	jw_array_end(w);
	words_minor(w, "low_ratings", a ? s->low : unknown);
	words_minor(w, "changes", a ? s->changes : unknown);
	words_minor(w, "mentions_new", a ? s->mentions : unknown);
	words_minor(w, "buy_boxes_lost", a ? s->buy_boxes_lost : unknown);
	jw_kv_time(w, "analyzed_at", s->at_ms);
	jw_kv_time(w, "read_at", s->read_ms);
	jw_kv_time(w, "next_at", s->next_ms);
}

void brand_live(struct json_writer *w, const struct resource *r, void *ctx)
{
	struct brandscan *bs = ctx;
	struct brand_summary *s = mem_zalloc(sizeof(*s));
	int64_t now = clock_wall_ms(bs->d->clock);
	char text[200];
	summary_get(bs, r->id, s);
	text_of(s, now, text, sizeof(text));
	jw_kv_str(w, "state", state_of(r, s, now));
	jw_kv_str(w, "text", text[0] ? text : NULL);
	write_seen(w, s);
	free(s);
}

bool brand_rank(const struct resource *r, const char *sort, int64_t *key, void *ctx)
{
	struct brand_summary *s = mem_zalloc(sizeof(*s));
	bool known = true;
	summary_get(ctx, r->id, s);
	if (!s->analyzed)
		*key = REPUTATION_UNKNOWN;
	else if (!strcmp(sort, "score"))
		*key = s->score;
	else if (!strcmp(sort, "rating"))
		*key = s->rating_x100;
	else if (!strcmp(sort, "listings"))
		*key = s->listings;
	else if (!strcmp(sort, "reviews"))
		*key = s->reviews;
	else
		known = false;
	free(s);
	return known;
}

const char *brand_filter(const struct resource *r, const char *name, char *out, void *ctx)
{
	struct brandscan *bs = ctx;
	if (strcmp(name, "state") != 0)
		return NULL;
	struct brand_summary *s = mem_zalloc(sizeof(*s));
	summary_get(bs, r->id, s);
	snprintf(out, 64, "%s", state_of(r, s, clock_wall_ms(bs->d->clock)));
	free(s);
	return out;
}

/* ---- the overview -----------------------------------------------------------------------------
 */

struct lines {
	struct attention *out;
	size_t n, max, total;
};

static void add_line(struct lines *l, const struct brand_summary *s, const char *word,
		     const char *text, int64_t since_ms)
{
	struct attention *a = &l->out[l->n];
	l->total++;
	if (l->n == l->max)
		return;
	l->n++;
	*a = (struct attention){.level = ATTENTION_WARNING,
				.since_ms = since_ms,
				.kind = "brand",
				.id = s->id,
				.key = 'o',
				.remedy = "open"};
	snprintf(a->word, sizeof(a->word), "%s", word);
	snprintf(a->name, sizeof(a->name), "%s", s->name);
	snprintf(a->text, sizeof(a->text), "%s", text);
}

static void look(struct lines *l, const struct brand_summary *s, int64_t now_ms)
{
	char text[160];
	if (s->told.fallen) {
		snprintf(text, sizeof(text), "its reputation fell to %d of 100", s->score);
		add_line(l, s, "BRAND", text, s->at_ms);
	}
	if (is_low(s, now_ms)) {
		snprintf(text, sizeof(text), "%lld low ratings of %zu listing%s%s%s",
			 (long long)s->cluster.ratings, s->cluster.listings,
			 s->cluster.listings == 1 ? "" : "s", s->cluster.n_topics ? ", about " : "",
			 s->cluster.n_topics ? s->cluster.topics[0] : "");
		add_line(l, s, "RATINGS", text, s->cluster.from_ms);
	}
}

size_t brand_attention(void *state, struct attention *out, size_t max, size_t *total)
{
	struct brandscan *bs = state;
	struct lines l = {.out = out, .max = max};
	int64_t now = clock_wall_ms(bs->d->clock);
	pthread_mutex_lock(&bs->lock);
	for (size_t i = 0; i < bs->n; i++)
		look(&l, &bs->all[i], now);
	pthread_mutex_unlock(&bs->lock);
	*total = l.total;
	return l.n;
}

void brand_overview(struct json_writer *w, void *state)
{
	struct brandscan *bs = state;
	char id[ID_TEXT];
	jw_key(w, "brands");
	jw_array(w);
	pthread_mutex_lock(&bs->lock);
	for (size_t i = 0; i < bs->n && i < OVERVIEW_MAX; i++) {
		const struct brand_summary *s = &bs->all[i];
		jw_object(w);
		jw_kv_str(w, "id", id_format(id, "brd", s->id));
		jw_kv_str(w, "name", s->name);
		words_minor(w, "score", s->analyzed ? s->score : REPUTATION_UNKNOWN);
		write_stars(w, "rating", s->analyzed ? s->rating_x100 : REPUTATION_UNKNOWN);
		jw_kv_int(w, "listings", s->listings);
		jw_kv_bool(w, "fallen", s->told.fallen);
		jw_object_end(w);
	}
	pthread_mutex_unlock(&bs->lock);
	jw_array_end(w);
}

/* ---- metrics, doctor --------------------------------------------------------------------------
 */

static void gauge(struct buf *out, const char *name, const char *type, const char *help,
		  long long value, unsigned decimals)
{
	buf_printf(out, "# HELP sellersmart_%s %s\n# TYPE sellersmart_%s %s\nsellersmart_%s ", name,
		   help, name, type, name);
	if (decimals)
		buf_printf(out, "%lld.%06lld\n", value / 1000000, value % 1000000);
	else
		buf_printf(out, "%lld\n", value);
}

static void family(struct buf *out, const char *name, const char *help)
{
	buf_printf(out, "# HELP sellersmart_%s %s\n# TYPE sellersmart_%s gauge\n", name, help,
		   name);
}

/* A brand that is not known has no sample. */
void brand_metrics(struct buf *out, void *state)
{
	struct brandscan *bs = state;
	pthread_mutex_lock(&bs->lock);
	gauge(out, "brand_analyses_total", "counter", "Analyses of brands.",
	      (long long)bs->analyses, 0);
	gauge(out, "brand_analysis_seconds_max", "gauge", "The longest analysis of a brand.",
	      (long long)bs->worst_us, 6);
	gauge(out, "brand_news_total", "counter", "Events about brands.", (long long)bs->told, 0);
	family(out, "brand_score", "Reputation of a brand, 0 to 100.");
	for (size_t i = 0; i < bs->n; i++)
		if (bs->all[i].analyzed && bs->all[i].score != REPUTATION_UNKNOWN)
			buf_printf(out, "sellersmart_brand_score{brand=\"%s\"} %d\n",
				   bs->all[i].name, bs->all[i].score);
	family(out, "brand_rating", "Bayesian mean of a brand's ratings, in stars.");
	for (size_t i = 0; i < bs->n; i++)
		if (bs->all[i].analyzed && bs->all[i].rating_x100 != REPUTATION_UNKNOWN)
			buf_printf(out, "sellersmart_brand_rating{brand=\"%s\"} %d.%02d\n",
				   bs->all[i].name, bs->all[i].rating_x100 / 100,
				   bs->all[i].rating_x100 % 100);
	family(out, "brand_listings", "Listings of a brand.");
	for (size_t i = 0; i < bs->n; i++)
		if (bs->all[i].analyzed)
			buf_printf(out, "sellersmart_brand_listings{brand=\"%s\"} %lld\n",
				   bs->all[i].name, (long long)bs->all[i].listings);
	pthread_mutex_unlock(&bs->lock);
}

void brand_doctor(void *state,
		  void (*say)(void *arg, const char *name, const struct doctor_finding *f),
		  void *arg)
{
	struct brandscan *bs = state;
	struct doctor_finding f = {0};
	size_t failing = 0, n;
	char which[200] = "";
	pthread_mutex_lock(&bs->lock);
	n = bs->n;
	for (size_t i = 0; i < bs->n; i++) {
		if (!bs->all[i].feed_fault[0])
			continue;
		if (!failing++)
			snprintf(which, sizeof(which), "%.60s: %.130s", bs->all[i].name,
				 bs->all[i].feed_fault);
	}
	pthread_mutex_unlock(&bs->lock);
	if (!n)
		return;
	if (failing)
		doctor_say(&f, DOCTOR_WARN,
			   "sellersmart brand list says which; brand edit NAME --feed URL",
			   "feeds of %zu of %zu brands cannot be read: %s", failing, n, which);
	else
		doctor_say(&f, DOCTOR_OK, "", "%zu brands are looked after", n);
	say(arg, "brands", &f);
}
