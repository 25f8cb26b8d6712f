#include "daemon/catalog/market.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/percent.h"

#define DAY_MS INT64_C(86400000)

bool market_can_be_bought(enum availability a)
{
	switch (a) {
	case AVAILABILITY_UNKNOWN:
	case AVAILABILITY_IN_STOCK:
	case AVAILABILITY_LIMITED:
	case AVAILABILITY_ONLINE_ONLY:
	case AVAILABILITY_PRE_ORDER:
	case AVAILABILITY_PRE_SALE:
	case AVAILABILITY_BACK_ORDER:
	case AVAILABILITY_MADE_TO_ORDER: return true;
	case AVAILABILITY_OUT_OF_STOCK:
	case AVAILABILITY_SOLD_OUT:
	case AVAILABILITY_DISCONTINUED:
	case AVAILABILITY_RESERVED:
	case AVAILABILITY_IN_STORE_ONLY: return false;
	}
	return false;
}

bool market_is_out(enum availability a)
{
	return a == AVAILABILITY_OUT_OF_STOCK || a == AVAILABILITY_SOLD_OUT ||
	       a == AVAILABILITY_DISCONTINUED;
}

bool market_counts(const struct market_offer *o, const char *currency)
{
	return o->price_minor > 0 && o->state == LISTING_LISTED &&
	       (o->condition == CONDITION_NEW || o->condition == CONDITION_UNKNOWN) &&
	       market_can_be_bought(o->availability) && *currency && !strcmp(o->currency, currency);
}

int64_t market_landed(int64_t price_minor, int64_t shipping_minor)
{
	return price_minor < 0 || shipping_minor < 0 ? MARKET_UNKNOWN
						     : price_minor + shipping_minor;
}

/* ---- a market -------------------------------------------------------------------------------- */

static int by_seller(const void *a, const void *b)
{
	const struct market_seller *x = a, *y = b;

	if (x->seller != y->seller)
		return x->seller < y->seller ? -1 : 1;
	if (x->minor != y->minor)
		return x->minor < y->minor ? -1 : 1;
	return x->listing < y->listing ? -1 : x->listing > y->listing;
}

static int by_price(const void *a, const void *b)
{
	const struct market_seller *x = a, *y = b;

	if (x->minor != y->minor)
		return x->minor < y->minor ? -1 : 1;
	return x->seller < y->seller ? -1 : x->seller > y->seller;
}

static void take_counting(struct market *m, const struct market_offer *offers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct market_offer *o = &offers[i];

		if (!market_counts(o, m->currency))
			continue;
		m->landed = m->landed && o->shipping_minor >= 0;
		m->sellers[m->n++] = (struct market_seller){o->seller, o->listing, o->price_minor,
							    o->price_minor, o->shipping_minor};
	}
	for (size_t i = 0; m->landed && i < m->n; i++)
		m->sellers[i].minor += m->sellers[i].shipping_minor;
}

/* Each seller's lowest, then the cheapest seller first. */
static void reduce(struct market *m)
{
	size_t kept = 0;

	qsort(m->sellers, m->n, sizeof(*m->sellers), by_seller);
	for (size_t i = 0; i < m->n; i++)
		if (!kept || m->sellers[kept - 1].seller != m->sellers[i].seller)
			m->sellers[kept++] = m->sellers[i];
	m->n = kept;
	qsort(m->sellers, m->n, sizeof(*m->sellers), by_price);
}

void market_make(struct market *m, const struct market_offer *offers, size_t n,
		 const char *currency)
{
	snprintf(m->currency, sizeof(m->currency), "%s", currency);
	m->n = 0;
	m->landed = true;
	m->sum_minor = m->median2_minor = 0;
	m->mean_minor = m->median_minor = MARKET_UNKNOWN;
	if (n > m->cap) {
		m->cap = n;
		m->sellers = mem_array(m->sellers, m->cap, sizeof(*m->sellers));
	}
	take_counting(m, offers, n);
	if (!m->n) {
		m->landed = false;
		return;
	}
	reduce(m);
	for (size_t i = 0; i < m->n; i++)
		m->sum_minor += m->sellers[i].minor;
	m->median2_minor = m->sellers[(m->n - 1) / 2].minor + m->sellers[m->n / 2].minor;
	m->mean_minor = ratio_even(m->sum_minor, 1, (int64_t)m->n);
	m->median_minor = ratio_even(m->median2_minor, 1, 2);
}

void market_fini(struct market *m)
{
	free(m->sellers);
	*m = (struct market){0};
}

const struct market_seller *market_find(const struct market *m, uint64_t seller)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->sellers[i].seller == seller)
			return &m->sellers[i];
	return NULL;
}

const struct market_seller *market_cheapest_but(const struct market *m, uint64_t seller)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->sellers[i].seller != seller)
			return &m->sellers[i];
	return NULL;
}

/* ---- indexes --------------------------------------------------------------------------------- */

bool market_index(const struct market *m, int64_t minor, int64_t *mean_bp, int64_t *median_bp)
{
	if (m->n < 2 || minor < 0)
		return false;
	*mean_bp = ratio_even(minor, (int64_t)m->n * MARKET_WHOLE_BP, m->sum_minor);
	*median_bp = ratio_even(minor, 2 * MARKET_WHOLE_BP, m->median2_minor);
	return true;
}

void market_indexes_add(struct market_indexes *x, int64_t mean_bp, int64_t median_bp)
{
	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 64;
		x->medians = mem_array(x->medians, x->cap, sizeof(*x->medians));
	}
	x->medians[x->n++] = median_bp;
	x->mean_sum += mean_bp;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

bool market_indexes_result(struct market_indexes *x, int64_t *mean_bp, int64_t *median_bp)
{
	if (!x->n)
		return false;
	qsort(x->medians, x->n, sizeof(*x->medians), by_value);
	*mean_bp = ratio_even(x->mean_sum, 1, (int64_t)x->n);
	*median_bp = ratio_even(x->medians[(x->n - 1) / 2] + x->medians[x->n / 2], 1, 2);
	return true;
}

void market_indexes_fini(struct market_indexes *x)
{
	free(x->medians);
	*x = (struct market_indexes){0};
}

/* ---- one price against another --------------------------------------------------------------- */

bool market_change(int64_t was_minor, int64_t now_minor, int64_t *bp)
{
	int64_t diff = now_minor - was_minor;

	if (was_minor <= 0)
		return false;
	*bp = diff < 0 ? -ratio_even(-diff, MARKET_WHOLE_BP, was_minor)
		       : ratio_even(diff, MARKET_WHOLE_BP, was_minor);
	return true;
}

struct market_gap market_gap(int64_t mine_minor, int64_t theirs_minor)
{
	struct market_gap g = {.minor = theirs_minor - mine_minor};

	if (!market_change(mine_minor, theirs_minor, &g.bp))
		g.bp = 0;
	return g;
}

static const struct market_offer *my_lowest(const struct market_offer *offers, size_t n,
					    const char *currency)
{
	const struct market_offer *low = NULL;

	for (size_t i = 0; i < n; i++)
		if (offers[i].seller == MARKET_MINE && market_counts(&offers[i], currency) &&
		    (!low || offers[i].price_minor < low->price_minor))
			low = &offers[i];
	return low;
}

static struct market_duel pair(const struct market_offer *mine, const struct market_offer *theirs)
{
	struct market_duel d = {mine, theirs, mine->price_minor, theirs->price_minor, false};

	d.landed = mine->shipping_minor >= 0 && theirs->shipping_minor >= 0;
	if (d.landed) {
		d.mine_minor += mine->shipping_minor;
		d.theirs_minor += theirs->shipping_minor;
	}
	return d;
}

/* theirs / mine: the smaller, the worse for me; equal ones by price and id, so that the order of
 * rows decides nothing. */
static bool stands_better(const struct market_duel *a, const struct market_duel *b)
{
	__int128 x = (__int128)a->theirs_minor * b->mine_minor,
		 y = (__int128)b->theirs_minor * a->mine_minor;

	if (x != y)
		return x < y;
	return a->theirs->listing < b->theirs->listing;
}

bool market_duel(const struct market_offer *offers, size_t n, uint64_t seller,
		 struct market_duel *out)
{
	const struct market_offer *mine = NULL;
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		const struct market_offer *o = &offers[i];

		if (o->seller == MARKET_MINE || (seller != MARKET_ANYBODY && o->seller != seller) ||
		    !market_counts(o, o->currency))
			continue;
		if (!mine || strcmp(mine->currency, o->currency) != 0)
			mine = my_lowest(offers, n, o->currency);
		if (!mine)
			continue;
		struct market_duel d = pair(mine, o);
		if (!found || stands_better(&d, out))
			*out = d;
		found = true;
	}
	return found;
}

struct market_rank market_what_if(const struct market *m, int64_t price_minor,
				  int64_t shipping_minor)
{
	struct market_rank r = {.minor = price_minor, .rank = 1, .of = 1};
	const struct market_seller *best = market_cheapest_but(m, MARKET_MINE);

	if (m->landed && shipping_minor > 0)
		r.minor += shipping_minor;
	for (size_t i = 0; i < m->n; i++) {
		if (m->sellers[i].seller == MARKET_MINE)
			continue;
		r.of++;
		r.below += m->sellers[i].minor < r.minor;
		r.equal += m->sellers[i].minor == r.minor;
		r.above += m->sellers[i].minor > r.minor;
	}
	r.rank += r.below;
	r.cheapest_minor = best ? best->minor : MARKET_UNKNOWN;
	return r;
}

bool market_price_to_lead(const struct market *m, int64_t shipping_minor, int64_t *price_minor)
{
	const struct market_seller *best = market_cheapest_but(m, MARKET_MINE);

	if (!best)
		return false;
	*price_minor = best->minor - 1 - (m->landed && shipping_minor > 0 ? shipping_minor : 0);
	return *price_minor > 0;
}

/* ---- deals ----------------------------------------------------------------------------------- */

enum market_deal market_deal(int64_t price_minor, int64_t lowest_minor, int64_t first_ms,
			     int64_t price_ms)
{
	if (price_minor <= 0 || lowest_minor <= 0 ||
	    price_ms - first_ms < MARKET_DEAL_DAYS * DAY_MS)
		return MARKET_NO_DEAL;
	if (price_minor <= lowest_minor)
		return MARKET_BEST_PRICE;
	return (__int128)price_minor * MARKET_WHOLE_BP <= (__int128)lowest_minor * MARKET_DEAL_BP
		       ? MARKET_GOOD_DEAL
		       : MARKET_NO_DEAL;
}

const char *market_deal_name(enum market_deal d)
{
	switch (d) {
	case MARKET_NO_DEAL: return NULL;
	case MARKET_GOOD_DEAL: return "good";
	case MARKET_BEST_PRICE: return "best";
	}
	return NULL;
}
