#include "daemon/catalog/difference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/market.h"
#include "shared/mem.h"

bool price_is_doubtful(int64_t believed, const char *believed_currency, int64_t price,
		       const char *currency)
{
	if (price == UNKNOWN)
		return false;
	if (believed == UNKNOWN || strcmp(believed_currency, currency) != 0)
		return price == 0;
	if (believed == 0)
		return false;
	return price == 0 || price / DOUBT_FACTOR >= believed || price <= believed / DOUBT_FACTOR;
}

/* ---- offers ------------------------------------------------------------------------------------
 */

static bool same_terms(const struct terms *a, const struct terms *b)
{
	return a->price == b->price && a->price_to == b->price_to && a->list == b->list &&
	       a->shipping == b->shipping && !strcmp(a->currency, b->currency) &&
	       a->availability == b->availability && a->condition == b->condition &&
	       (a->buy_box == b->buy_box || a->buy_box < 0 || b->buy_box < 0);
}

static bool is_current(const struct known_offer *o)
{
	return o->kind != OFFER_ENDED;
}

static size_t current_count(const struct known *k, const struct known_offer **only)
{
	size_t n = 0;
	for (size_t i = 0; i < k->n_offers; i++)
		if (is_current(&k->offers[i])) {
			*only = &k->offers[i];
			n++;
		}
	return n;
}

/* A lone offer whose seller the page begins or ceases to name is the same offer. */
static const struct known_offer *known_of(const struct known *k, const struct sighting *s,
					  const struct sold *sold)
{
	const struct known_offer *only = NULL;
	for (size_t i = 0; i < k->n_offers; i++)
		if (!strcmp(k->offers[i].name, sold->seller))
			return &k->offers[i];
	if (s->n_sold == 1 && current_count(k, &only) == 1 && (!*only->name || !*sold->seller))
		return only;
	return NULL;
}

static struct offer_step *add_step(struct difference *d, struct offer_step step)
{
	d->steps = mem_array(d->steps, d->n_steps + 1, sizeof(*d->steps));
	d->steps[d->n_steps] = step;
	d->what |= DIFFERS_OFFERS;
	return &d->steps[d->n_steps++];
}

/* Is the price of this offer believed? Seen twice it is. */
static bool is_doubted(const struct known_offer *was, const struct terms *t, int64_t at_ms)
{
	if (!price_is_doubtful(was ? was->believed : UNKNOWN, was ? was->believed_currency : "",
			       t->price, t->currency))
		return false;
	return !was || was->kind != OFFER_DOUBTFUL || was->terms.price != t->price ||
	       strcmp(was->terms.currency, t->currency) != 0 || was->at_ms >= at_ms;
}

static bool compare_offer(struct difference *d, const struct known *k, const struct sighting *s,
			  const struct sold *sold, const struct known_offer *was, int64_t at_ms)
{
	bool doubted = is_doubted(was, &sold->terms, at_ms);
	enum offer_kind kind = doubted ? OFFER_DOUBTFUL : OFFER_SEEN;
	bool gap = was && is_current(was) && was->kind != OFFER_UNKNOWN &&
		   at_ms - k->seen_ms > SIGHTING_GAP_MS;
	bool same = was && was->kind == kind && same_terms(&was->terms, &sold->terms) && !gap;
	d->doubts |= doubted;
	if (!same)
		add_step(d, (struct offer_step){
				    .was = was,
				    .sold = sold,
				    .kind = kind,
				    .gap = gap,
				    .joined = k->id && (!was || !is_current(was)) &&
					      (s->n_sold > 1 || k->n_offers > 0) && *sold->seller,
			    });
	return doubted;
}

static void compare_left(struct difference *d, const struct known *k, const struct known_offer **of,
			 size_t n)
{
	for (size_t i = 0; i < k->n_offers; i++) {
		const struct known_offer *o = &k->offers[i];
		bool there = !is_current(o);
		for (size_t j = 0; j < n && !there; j++)
			there = of[j] == o;
		if (!there)
			add_step(d, (struct offer_step){
					    .was = o, .kind = OFFER_ENDED, .left = *o->name});
	}
}

/* ---- the listing's own offer -------------------------------------------------------------------
 */

static int class_of(const struct terms *t, bool doubted)
{
	bool is_new = t->condition == CONDITION_UNKNOWN || t->condition == CONDITION_NEW;
	if (t->price == UNKNOWN || doubted)
		return doubted ? 4 : 3;
	return is_new && market_can_be_bought(t->availability) ? 0 : is_new ? 1 : 2;
}

static bool is_lower(const struct terms *a, bool a_doubted, const struct terms *b, bool b_doubted)
{
	int x = class_of(a, a_doubted), y = class_of(b, b_doubted);
	return x != y ? x < y : !strcmp(a->currency, b->currency) && a->price < b->price;
}

static void choose(struct difference *d, const struct known *k, const struct sighting *s,
		   const bool *doubted)
{
	for (size_t i = 1; i < s->n_sold; i++)
		if (is_lower(&s->sold[i].terms, doubted[i], &s->sold[d->now].terms,
			     doubted[d->now]))
			d->now = i;
	const struct terms *t = &s->sold[d->now].terms;
	d->doubt = doubted[d->now];
	/* What is not believed leaves the price as it was. */
	d->price = d->doubt ? (k->id ? k->price : UNKNOWN) : t->price;
	snprintf(d->currency, sizeof(d->currency), "%s",
		 d->doubt && k->id && k->price != UNKNOWN ? k->currency : t->currency);
}

static void compare_price(struct difference *d, const struct known *k)
{
	int64_t before = k->price != UNKNOWN ? k->price : k->was;
	bool comparable = k->id && !strcmp(k->currency, d->currency);
	d->was = k->id && comparable ? k->was : UNKNOWN;
	if (!k->id || d->price == k->price)
		return;
	if (!comparable)
		d->was = UNKNOWN;
	else if (k->price != UNKNOWN)
		d->was = k->price;
	if (comparable && d->price != UNKNOWN && before != UNKNOWN && before != d->price)
		d->moved_from = before;
}

static void compare_stock(struct difference *d, const struct known *k, const struct terms *t)
{
	bool could = market_can_be_bought(k->availability),
	     can = market_can_be_bought(t->availability);
	if (!k->id || !k->availability || !t->availability)
		return;
	d->went_out = could && !can;
	d->came_in = !could && can;
}

static void compare_box(struct difference *d, const struct known *k, const struct sighting *s)
{
	const struct known_offer *had = NULL;
	const struct sold *has = NULL;
	for (size_t i = 0; i < k->n_offers; i++)
		if (is_current(&k->offers[i]) && k->offers[i].terms.buy_box == 1)
			had = &k->offers[i];
	for (size_t i = 0; i < s->n_sold; i++)
		if (s->sold[i].terms.buy_box == 1)
			has = &s->sold[i];
	if (had && has && strcmp(had->name, has->seller) != 0) {
		d->box_was = had;
		d->box_now = has;
	}
}

/* ---- the rest ----------------------------------------------------------------------------------
 */

/* An image is the same one under another version or size parameter. */
static bool same_text(enum sighting_text what, const char *a, const char *b)
{
	size_t n = strcspn(a, "?"), m = strcspn(b, "?");
	if (what == TEXT_IMAGE)
		return n == m && !memcmp(a, b, n);
	return !strcmp(a, b);
}

static bool is_code(enum sighting_text what)
{
	return what == TEXT_GTIN || what == TEXT_MPN || what == TEXT_BRAND;
}

/* What is not said any more stays as it was. */
static void compare_texts(struct difference *d, const struct known *k, const struct sighting *s)
{
	for (size_t i = 0; i < SIGHTING_TEXTS; i++) {
		if (!*s->text[i] || same_text((enum sighting_text)i, k->text[i], s->text[i]))
			continue;
		d->texts[i] = true;
		d->what |= DIFFERS_TEXTS | (is_code((enum sighting_text)i) ? DIFFERS_CODES : 0);
	}
}

static void compare_rating(struct difference *d, const struct known *k, const struct sighting *s)
{
	d->rating_x100 = s->rating_x100 == UNKNOWN ? k->rating_x100 : s->rating_x100;
	d->reviews = s->reviews == UNKNOWN ? k->reviews : s->reviews;
	if (d->rating_x100 != k->rating_x100 || d->reviews != k->reviews)
		d->what |= DIFFERS_RATING;
}

static const struct known nothing = {.price = UNKNOWN,
				     .was = UNKNOWN,
				     .doubt = UNKNOWN,
				     .rating_x100 = UNKNOWN,
				     .reviews = UNKNOWN};

void difference_make(struct difference *d, const struct known *k, const struct sighting *s,
		     uint64_t page, int64_t at_ms)
{
	const struct known_offer **of = mem_array(NULL, s->n_sold, sizeof(struct known_offer *));
	bool *doubted = mem_array(NULL, s->n_sold, sizeof(bool));
	*d = (struct difference){.moved_from = UNKNOWN};
	k = k->id ? k : &nothing;
	for (size_t i = 0; i < s->n_sold; i++) {
		of[i] = known_of(k, s, &s->sold[i]);
		doubted[i] = compare_offer(d, k, s, &s->sold[i], of[i], at_ms);
	}
	compare_left(d, k, of, s->n_sold);
	choose(d, k, s, doubted);
	d->now_was = of[d->now];
	compare_price(d, k);
	compare_stock(d, k, &s->sold[d->now].terms);
	compare_rating(d, k, s);
	if (k->id) {
		compare_texts(d, k, s);
		compare_box(d, k, s);
		if (k->page != page || k->state != LISTING_LISTED || k->missed)
			d->what |= DIFFERS_PLACE;
	} else {
		d->what |= DIFFERS_LISTING;
	}
	free(of);
	free(doubted);
}

void difference_fini(struct difference *d)
{
	free(d->steps);
}
