/* GET /v1/rivals/REF/analysis: a rival against mine and the market. */
#include <stdio.h>
#include <string.h>

#include "daemon/catalog/words.h"
#include "daemon/services/rivalradar/analysis.h"
#include "daemon/services/rivalradar/internal.h"

static void write_row(struct json_writer *w, enum analysis_list list, const struct analysis_row *r)
{
	jw_object(w);
	words_id(w, "listing", "lst", r->listing);
	words_id(w, "product", "prd", r->product);
	jw_kv_str(w, "title", r->title);
	jw_kv_str(w, "sku", *r->sku ? r->sku : NULL);
	jw_kv_str(w, "url", r->url);
	words_minor(w, "price_minor", r->price_minor);
	jw_kv_str(w, "currency", *r->currency ? r->currency : NULL);
	jw_kv_str(w, "availability", availability_word(r->availability));
	if (list == ANALYSIS_UNDERCUTS) {
		struct market_gap gap = market_gap(r->mine_minor, r->price_minor);

		jw_kv_int(w, "mine_minor", r->mine_minor);
		jw_kv_int(w, "gap_minor", gap.minor);
		jw_kv_int(w, "gap_bp", gap.bp);
		jw_kv_bool(w, "landed", r->landed);
		jw_kv_time(w, "since", r->at_ms);
	} else {
		jw_kv_time(w, "at", r->at_ms);
	}
	if (r->was_minor >= 0) {
		int64_t bp;

		jw_kv_int(w, "was_minor", r->was_minor);
		if (list != ANALYSIS_UNDERCUTS && market_change(r->was_minor, r->price_minor, &bp))
			jw_kv_int(w, "change_bp", bp);
	}
	if (r->deal)
		jw_kv_str(w, "deal", market_deal_name(r->deal));
	jw_object_end(w);
}

static void write_list(struct json_writer *w, const struct analysis *a, enum analysis_list l)
{
	jw_key(w, analysis_list_name(l));
	jw_array(w);
	for (size_t i = 0; i < a->n[l]; i++)
		write_row(w, l, &a->lists[l][i]);
	jw_array_end(w);
}

static void write_counts(struct json_writer *w, const struct analysis *a)
{
	jw_key(w, "counts");
	jw_object(w);
	for (int l = 0; l < ANALYSIS_LISTS; l++)
		jw_kv_int(w, analysis_list_name((enum analysis_list)l), (int64_t)a->total[l]);
	jw_object_end(w);
}

static void write_analysis(struct json_writer *w, const struct analysis *a,
			   const struct resource *rival, const struct figures *f)
{
	char note[160];

	jw_object(w);
	words_id(w, "rival_id", rival->kind->prefix, rival->id);
	jw_kv_str(w, "rival", rival->name);
	jw_kv_str(w, "state", site_state_name(f->state));
	jw_key(w, "unknown_since");
	f->state == SITE_BLOCKED || f->state == SITE_FAILING ? jw_time(w, f->state_ms) : jw_null(w);
	jw_kv_str(w, "state_text", *f->text ? f->text : NULL);
	jw_kv_time(w, "since", a->since_ms);
	jw_kv_time(w, "scanned_at", f->scanned_ms);
	jw_kv_int(w, "products", a->products);
	jw_kv_int(w, "unknown", a->unknown);
	jw_kv_int(w, "compared", a->compared);
	words_minor(w, "index_mean", a->index_mean);
	words_minor(w, "index_median", a->index_median);
	jw_kv_int(w, "cheaper", a->cheaper);
	jw_kv_int(w, "dearer", a->dearer);
	jw_kv_int(w, "equal", a->equal);
	write_counts(w, a);
	for (int l = 0; l < ANALYSIS_LISTS; l++)
		write_list(w, a, (enum analysis_list)l);
	snprintf(note, sizeof(note),
		 "%u that you sell, too, are in a currency in which you do not: not compared",
		 a->other_currency);
	jw_kv_str(w, "note", a->other_currency ? note : NULL);
	jw_object_end(w);
}

struct answered route_analysis(struct request *rq, void *ctx)
{
	struct radar *r = ctx;
	struct analysis a = {0};
	struct figures f = {0};
	struct json_writer w;
	struct error e = {0};
	const struct resource *rival = NULL;

	if (radar_since(r, rq, "7d", &a.since_ms, &e))
		rival = radar_rival(r, rq, &e);
	if (!rival)
		return reply_error(rq, &e);
	if (strcmp(rival->kind->kind, "rival") != 0) {
		error_set(&e, ERR_INVALID, "%s is a shop of yours, not a rival", rival->name);
		error_hint(&e, "sellersmart rival list has the names of rivals");
		resource_unref(rival);
		return reply_error(rq, &e);
	}
	radar_settle(r);
	(void)radar_figures(r, rival->id, &f);
	a.site = rival->id;
	a.based_ms = f.based_ms;
	if (analysis_make(r->d->store, &a, &e)) {
		analysis_fini(&a);
		resource_unref(rival);
		return reply_error(rq, &e);
	}
	jw_init(&w, reply_body(rq));
	jw_object(&w);
	jw_key(&w, "data");
	write_analysis(&w, &a, rival, &f);
	jw_object_end(&w);
	analysis_fini(&a);
	resource_unref(rival);
	return reply_send(rq, 200);
}
