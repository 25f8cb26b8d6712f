#include "daemon/extract/product_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"

enum { NUMBER_TEXT = 40, IDS_MAX = 5000, VALUES_MAX = 500000 };

struct reader {
	struct facts *f;
	json_t *ids; /* "@id" -> object */
	enum product_source source;
	int *budget; /* of values to be looked at: microdata may have an item in many places */
};

/* ---- values -------------------------------------------------------------------------------- */

static const json_t *member(const json_t *object, const char *key)
{
	char prefixed[64];
	const json_t *v = json_object_get(object, key);

	if (v || !json_is_object(object) || *key == '@')
		return v;
	snprintf(prefixed, sizeof prefixed, "schema:%s", key);
	return json_object_get(object, prefixed);
}

/* {"@id": X} alone -> the object X of the page. */
static const json_t *referred(const struct reader *r, const json_t *v)
{
	const char *id = json_string_value(json_object_get(v, "@id"));
	const json_t *found = id ? json_object_get(r->ids, id) : NULL;

	return found && json_object_size(v) <= 2 ? found : v;
}

/* The first of several, or itself. */
static const json_t *first(const json_t *v)
{
	for (int i = 0; i < 4 && json_is_array(v); i++)
		v = json_array_get(v, 0);
	return json_is_array(v) ? NULL : v;
}

struct text {
	char number[NUMBER_TEXT];
	const char *s; /* NULL: none */
};

static bool scalar_text(const json_t *v, struct text *out)
{
	out->s = NULL;
	if (json_is_string(v)) {
		out->s = json_string_value(v);
	} else if (json_is_integer(v)) {
		snprintf(out->number, sizeof out->number, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(v));
		out->s = out->number;
	} else if (json_is_real(v)) {
		snprintf(out->number, sizeof out->number, "%.15g", json_real_value(v));
		out->s = out->number;
	}
	return out->s && out->s[strspn(out->s, " \t\r\n")];
}

/* A text, or the first of an object's members in `keys` that is one. */
static const char *text_in(const struct reader *r, const json_t *v, const char *const *keys,
			   struct text *out)
{
	size_t n = json_is_array(v) ? json_array_size(v) : 1;

	for (size_t i = 0; i < n && i < FACTS_OFFERS_MAX; i++) {
		const json_t *one = first(json_is_array(v) ? json_array_get(v, i) : v);

		if (scalar_text(one, out))
			return out->s;
		one = json_is_object(one) ? referred(r, one) : NULL;
		for (const char *const *key = keys; one && *key; key++) {
			if (scalar_text(first(member(one, *key)), out))
				return out->s;
		}
	}
	return NULL;
}

static const char *const name_keys[] = {"@value", "name", "value", NULL};
static const char *const address_keys[] = {"url", "contentUrl", "@id", "@value", NULL};

static const char *text_at(const struct reader *r, const json_t *object, const char *key,
			   struct text *out)
{
	return text_in(r, member(object, key), name_keys, out);
}

/* ---- types --------------------------------------------------------------------------------- */

static const char *const product_types[] = {
	"Product", "ProductGroup", "ProductModel", "IndividualProduct", "SomeProducts",
	"Vehicle", "Car",          "Motorcycle",   "MotorizedBicycle",  NULL,
};
/* Works that are products once they are offered. */
static const char *const work_types[] = {
	"Book",   "Movie", "MusicAlbum", "MusicRecording", "VideoGame", "SoftwareApplication",
	"Course", NULL,
};
static const char *const offer_types[] = {"Offer", "AggregateOffer", "OfferForPurchase",
					  "OfferForLease", NULL};

static bool is_named(const char *type, const char *const *names)
{
	const char *short_name = type;

	for (const char *p = type; *p; p++) {
		if (*p == '/' || *p == '#' || *p == ':')
			short_name = p + 1;
	}
	for (; *names; names++) {
		if (!strcmp(short_name, *names))
			return true;
	}
	return false;
}

static bool is_a(const json_t *object, const char *const *names)
{
	const json_t *type = json_object_get(object, "@type");
	size_t n = json_is_array(type) ? json_array_size(type) : 1;

	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_is_array(type) ? json_array_get(type, i) : type;

		if (json_is_string(one) && is_named(json_string_value(one), names))
			return true;
	}
	return false;
}

static bool is_product(const json_t *object)
{
	return is_a(object, product_types) ||
	       (is_a(object, work_types) && member(object, "offers"));
}

/* ---- offers -------------------------------------------------------------------------------- */

static bool is_list_price(const struct reader *r, const json_t *spec)
{
	static const char *const names[] = {"ListPrice",          "MSRP",         "SRP",
					    "StrikethroughPrice", "RegularPrice", NULL};
	struct text t;
	const char *type = text_at(r, spec, "priceType", &t);

	return type && is_named(type, names);
}

/* Of priceSpecification, which may be several: the price, and the one that was before. */
static void read_specifications(const struct reader *r, struct offer *o, const json_t *specs)
{
	size_t n = json_is_array(specs) ? json_array_size(specs) : 1;
	struct text t;

	for (size_t i = 0; i < n && i < FACTS_OFFERS_MAX; i++) {
		const json_t *spec = json_is_array(specs) ? json_array_get(specs, i) : specs;
		const char *price;

		if (!json_is_object(spec))
			continue;
		spec = referred(r, spec);
		if (!*o->currency)
			offer_set_currency(r->f, o, text_at(r, spec, "priceCurrency", &t));
		price = text_at(r, spec, "price", &t);
		if (!price)
			price = text_at(r, spec, "minPrice", &t);
		if (!price)
			continue;
		if (is_list_price(r, spec) && o->list_minor == FACT_UNKNOWN)
			offer_read_price(r->f, o, price, &o->list_minor);
		else if (!is_list_price(r, spec) && o->price_minor == FACT_UNKNOWN)
			offer_read_price(r->f, o, price, &o->price_minor);
	}
}

static void read_shipping(const struct reader *r, struct offer *o, const json_t *offer)
{
	const json_t *rate = first(member(first(member(offer, "shippingDetails")), "shippingRate"));
	struct offer other = {.shipping_minor = FACT_UNKNOWN};
	struct text t;

	if (!json_is_object(rate))
		return;
	offer_set_currency(r->f, &other, text_at(r, rate, "currency", &t));
	if (!*other.currency || !*o->currency)
		memcpy(other.currency, o->currency, sizeof other.currency);
	if (!strcmp(other.currency, o->currency) && text_at(r, rate, "value", &t))
		offer_read_price(r->f, o, t.s, &o->shipping_minor);
}

static void read_prices(const struct reader *r, struct offer *o, const json_t *offer)
{
	struct text t;

	if (text_at(r, offer, "price", &t))
		offer_read_price(r->f, o, t.s, &o->price_minor);
	read_specifications(r, o, member(offer, "priceSpecification"));
	if (o->price_minor == FACT_UNKNOWN && text_at(r, offer, "lowPrice", &t))
		offer_read_price(r->f, o, t.s, &o->price_minor);
	if (text_at(r, offer, "highPrice", &t))
		offer_read_price(r->f, o, t.s, &o->price_to_minor);
	if (o->price_minor == FACT_UNKNOWN && o->price_to_minor != FACT_UNKNOWN)
		o->price_minor = o->price_to_minor;
	if (o->price_to_minor <= o->price_minor)
		o->price_to_minor = FACT_UNKNOWN;
}

/* parent: of an AggregateOffer, or the product: what is said there counts for all in it. */
static void read_offer(const struct reader *r, struct product *p, const json_t *offer,
		       const json_t *parent)
{
	struct offer *o = product_add_offer(r->f, p, r->source);
	const char *word;
	struct text t;

	if (!o)
		return;
	word = text_at(r, offer, "priceCurrency", &t);
	offer_set_currency(r->f, o, word ? word : text_at(r, parent, "priceCurrency", &t));
	read_prices(r, o, offer);
	word = text_in(r, member(offer, "availability"), address_keys, &t);
	o->availability = availability_read(word);
	if (word && !o->availability)
		facts_warn(r->f, "availability_unknown", "availability \"%.60s\" is no known word",
			   word);
	word = text_in(r, member(offer, "itemCondition"), address_keys, &t);
	o->condition = condition_read(
		word ? word : text_in(r, member(parent, "itemCondition"), address_keys, &t));
	word = text_at(r, offer, "seller", &t);
	o->seller = fact_text_from(word ? word : text_at(r, offer, "offeredBy", &t), r->source);
	o->sku = fact_text(text_at(r, offer, "sku", &t));
	word = text_at(r, offer, "offerCount", &t);
	if (word && strspn(word, "0123456789") == strlen(word) && strlen(word) < 9)
		o->count = atoll(word);
	read_shipping(r, o, offer);
	if (o->price_minor == FACT_UNKNOWN && !o->availability && !o->seller && !o->sku)
		product_drop_offer(p); /* says nothing */
}

static void read_offers(const struct reader *r, struct product *p, const json_t *offers,
			const json_t *parent, int depth)
{
	size_t n = json_is_array(offers) ? json_array_size(offers) : 1;

	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_is_array(offers) ? json_array_get(offers, i) : offers;
		const json_t *inner;
		size_t before = p->n_offers;

		if (!json_is_object(one))
			continue;
		one = referred(r, one);
		inner = member(one, "offers");
		if (inner && depth > 0)
			read_offers(r, p, inner, one, depth - 1);
		if (p->n_offers == before)
			read_offer(r, p, one, parent);
	}
}

/* ---- products ------------------------------------------------------------------------------ */

static void read_identifiers(const struct reader *r, struct product *p, const json_t *o)
{
	static const char *const gtins[] = {"gtin", "gtin13", "gtin14", "gtin12", "gtin8",
					    "isbn", "ean",    "upc",    NULL};
	struct text t;

	for (const char *const *key = gtins; *key && !p->text[FIELD_GTIN].s; key++)
		product_set(r->f, p, FIELD_GTIN, text_at(r, o, *key, &t), r->source);
	product_set(r->f, p, FIELD_SKU, text_at(r, o, "sku", &t), r->source);
	product_set(r->f, p, FIELD_MPN, text_at(r, o, "mpn", &t), r->source);
	product_set(r->f, p, FIELD_GROUP, text_at(r, o, "productGroupID", &t), r->source);
	product_set(r->f, p, FIELD_GROUP, text_at(r, o, "inProductGroupWithID", &t), r->source);
}

static void read_rating(const struct reader *r, struct product *p, const json_t *o)
{
	const json_t *rating = first(member(o, "aggregateRating"));
	struct text value, best, count;

	if (!json_is_object(rating))
		return;
	rating = referred(r, rating);
	if (!text_at(r, rating, "ratingCount", &count))
		text_at(r, rating, "reviewCount", &count);
	text_at(r, rating, "ratingValue", &value);
	text_at(r, rating, "bestRating", &best);
	product_set_rating(p, value.s, best.s, count.s, r->source);
}

/* Without a rating and a text there is nothing in it. */
static void read_review(const struct reader *r, struct product *p, const json_t *review)
{
	const json_t *rating = first(member(review, "reviewRating"));
	struct review *out = product_add_review(p, r->source);
	struct text t, best = {.s = NULL};

	if (!out)
		return;
	out->author = fact_text_from(text_at(r, review, "author", &t), r->source);
	out->date = fact_text(text_at(r, review, "datePublished", &t));
	if (!out->date)
		out->date = fact_text(text_at(r, review, "dateCreated", &t));
	out->text = fact_text_from(text_at(r, review, "reviewBody", &t), r->source);
	if (!out->text)
		out->text = fact_text_from(text_at(r, review, "description", &t), r->source);
	if (json_is_object(rating)) {
		rating = referred(r, rating);
		text_at(r, rating, "bestRating", &best);
		review_set_rating(out, text_at(r, rating, "ratingValue", &t), best.s);
	}
	if (!out->text && out->rating_x100 == FACT_UNKNOWN)
		product_drop_review(p);
}

static void read_reviews(const struct reader *r, struct product *p, const json_t *list)
{
	size_t n = json_is_array(list) ? json_array_size(list) : 1;

	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_is_array(list) ? json_array_get(list, i) : list;

		if (json_is_object(one))
			read_review(r, p, referred(r, one));
	}
}

static void read_product(const struct reader *r, struct product *p, const json_t *o)
{
	struct text t;
	const char *brand;

	product_set(r->f, p, FIELD_NAME, text_at(r, o, "name", &t), r->source);
	read_identifiers(r, p, o);
	brand = text_at(r, o, "brand", &t);
	product_set(r->f, p, FIELD_BRAND, brand ? brand : text_at(r, o, "manufacturer", &t),
		    r->source);
	product_set(r->f, p, FIELD_IMAGE, text_in(r, member(o, "image"), address_keys, &t),
		    r->source);
	product_set(r->f, p, FIELD_URL, text_in(r, member(o, "url"), address_keys, &t), r->source);
	product_set(r->f, p, FIELD_CATEGORY, text_at(r, o, "category", &t), r->source);
	read_offers(r, p, member(o, "offers"), o, 3);
	read_rating(r, p, o);
	read_reviews(r, p, member(o, "review"));
	if (!p->n_reviews)
		read_reviews(r, p, member(o, "reviews"));
}

static void read_variants(const struct reader *r, struct product *p, const json_t *list)
{
	size_t n = json_is_array(list) ? json_array_size(list) : 1;

	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_is_array(list) ? json_array_get(list, i) : list;
		struct product *v;

		if (!json_is_object(one))
			continue;
		one = referred(r, one);
		if (!is_product(one) || !(v = product_add_variant(r->f, p)))
			continue;
		read_product(r, v, one);
	}
}

/* An offer that names what it offers. */
static void read_offered(const struct reader *r, const json_t *offer)
{
	const json_t *item = first(member(offer, "itemOffered"));
	struct product *p;

	item = json_is_object(item) ? referred(r, item) : NULL;
	if (!item || !is_product(item) || member(item, "offers"))
		return;
	p = facts_add_product(r->f, FACTS_PAGE_PRODUCTS_MAX);
	if (!p)
		return;
	read_product(r, p, item);
	read_offer(r, p, offer, item);
}

static void walk(const struct reader *r, const json_t *v, int depth)
{
	const json_t *one;
	const char *key;
	size_t i;

	if (depth == 0 || --*r->budget < 0)
		return;
	if (json_is_array(v)) {
		json_array_foreach(v, i, one) walk(r, one, depth - 1);
		return;
	}
	if (!json_is_object(v))
		return;
	if (is_product(v)) {
		struct product *p = facts_add_product(r->f, FACTS_PAGE_PRODUCTS_MAX);

		if (p) {
			read_product(r, p, v);
			read_variants(r, p, member(v, "hasVariant"));
			if (!p->text[FIELD_NAME].s && !p->n_offers && !p->n_variants)
				facts_drop_product(r->f); /* a mere mention */
		}
		return; /* what is below is related to it, or of it */
	}
	if (is_a(v, offer_types) && member(v, "itemOffered")) {
		read_offered(r, v);
		return;
	}
	json_object_foreach((json_t *)v, key, one) walk(r, one, depth - 1);
}

static void gather_ids(json_t *ids, const json_t *v, int depth, int *budget)
{
	const json_t *one;
	const char *key, *id;
	size_t i;

	if (depth == 0 || --*budget < 0 || json_object_size(ids) >= IDS_MAX)
		return;
	if (json_is_array(v)) {
		json_array_foreach(v, i, one) gather_ids(ids, one, depth - 1, budget);
		return;
	}
	if (!json_is_object(v))
		return;
	id = json_string_value(json_object_get(v, "@id"));
	if (id && json_object_size(v) > 2 && !json_object_get(ids, id))
		json_object_set(ids, id, (json_t *)v);
	json_object_foreach((json_t *)v, key, one) gather_ids(ids, one, depth - 1, budget);
}

void schema_read(struct facts *f, const json_t *trees, enum product_source source)
{
	int budget = VALUES_MAX;
	struct reader r = {f, json_object(), source, &budget};

	gather_ids(r.ids, trees, SCHEMA_DEPTH_MAX, &budget);
	budget = VALUES_MAX;
	walk(&r, trees, SCHEMA_DEPTH_MAX);
	json_decref(r.ids);
	if (f->n_products)
		f->sources[source] = true;
}
