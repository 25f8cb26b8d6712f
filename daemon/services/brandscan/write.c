/* Analyses as JSON. */
#include <string.h>

#include "daemon/catalog/words.h"
#include "daemon/services/brandscan/brandscan.h"
#include "shared/ids.h"

void write_stars(struct json_writer *w, const char *key, int x100)
{
	jw_key(w, key);
	if (x100 == REPUTATION_UNKNOWN)
		jw_null(w);
	else
		jw_fixed(w, x100, 2);
}

/* ---- parts ----------------------------------------------------------------------------------- */

static void write_who(struct json_writer *w, const struct brand_query *q,
		      const struct brand_analysis *a)
{
	jw_kv_str(w, "brand", q->brand);
	jw_kv_str(w, "name", q->id ? q->name : NULL);
	jw_key(w, "id");
	if (q->id) {
		char text[ID_TEXT];
		jw_str(w, id_format(text, "brd", q->id));
	} else {
		jw_null(w);
	}
	jw_key(w, "compared_as");
	jw_array(w);
	for (size_t i = 0; i < q->n_keys; i++)
		jw_str(w, q->keys[i]);
	jw_array_end(w);
	jw_kv_time(w, "since", a->since_ms);
	jw_kv_time(w, "until", a->until_ms);
}

static void write_listings(struct json_writer *w, const struct brand_analysis *a)
{
	jw_key(w, "listings");
	jw_object(w);
	jw_kv_int(w, "total", a->listings);
	jw_kv_int(w, "mine", a->mine);
	jw_kv_int(w, "unknown", a->unknown);
	jw_kv_int(w, "gone", a->gone);
	jw_kv_int(w, "products", a->products);
	jw_kv_int(w, "sites", a->sites);
	jw_kv_bool(w, "cut", a->cut);
	jw_object_end(w);
	jw_key(w, "availability");
	jw_object(w);
	jw_kv_int(w, "in_stock", a->in_stock);
	jw_kv_int(w, "out_of_stock", a->out_of_stock);
	jw_kv_int(w, "unknown", a->stock_unknown);
	words_minor(w, "in_stock_bp", a->in_stock_bp);
	jw_object_end(w);
}

static void write_sellers(struct json_writer *w, const struct brand_analysis *a)
{
	jw_key(w, "sellers");
	jw_object(w);
	jw_kv_int(w, "total", (int64_t)a->n_sellers);
	jw_key(w, "list");
	jw_array(w);
	for (size_t i = 0; i < a->n_sellers && i < BRAND_SELLERS_SHOWN; i++) {
		const struct brand_seller *s = &a->sellers[i];
		jw_object(w);
		jw_kv_str(w, "seller", s->name);
		jw_kv_str(w, "site", s->site_name);
		jw_kv_bool(w, "mine", s->mine);
		jw_kv_int(w, "listings", s->listings);
		jw_kv_int(w, "in_stock", s->in_stock);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static void write_spread(struct json_writer *w, const struct price_spread *s)
{
	jw_kv_int(w, "offers", (int64_t)s->offers);
	words_minor(w, "min_minor", s->min_minor);
	words_minor(w, "median_minor", s->median_minor);
	words_minor(w, "max_minor", s->max_minor);
}

static void write_prices(struct json_writer *w, const struct brand_analysis *a)
{
	jw_key(w, "prices");
	jw_object(w);
	jw_kv_int(w, "compared", a->compared);
	words_minor(w, "spread_bp", a->spread_bp);
	jw_key(w, "currencies");
	jw_array(w);
	for (size_t i = 0; i < a->n_currencies; i++) {
		const struct brand_currency *c = &a->currencies[i];
		jw_object(w);
		jw_kv_str(w, "currency", c->currency);
		write_spread(w, &c->all);
		jw_kv_int(w, "compared", c->compared);
		words_minor(w, "spread_bp", c->spread_bp);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_key(w, "products");
	jw_array(w);
	for (size_t i = 0; i < a->n_spreads; i++) {
		const struct brand_product *p = &a->spreads[i];
		jw_object(w);
		words_id(w, "product", "prd", p->id);
		jw_kv_str(w, "title", p->title);
		jw_kv_str(w, "currency", p->currency);
		write_spread(w, &p->prices);
		words_minor(w, "spread_bp", p->prices.spread_bp);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

void write_rating(struct json_writer *w, const struct brand_analysis *a)
{
	jw_key(w, "rating");
	jw_object(w);
	write_stars(w, "bayes", a->rating_x100);
	write_stars(w, "mean", a->mean_x100);
	jw_kv_int(w, "reviews", a->reviews);
	jw_kv_int(w, "listings", a->rated);
	write_stars(w, "prior", a->prior_x100);
	jw_kv_int(w, "prior_weight", BAYES_WEIGHT);
	jw_kv_str(w, "prior_of", a->prior_of);
	jw_kv_int(w, "prior_listings", a->prior_listings);
	jw_object_end(w);
}

static void write_pace(struct json_writer *w, const struct brand_analysis *a)
{
	jw_key(w, "pace");
	jw_object(w);
	jw_kv_int(w, "gained", a->gained);
	words_minor(w, "per_day_x1000", a->per_day_x1000);
	jw_kv_int(w, "listings", a->pace_listings);
	jw_kv_int(w, "unknown", a->pace_unknown);
	jw_kv_int(w, "removals", a->falls);
	jw_kv_int(w, "low_at_least", a->counted_low);
	jw_object_end(w);
}

static void write_cluster(struct json_writer *w, const struct low_cluster *c)
{
	jw_object(w);
	jw_kv_time(w, "from", c->from_ms);
	jw_kv_time(w, "until", c->until_ms);
	jw_kv_int(w, "ratings", c->ratings);
	jw_kv_int(w, "listings", (int64_t)c->listings);
	jw_kv_int(w, "texts", (int64_t)c->texts);
	jw_key(w, "topics");
	jw_array(w);
	for (size_t i = 0; i < c->n_topics; i++)
		jw_str(w, c->topics[i]);
	jw_array_end(w);
	jw_kv_str(w, "sample", c->sample[0] ? c->sample : NULL);
	jw_object_end(w);
}

static void write_reviews(struct json_writer *w, const struct brand_analysis *a)
{
	jw_key(w, "reviews");
	jw_object(w);
	jw_kv_int(w, "texts", a->texts);
	jw_kv_int(w, "positive", a->positive);
	jw_kv_int(w, "low", a->low_texts);
	jw_kv_int(w, "year_texts", a->year_texts);
	jw_kv_int(w, "year_positive", a->year_positive);
	words_minor(w, "positive_bp", a->positive_bp);
	jw_key(w, "low_clusters");
	jw_array(w);
	for (size_t i = a->n_clusters; i > 0; i--)
		write_cluster(w, &a->clusters[i - 1]);
	jw_array_end(w);
	jw_object_end(w);
}

static void write_change_counts(struct json_writer *w, const struct brand_analysis *a)
{
	jw_object(w);
	for (int i = 0; i < BRAND_CHANGES; i++)
		jw_kv_int(w, brand_change_word((enum brand_change)i), a->changes[i]);
	jw_object_end(w);
}

static void write_changes(struct json_writer *w, const struct brand_analysis *a)
{
	jw_key(w, "changes");
	jw_object(w);
	jw_kv_int(w, "listings_harmed", a->harmed);
	jw_kv_int(w, "buy_boxes_lost_24h", a->buy_boxes_lost_day);
	jw_key(w, "counts");
	write_change_counts(w, a);
	jw_key(w, "latest");
	jw_array(w);
	for (size_t i = 0; i < a->n_latest; i++) {
		const struct brand_changed *c = &a->latest[i];
		jw_object(w);
		jw_kv_time(w, "at", c->at_ms);
		jw_kv_str(w, "what", brand_change_word(c->what));
		words_id(w, "listing", "lst", c->listing);
		jw_kv_str(w, "title", c->title);
		jw_kv_str(w, "site", c->site);
		jw_kv_str(w, "was", c->was && *c->was ? c->was : NULL);
		jw_kv_str(w, "now", c->now && *c->now ? c->now : NULL);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static void write_mentions(struct json_writer *w, const struct brand_analysis *a)
{
	jw_key(w, "mentions");
	jw_object(w);
	jw_kv_int(w, "total", a->mentions);
	jw_key(w, "list");
	jw_array(w);
	for (size_t i = 0; i < a->n_said; i++) {
		const struct brand_mention *m = &a->said[i];
		jw_object(w);
		jw_kv_time(w, "at", m->at_ms);
		jw_kv_time(w, "found_at", m->found_ms);
		jw_kv_str(w, "title", m->title);
		jw_kv_str(w, "url", m->url);
		jw_kv_str(w, "source", m->source);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

void write_score(struct json_writer *w, const struct brand_analysis *a)
{
	words_minor(w, "score", a->score.total);
	jw_kv_int(w, "known_weight", a->score.known_weight);
	jw_key(w, "parts");
	jw_array(w);
	for (int i = 0; i < SCORE_PARTS; i++) {
		const struct score_part *p = &a->score.parts[i];
		bool known = p->value_bp != REPUTATION_UNKNOWN;
		jw_object(w);
		jw_kv_str(w, "part", score_part_word((enum score_part_name)i));
		jw_kv_str(w, "title", score_part_title((enum score_part_name)i));
		jw_kv_bool(w, "known", known);
		words_minor(w, "value_bp", p->value_bp);
		jw_kv_int(w, "weight", p->weight);
		jw_key(w, "points");
		if (known)
			jw_fixed(w, p->points_x100, 2);
		else
			jw_null(w);
		jw_kv_str(w, "why", p->why);
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* ---- wholes ---------------------------------------------------------------------------------- */

void write_analysis(struct json_writer *w, const struct brand_query *q,
		    const struct brand_analysis *a)
{
	jw_object(w);
	write_who(w, q, a);
	write_listings(w, a);
	write_sellers(w, a);
	write_prices(w, a);
	jw_key(w, "map");
	if (q->map) {
		jw_object(w);
		jw_kv_int(w, "products", a->map_products);
		jw_kv_int(w, "below", a->map_below);
		jw_object_end(w);
	} else {
		jw_null(w);
	}
	write_rating(w, a);
	write_pace(w, a);
	write_reviews(w, a);
	write_changes(w, a);
	write_mentions(w, a);
	jw_key(w, "reputation");
	jw_object(w);
	write_score(w, a);
	jw_object_end(w);
	jw_object_end(w);
}

void write_figures(struct json_writer *w, const struct brand_query *q,
		   const struct brand_analysis *a)
{
	int64_t low = 0;
	for (size_t i = 0; i < a->n_clusters; i++)
		low += a->clusters[i].ratings;
	jw_object(w);
	write_who(w, q, a);
	jw_kv_int(w, "listings", a->listings);
	jw_kv_int(w, "mine", a->mine);
	jw_kv_int(w, "products", a->products);
	jw_kv_int(w, "sites", a->sites);
	jw_kv_int(w, "sellers", (int64_t)a->n_sellers);
	words_minor(w, "in_stock_bp", a->in_stock_bp);
	words_minor(w, "spread_bp", a->spread_bp);
	write_stars(w, "rating", a->rating_x100);
	write_stars(w, "rating_mean", a->mean_x100);
	jw_kv_int(w, "reviews", a->reviews);
	words_minor(w, "per_day_x1000", a->per_day_x1000);
	jw_kv_int(w, "low_clusters", (int64_t)a->n_clusters);
	jw_kv_int(w, "low_ratings", low);
	jw_key(w, "changes");
	write_change_counts(w, a);
	jw_kv_int(w, "listings_harmed", a->harmed);
	jw_kv_int(w, "mentions", a->mentions);
	write_score(w, a);
	jw_object_end(w);
}
