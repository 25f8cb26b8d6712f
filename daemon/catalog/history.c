#include "daemon/catalog/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/columns.h"
#include "daemon/catalog/market.h"
#include "shared/mem.h"

/* ---- rows to points ----------------------------------------------------------------------------
 */

struct sellers {
	struct history_point *now; /* the newest row of each so far */
	size_t n, cap;
};

static struct history_point *seller_of(struct sellers *s, uint64_t seller)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->now[i].seller == seller)
			return &s->now[i];
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 4;
		s->now = mem_array(s->now, s->cap, sizeof(*s->now));
	}
	s->now[s->n] = (struct history_point){.seller = seller, .kind = OFFER_ENDED};
	return &s->now[s->n++];
}

/* Seen and lowest, new and to be had, comes first; what ended comes last. */
static int class_of(const struct history_point *p)
{
	bool is_new =
		p->terms.condition == CONDITION_UNKNOWN || p->terms.condition == CONDITION_NEW;
	switch (p->kind) {
	case OFFER_SEEN: break;
	case OFFER_DOUBTFUL: return 4;
	case OFFER_UNKNOWN: return 5;
	case OFFER_ENDED: return 6;
	}
	if (p->terms.price == UNKNOWN)
		return 3;
	return is_new && market_can_be_bought(p->terms.availability) ? 0 : is_new ? 1 : 2;
}

static const struct history_point *best_of(const struct sellers *s)
{
	const struct history_point *best = &s->now[0];
	for (size_t i = 1; i < s->n; i++) {
		const struct history_point *p = &s->now[i];
		int a = class_of(p), b = class_of(best);
		if (a < b || (a == b && !strcmp(p->terms.currency, best->terms.currency) &&
			      p->terms.price < best->terms.price))
			best = p;
	}
	return best;
}

static bool same_point(const struct history_point *a, const struct history_point *b)
{
	return a->kind == b->kind && a->seller == b->seller && a->terms.price == b->terms.price &&
	       a->terms.shipping == b->terms.shipping && a->terms.list == b->terms.list &&
	       a->terms.availability == b->terms.availability &&
	       a->terms.condition == b->terms.condition &&
	       !strcmp(a->terms.currency, b->terms.currency);
}

static void add_point(struct history *h, const struct history_point *p, int64_t at_ms)
{
	struct history_point *last = h->n ? &h->all[h->n - 1] : NULL;
	if (last && same_point(last, p)) {
		last->until_ms = p->until_ms > last->until_ms ? p->until_ms : last->until_ms;
		return;
	}
	if (last && last->until_ms > at_ms)
		last->until_ms = at_ms;
	if (last && last->at_ms >= at_ms) { /* of several rows at once the last one counts */
		*last = *p;
		last->at_ms = at_ms;
		return;
	}
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->all = mem_array(h->all, h->cap, sizeof(*h->all));
	}
	h->all[h->n] = *p;
	h->all[h->n].at_ms = at_ms;
	if (p->until_ms < at_ms)
		h->all[h->n].until_ms = at_ms;
	h->n++;
}

static void read_point(sqlite3_stmt *st, struct history_point *p)
{
	const void *evidence = sqlite3_column_blob(st, 12);
	*p = (struct history_point){
		.seller = (uint64_t)sqlite3_column_int64(st, 0),
		.at_ms = sqlite3_column_int64(st, 1),
		.until_ms = sqlite3_column_int64(st, 2),
		.kind = (enum offer_kind)sqlite3_column_int(st, 3),
		.terms = {.price = column_known(st, 4),
			  .price_to = column_known(st, 5),
			  .list = column_known(st, 6),
			  .shipping = column_known(st, 7),
			  .availability = (enum availability)sqlite3_column_int(st, 9),
			  .condition = (enum condition)sqlite3_column_int(st, 10),
			  .source = sqlite3_column_int(st, 11)},
		.has_evidence = evidence && sqlite3_column_bytes(st, 12) == EVIDENCE_BYTES,
	};
	snprintf(p->terms.currency, sizeof(p->terms.currency), "%s", row_text(st, 8));
	if (p->has_evidence)
		memcpy(p->evidence, evidence, EVIDENCE_BYTES);
}

enum err history_read(const struct known_source *from, uint64_t listing, int64_t from_ms,
		      int64_t until_ms, int64_t seen_ms, struct history *h, struct error *e)
{
	struct sellers sellers = {0};
	struct history_point row;
	sqlite3_stmt *st = known_prepare(
		from,
		"SELECT seller, at_ms, until_ms, kind, price_minor, price_to_minor, list_minor,"
		" shipping_minor, currency, availability, condition, source, evidence FROM offer"
		" WHERE listing = ? AND at_ms < ? ORDER BY at_ms, seller",
		e);
	*h = (struct history){0};
	if (!st)
		return ERR_STORE;
	int rc;
	sqlite3_bind_int64(st, 1, (sqlite3_int64)listing);
	sqlite3_bind_int64(st, 2, until_ms);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		read_point(st, &row);
		/* What was so before the stretch begins is one point at its beginning. */
		if (row.at_ms > from_ms && sellers.n && !h->n)
			add_point(h, best_of(&sellers),
				  best_of(&sellers)->at_ms > from_ms ? row.at_ms : from_ms);
		*seller_of(&sellers, row.seller) = row;
		if (row.at_ms > from_ms)
			add_point(h, best_of(&sellers), row.at_ms);
	}
	if (!h->n && sellers.n)
		add_point(h, best_of(&sellers), from_ms);
	struct history_point *last = h->n ? &h->all[h->n - 1] : NULL;
	if (last && (last->kind == OFFER_SEEN || last->kind == OFFER_DOUBTFUL) &&
	    seen_ms > last->until_ms)
		last->until_ms = seen_ms;
	if (last && (last->kind == OFFER_UNKNOWN || last->kind == OFFER_ENDED))
		last->until_ms = until_ms;
	enum err err = rc == SQLITE_DONE
			       ? ERR_NONE
			       : store_error(rc, sqlite3_db_handle(st), "read a history", e);
	sqlite3_reset(st);
	free(sellers.now);
	return err;
}

void history_fini(struct history *h)
{
	free(h->all);
	*h = (struct history){0};
}

/* ---- fewer -------------------------------------------------------------------------------------
 */

struct stretch {
	size_t first, last, low, high; /* of all */
};

static bool has_price(const struct history_point *p)
{
	return p->kind == OFFER_SEEN && p->terms.price != UNKNOWN;
}

static struct stretch look_at(const struct history *h, size_t first, size_t end)
{
	struct stretch s = {first, end - 1, first, first};
	for (size_t i = first; i < end; i++) {
		const struct history_point *p = &h->all[i];
		if (!has_price(p))
			continue;
		if (!has_price(&h->all[s.low]) || p->terms.price < h->all[s.low].terms.price)
			s.low = i;
		if (!has_price(&h->all[s.high]) || p->terms.price > h->all[s.high].terms.price)
			s.high = i;
	}
	return s;
}

void history_thin(struct history *h, int64_t from_ms, int64_t until_ms, size_t max)
{
	size_t stretches = max / 4, kept = 0;
	if (h->n <= max || !stretches || until_ms <= from_ms)
		return;
	int64_t width = (until_ms - from_ms) / (int64_t)stretches + 1;
	size_t before = h->n;
	for (size_t first = 0, end; first < before; first = end) {
		int64_t bucket = (h->all[first].at_ms - from_ms) / width;
		for (end = first + 1;
		     end < before && (h->all[end].at_ms - from_ms) / width == bucket; end++)
			;
		const struct stretch s = look_at(h, first, end);
		for (size_t i = first; i < end; i++) {
			if (i == s.first || i == s.last || i == s.low || i == s.high)
				h->all[kept++] = h->all[i];
			else /* the one before stands for it, too */
				h->all[kept - 1].until_ms = h->all[i].until_ms;
		}
	}
	h->n = kept;
	h->left_out = before - kept;
}
