/* The Overview's lines: who undercuts, who blocks; and the section "Rivals and brands". From
 * memory.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/catalog/words.h"
#include "daemon/services/rivalradar/internal.h"
#include "daemon/store/resources.h"
#include "shared/timefmt.h"
#include "shared/utf8.h"

enum { RIVALS_SHOWN = 50, TEXT_MAX = 160 };

/* ---- what needs a person --------------------------------------------------------------------- */

static void name_of(struct radar *r, uint64_t site, char out[static 64])
{
	const struct resource *res = resource_by_id(r->d->store, site);

	words_cut(out, 64, res ? res->name : "a rival");
	resource_unref(res);
}

static void price_line(struct radar *r, const struct undercut *u, struct attention *a)
{
	char rival[64], best[WORDS_AMOUNT], mine[WORDS_AMOUNT], low[WORDS_AMOUNT], name[160];
	size_t n;

	*a = (struct attention){.level = ATTENTION_WARNING,
				.word = "PRICE",
				.kind = "product",
				.id = u->product,
				.since_ms = u->since_ms,
				.key = 'o',
				.remedy = "what-if"};
	snprintf(name, sizeof(name), "%s%s%s", u->sku, *u->sku ? " " : "", u->title);
	words_cut(a->name, sizeof(a->name), name);
	name_of(r, u->rival, rival);
	n = (size_t)snprintf(a->text, sizeof(a->text), "%.40s %s, you %s", rival,
			     words_amount(best, u->best_minor, u->currency),
			     words_amount(mine, u->mine_minor, u->currency));
	if (u->floor_minor >= 0)
		snprintf(a->text + n, sizeof(a->text) - n, ", floor %s",
			 words_amount(low, u->floor_minor, u->currency));
}

static bool site_line(struct radar *r, const struct figures *f, struct attention *a)
{
	const struct resource *res;

	if (!f->site || (f->state != SITE_BLOCKED && f->state != SITE_FAILING))
		return false;
	res = resource_by_id(r->d->store, f->site);
	if (!res)
		return false;
	*a = (struct attention){.level = f->mine ? ATTENTION_CRITICAL : ATTENTION_WARNING,
				.kind = res->kind->kind,
				.id = f->site,
				.since_ms = f->state_ms,
				.key = 'o',
				.remedy = "open"};
	snprintf(a->word, sizeof(a->word), "%s", f->state == SITE_BLOCKED ? "BLOCKED" : "FAILS");
	words_cut(a->name, sizeof(a->name), res->name);
	snprintf(a->text, sizeof(a->text), "prices unknown since; %.120s",
		 *f->text ? f->text : "its pages cannot be read");
	resource_unref(res);
	return true;
}

/* Sites first: what is unknown makes the rest doubtful. Undercuts come with the widest gap first.
 */
size_t radar_attention(struct radar *r, struct attention *out, size_t max, size_t *total)
{
	struct attention line;
	size_t n = 0;

	*total = 0;
	pthread_mutex_lock(&r->lock);
	const struct picture *p = r->picture;
	for (size_t i = 0; p && i < p->n; i++) {
		if (!site_line(r, &p->sites[i], &line))
			continue;
		++*total;
		if (n < max)
			out[n++] = line;
	}
	for (size_t i = 0; p && i < p->n_undercuts && n < max; i++)
		price_line(r, &p->undercuts[i], &out[n++]);
	*total += p ? p->undercuts_total : 0;
	pthread_mutex_unlock(&r->lock);
	return n;
}

/* ---- rivals in one line each ----------------------------------------------------------------- */

static void sentence(const struct figures *f, int64_t now_ms, char *out, size_t cap)
{
	char age[DURATION_TEXT];
	size_t n;

	if (f->state == SITE_BLOCKED || f->state == SITE_FAILING) {
		snprintf(out, cap, "%s %s ago; prices unknown since",
			 f->state == SITE_BLOCKED ? "blocked us" : "could not be read from",
			 age_format(age, now_ms - f->state_ms));
		return;
	}
	if (!f->scanned_ms) {
		snprintf(out, cap, "not scanned yet");
		return;
	}
	if (!f->compared)
		n = (size_t)snprintf(out, cap, "%u products, none that you sell, too", f->products);
	else
		n = (size_t)snprintf(out, cap, "%u cheaper, %u dearer", f->cheaper, f->dearer);
	if (f->equal && n < cap)
		n += (size_t)snprintf(out + n, cap - n, ", %u equal", f->equal);
	if (f->new_n && n < cap)
		n += (size_t)snprintf(out + n, cap - n, ", %u new", f->new_n);
	if (f->gone_n && n < cap)
		snprintf(out + n, cap - n, ", %u gone", f->gone_n);
}

static void write_rival(struct json_writer *w, struct radar *r, const struct figures *f,
			int64_t now_ms)
{
	char text[TEXT_MAX];
	const struct resource *res = resource_by_id(r->d->store, f->site);

	if (!res)
		return;
	sentence(f, now_ms, text, sizeof(text));
	jw_object(w);
	words_id(w, "id", res->kind->prefix, f->site);
	jw_kv_str(w, "name", res->name);
	jw_kv_str(w, "state", f->scanned_ms ? site_state_name(f->state) : "new");
	jw_kv_int(w, "cheaper", f->cheaper);
	jw_kv_int(w, "dearer", f->dearer);
	jw_kv_int(w, "equal", f->equal);
	jw_kv_int(w, "new", f->new_n);
	jw_kv_int(w, "gone", f->gone_n);
	words_minor(w, "index_median", f->index_median);
	jw_kv_str(w, "text", text);
	jw_object_end(w);
	resource_unref(res);
}

/* Worst first: what blocks us, then who is cheaper on most. */
static int rank_of(const struct figures *f)
{
	return f->state == SITE_BLOCKED || f->state == SITE_FAILING ? -1000000 : -(int)f->cheaper;
}

static size_t choose(const struct picture *p, const struct figures *out[static RIVALS_SHOWN])
{
	size_t n = 0;

	for (size_t i = 0; p && i < p->n; i++) {
		const struct figures *f = &p->sites[i];
		size_t at = n;

		if (f->mine)
			continue;
		while (at > 0 && rank_of(f) < rank_of(out[at - 1]))
			at--;
		if (at == RIVALS_SHOWN)
			continue;
		if (n < RIVALS_SHOWN)
			n++;
		memmove(&out[at + 1], &out[at], (n - 1 - at) * sizeof(*out));
		out[at] = f;
	}
	return n;
}

void radar_overview(struct json_writer *w, struct radar *r)
{
	const struct figures *shown[RIVALS_SHOWN];
	int64_t now = clock_wall_ms(r->d->clock);

	pthread_mutex_lock(&r->lock);
	const struct picture *p = r->picture;
	size_t n = choose(p, shown);
	jw_key(w, "rivals");
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		write_rival(w, r, shown[i], now);
	jw_array_end(w);
	jw_key(w, "market");
	if (p && p->sites[0].compared) {
		const struct figures *house = &p->sites[0];

		jw_object(w);
		jw_kv_int(w, "compared", house->compared);
		jw_kv_int(w, "cheapest", house->cheaper + house->equal);
		jw_kv_int(w, "undercut", house->dearer);
		words_minor(w, "index_mean", house->index_mean);
		words_minor(w, "index_median", house->index_median);
		jw_object_end(w);
	} else {
		jw_null(w);
	}
	pthread_mutex_unlock(&r->lock);
}

/* ---- Prometheus text ------------------------------------------------------------------------- */

static void head(struct buf *out, const char *name, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void write_counts(struct buf *out, struct radar *r, const struct picture *p)
{
	head(out, "sellersmart_rival_products", "What a rival sells, by how it stands to mine.");
	for (size_t i = 1; i < p->n; i++) {
		const struct figures *f = &p->sites[i];
		const struct {
			const char *word;
			unsigned n;
		} counts[] = {{"listed", f->products}, {"unknown", f->unknown},
			      {"cheaper", f->cheaper}, {"dearer", f->dearer},
			      {"equal", f->equal},     {"out_of_stock", f->out_of_stock}};
		char name[64];

		if (f->mine)
			continue;
		name_of(r, f->site, name);
		for (size_t k = 0; k < sizeof(counts) / sizeof(*counts); k++)
			buf_printf(out,
				   "sellersmart_rival_products{rival=\"%s\",state=\"%s\"} %u\n",
				   name, counts[k].word, counts[k].n);
	}
}

static void write_indexes(struct buf *out, struct radar *r, const struct picture *p)
{
	head(out, "sellersmart_price_index",
	     "Prices against the market's, mean over products; 1 is the market.");
	for (size_t i = 0; i < p->n; i++) {
		const struct figures *f = &p->sites[i];
		char name[64] = "";

		if (f->index_mean < 0 || (f->mine && f->site))
			continue;
		if (f->site)
			name_of(r, f->site, name);
		buf_printf(out, "sellersmart_price_index{rival=\"%s\"} %lld.%04lld\n", name,
			   (long long)(f->index_mean / MARKET_WHOLE_BP),
			   (long long)(f->index_mean % MARKET_WHOLE_BP));
	}
}

void radar_metrics(struct buf *out, struct radar *r)
{
	pthread_mutex_lock(&r->lock);
	if (r->picture) {
		write_counts(out, r, r->picture);
		write_indexes(out, r, r->picture);
		head(out, "sellersmart_products_undercut",
		     "Products of mine that a rival sells for less.");
		buf_printf(out, "sellersmart_products_undercut %zu\n", r->picture->undercuts_total);
		head(out, "sellersmart_radar_pass_seconds",
		     "How long it took to work out where rivals stand.");
		buf_printf(out, "sellersmart_radar_pass_seconds %lld.%06lld\n",
			   (long long)(r->took_us / 1000000), (long long)(r->took_us % 1000000));
	}
	pthread_mutex_unlock(&r->lock);
}
