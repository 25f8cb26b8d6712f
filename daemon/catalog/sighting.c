#include "daemon/catalog/sighting.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/market.h"
#include "daemon/extract/product.h"
#include "shared/hash.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "shared/url.h"

/* ---- offers by seller --------------------------------------------------------------------------
 */

static struct terms terms_of(const struct offer *o, const char *currency)
{
	struct terms t = {
		.price = o->price_minor,
		.price_to = o->price_to_minor,
		.list = o->list_minor,
		.shipping = o->shipping_minor,
		.availability = o->availability,
		.condition = o->condition,
		.buy_box = -1,
		.rank = -1,
		.source = o->source,
	};
	snprintf(t.currency, sizeof(t.currency), "%s", *o->currency ? o->currency : currency);
	return t;
}

static int class_of(const struct terms *t)
{
	bool is_new = t->condition == CONDITION_UNKNOWN || t->condition == CONDITION_NEW;
	if (t->price == UNKNOWN)
		return 3;
	return is_new && market_can_be_bought(t->availability) ? 0 : is_new ? 1 : 2;
}

/* Does a stand for the seller rather than b? The lowest new one that can be bought. */
static bool is_better(const struct terms *a, const struct terms *b)
{
	if (class_of(a) != class_of(b))
		return class_of(a) < class_of(b);
	return !strcmp(a->currency, b->currency) && a->price < b->price;
}

/* The dearest of those that are the same but for the price. */
static int64_t range_end(const struct terms *a, const struct terms *b)
{
	int64_t end = a->price_to > a->price ? a->price_to : a->price;
	int64_t other = b->price_to > b->price ? b->price_to : b->price;
	if (class_of(a) != class_of(b) || strcmp(a->currency, b->currency) != 0)
		return a->price_to;
	end = other > end ? other : end;
	return a->price != UNKNOWN && end > a->price ? end : a->price_to;
}

static void take_terms(struct sold *s, const struct terms *t)
{
	bool better = is_better(t, &s->terms);
	struct terms best = better ? *t : s->terms, rest = better ? s->terms : *t;
	best.price_to = range_end(&best, &rest);
	s->terms = best;
}

static void add_sold(struct sighting *s, const char *seller, const struct terms *t)
{
	for (size_t i = 0; i < s->n_sold; i++)
		if (!strcmp(s->sold[i].seller, seller)) {
			take_terms(&s->sold[i], t);
			return;
		}
	s->sold = mem_array(s->sold, s->n_sold + 1, sizeof(*s->sold));
	s->sold[s->n_sold++] = (struct sold){mem_strdup(seller), *t};
}

static void add_offers(struct sighting *s, const struct product *p, const char *currency)
{
	for (size_t i = 0; i < p->n_offers; i++) {
		const struct terms t = terms_of(&p->offers[i], currency);
		add_sold(s, p->offers[i].seller ? p->offers[i].seller : "", &t);
	}
	if (!s->n_sold) {
		struct terms t = {.price = UNKNOWN,
				  .price_to = UNKNOWN,
				  .list = UNKNOWN,
				  .shipping = UNKNOWN,
				  .buy_box = -1,
				  .rank = -1,
				  .source = s->source};
		add_sold(s, "", &t);
	}
	for (size_t i = 0; s->n_sold > 1 && i < s->n_sold; i++) {
		s->sold[i].terms.rank = (int)i + 1;
		s->sold[i].terms.buy_box = i == 0;
	}
}

/* ---- reviews -----------------------------------------------------------------------------------
 */

static void add_piece(crypto_generichash_state *h, const char *text)
{
	crypto_generichash_update(h, (const unsigned char *)(text ? text : ""),
				  text ? strlen(text) + 1 : 1);
}

static int64_t day_of(const char *date)
{
	char whole[48];
	int64_t ms;
	if (!date)
		return 0;
	snprintf(whole, sizeof(whole), "%.10sT00:00:00Z", date);
	return time_parse(date, &ms) || time_parse(whole, &ms) ? ms : 0;
}

static void add_reviews(struct sighting *s, const struct product *p)
{
	crypto_generichash_state h;
	s->review = p->n_reviews ? mem_array(NULL, p->n_reviews, sizeof(*s->review)) : NULL;
	for (size_t i = 0; i < p->n_reviews; i++) {
		const struct review *from = &p->reviews[i];
		struct seen_review *r = &s->review[s->n_reviews];
		if (!from->text && from->rating_x100 == FACT_UNKNOWN)
			continue;
		*r = (struct seen_review){.at_ms = day_of(from->date),
					  .rating_x100 = from->rating_x100,
					  .text = mem_strdup(from->text ? from->text : "")};
		crypto_generichash_init(&h, NULL, 0, REVIEW_KEY_BYTES);
		add_piece(&h, from->author);
		add_piece(&h, from->date);
		add_piece(&h, from->text);
		crypto_generichash_final(&h, r->key, REVIEW_KEY_BYTES);
		s->n_reviews++;
	}
}

/* ---- its name in the site ----------------------------------------------------------------------
 */

static const char *said(const struct product *p, enum product_field f)
{
	return p->text[f].s ? p->text[f].s : "";
}

/* What tells one of several at the same address. */
static const char *sign_of(const struct product *p)
{
	static const enum product_field signs[] = {FIELD_SKU, FIELD_GTIN, FIELD_MPN, FIELD_NAME};
	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (*said(p, signs[i]))
			return said(p, signs[i]);
	return "";
}

/* A parameter by which visits are told apart, not pages. */
static bool is_tracking(const char *name)
{
	static const char *const names[] = {
		"gclid=", "fbclid=", "msclkid=", "mc_cid=", "mc_eid=", "ref_src=", "srsltid="};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return !strncmp(name, "utm_", 4);
}

/* An address without what does not belong to the page's name. */
static char *plain_address(const char *url)
{
	struct buf out = BUF_INIT(URL_MAX + HOST_MAX + 16);
	size_t end = strcspn(url, "#"), path = strcspn(url, "?#");
	char between = '?';
	buf_add(&out, url, path);
	for (size_t at = path + 1; at < end;) {
		size_t n = strcspn(url + at, "&#");
		if (n && !is_tracking(url + at)) {
			buf_add_char(&out, between);
			buf_add(&out, url + at, n);
			between = '&';
		}
		at += n + 1;
	}
	return buf_take(&out);
}

static char *joined(const char *a, const char *b)
{
	return *b ? mem_printf("%s#%s", a, b) : mem_strdup(a);
}

struct making {
	const struct observation *o;
	struct sightings *out;
	size_t cap, *slots, n_slots; /* by key: index + 1 */
	bool page_taken;             /* some product has the page's own address */
};

/* The page's address where the page is about this one: what is written in a page as its address
 * may be the shop's home. A feed's items of one address are told by their SKU. */
static char *key_of(struct making *m, const struct facts *f, const struct product *p)
{
	bool feed = m->o->page_kind == PAGE_FEED || m->o->page_kind == PAGE_API;
	bool alone = m->o->page_kind == PAGE_PRODUCT && f->n_products == 1 && !m->o->part;
	const char *url = said(p, FIELD_URL);
	char *base = plain_address(alone || !*url ? m->o->page_url : url);
	const char *sign = feed && p->text[FIELD_SKU].source == SOURCE_FEED ? said(p, FIELD_SKU)
			   : !alone && !*url && m->page_taken               ? sign_of(p)
									    : "";
	char *key = joined(base, sign);
	m->page_taken |= !*url;
	free(base);
	return key;
}

static size_t *slot_of(struct making *m, const char *key)
{
	size_t at = hash_text(key) & (m->n_slots - 1);
	while (m->slots[at] && strcmp(m->out->all[m->slots[at] - 1].key, key) != 0)
		at = (at + 1) & (m->n_slots - 1);
	return &m->slots[at];
}

static void grow_slots(struct making *m)
{
	if (m->n_slots && m->out->n * 2 < m->n_slots)
		return;
	m->n_slots = m->n_slots ? 2 * m->n_slots : 64;
	free(m->slots);
	m->slots = mem_zalloc(m->n_slots * sizeof(*m->slots));
	for (size_t i = 0; i < m->out->n; i++)
		*slot_of(m, m->out->all[i].key) = i + 1;
}

/* ---- listings ----------------------------------------------------------------------------------
 */

static const enum product_field fields[SIGHTING_TEXTS] = {
	[TEXT_URL] = FIELD_URL,     [TEXT_TITLE] = FIELD_NAME,        [TEXT_BRAND] = FIELD_BRAND,
	[TEXT_GTIN] = FIELD_GTIN,   [TEXT_MPN] = FIELD_MPN,           [TEXT_SKU] = FIELD_SKU,
	[TEXT_IMAGE] = FIELD_IMAGE, [TEXT_CATEGORY] = FIELD_CATEGORY, [TEXT_FAMILY] = FIELD_GROUP,
};

/* What a variant does not say itself is as its product has it, but for what names one thing. */
static bool is_shared(enum sighting_text t)
{
	return t != TEXT_GTIN && t != TEXT_MPN && t != TEXT_SKU;
}

static int source_of(const struct product *p)
{
	if (p->n_offers)
		return p->offers[0].source;
	for (size_t i = 0; i < PRODUCT_FIELDS; i++)
		if (p->text[i].s)
			return p->text[i].source;
	return SOURCE_NONE;
}

static void set_texts(struct sighting *s, const struct observation *o, const struct product *p,
		      const struct product *parent)
{
	for (size_t i = 0; i < SIGHTING_TEXTS; i++) {
		const char *text = said(p, fields[i]);
		if (!*text && parent && is_shared((enum sighting_text)i))
			text = said(parent, fields[i]);
		if (!*text && i == TEXT_URL)
			text = o->page_url;
		s->text[i] = mem_strdup(text);
	}
}

/* key: taken over. */
static void add_sighting(struct making *m, char *key, const struct product *p,
			 const struct product *parent, const char *family)
{
	struct sightings *out = m->out;
	grow_slots(m);
	size_t *slot = slot_of(m, key);
	if (*slot) { /* said twice: by what tells it apart, else it is the same */
		char *other = joined(key, sign_of(p));
		free(key);
		key = other;
		slot = slot_of(m, key);
	}
	if (*slot || out->n == SIGHTINGS_MAX) {
		free(key);
		return;
	}
	if (out->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 16;
		out->all = mem_array(out->all, m->cap, sizeof(*out->all));
	}
	struct sighting *s = &out->all[out->n++];
	const struct product *rated = p->rating_source || !parent ? p : parent;
	*slot = out->n;
	*s = (struct sighting){.key = key,
			       .rating_x100 = rated->rating_x100,
			       .reviews = rated->rating_count,
			       .source = source_of(p) ? source_of(p)
						      : source_of(parent ? parent : p)};
	set_texts(s, m->o, p, parent);
	if (family && !*s->text[TEXT_FAMILY]) {
		free(s->text[TEXT_FAMILY]);
		s->text[TEXT_FAMILY] = mem_strdup(family);
	}
	add_offers(s, p, m->o->default_currency);
	add_reviews(s, p);
}

static bool stands_alone(const struct product *variant)
{
	return variant->n_offers || *said(variant, FIELD_SKU);
}

/* Variants of an address of their own have that as their name, others what tells them apart. */
static void add_variants(struct making *m, const char *key, const struct product *p)
{
	for (size_t i = 0; i < p->n_variants; i++) {
		const struct product *v = &p->variants[i];
		const char *url = said(v, FIELD_URL);
		bool own = *url && strcmp(url, said(p, FIELD_URL)) != 0 &&
			   strcmp(url, m->o->page_url) != 0;
		char *base = own ? plain_address(url) : NULL;
		if (stands_alone(v))
			add_sighting(m, own ? mem_strdup(base) : joined(key, sign_of(v)), v, p,
				     key);
		free(base);
	}
}

void sightings_make(struct sightings *s, const struct observation *o, const struct facts *facts)
{
	struct making m = {.o = o, .out = s};
	*s = (struct sightings){0};
	for (size_t i = 0; i < facts->n_products; i++) {
		const struct product *p = &facts->products[i];
		char *key = key_of(&m, facts, p);
		size_t before = s->n;
		add_variants(&m, key, p);
		if (s->n == before)
			add_sighting(&m, mem_strdup(key), p, NULL, NULL);
		free(key);
	}
	free(m.slots);
}

void sighting_fini(struct sighting *s)
{
	for (size_t i = 0; i < SIGHTING_TEXTS; i++)
		free(s->text[i]);
	for (size_t i = 0; i < s->n_sold; i++)
		free(s->sold[i].seller);
	for (size_t i = 0; i < s->n_reviews; i++)
		free(s->review[i].text);
	free(s->key);
	free(s->sold);
	free(s->review);
	free(s->found);
}

void sightings_fini(struct sightings *s)
{
	for (size_t i = 0; i < s->n; i++)
		sighting_fini(&s->all[i]);
	free(s->all);
}
