#include "daemon/catalog/facts_read.h"

#include <math.h>
#include <string.h>

#include "daemon/extract/extract.h"
#include "shared/json.h"
#include "shared/mem.h"

enum { RATING_MAX_X100 = 1000000, REVIEW_MAX_X100 = 500 };
#define COUNT_MAX INT64_C(1000000000000)

/* What the words of facts_warn() are; the code of a warning is a literal. */
static const char *const codes[] = {
	"api_error",
	"availability_unknown",
	"charset_wrong",
	"currency_unknown",
	"disagreement",
	"feed_without_products",
	"filter_missing",
	"gtin_invalid",
	"gzip_broken",
	"item_too_large",
	"json_broken",
	"json_mended",
	"loc_invalid",
	"nothing_found",
	"price_rounded",
	"price_unreadable",
	"price_without_currency",
	"price_zero",
	"recipe_invalid",
	"too_many_entries",
	"too_many_links",
	"too_many_offers",
	"too_many_products",
	"too_many_variants",
};
static const char other_code[] = "other";

struct reading {
	struct facts *f;
	struct error *e;
};

static enum err refuse(const struct reading *r, const char *key)
{
	return error_set(r->e, ERR_MALFORMED,
			 "facts about products: \"%.40s\" is not as it should be", key);
}

/* ---- members: absent or null is not said, of another type is a fault ---------------------------
 */

static enum err read_text(const struct reading *r, const json_t *o, const char *key,
			  const char **out)
{
	const json_t *v = json_object_get(o, key);
	*out = json_string_value(v);
	return !v || json_is_null(v) || *out ? ERR_NONE : refuse(r, key);
}

static enum err read_number(const struct reading *r, const json_t *o, const char *key, int64_t max,
			    int64_t *out)
{
	const json_t *v = json_object_get(o, key);
	if (!v || json_is_null(v))
		return ERR_NONE;
	if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > max)
		return refuse(r, key);
	*out = json_integer_value(v);
	return ERR_NONE;
}

static enum err read_hundredths(const struct reading *r, const json_t *o, const char *key,
				int64_t *out)
{
	const json_t *v = json_object_get(o, key);
	if (!v || json_is_null(v))
		return ERR_NONE;
	double number = json_number_value(v) * 100;
	if (!json_is_number(v) || !(number >= 0) || number > RATING_MAX_X100)
		return refuse(r, key);
	*out = llround(number);
	return ERR_NONE;
}

static enum err read_list(const struct reading *r, const json_t *o, const char *key, bool needed,
			  const json_t **out)
{
	*out = json_object_get(o, key);
	if (!*out && !needed)
		return ERR_NONE;
	return json_is_array(*out) ? ERR_NONE : refuse(r, key);
}

static enum product_source source_of(const char *name)
{
	for (size_t i = 1; name && i < SOURCES; i++)
		if (!strcmp(name, product_source_name((enum product_source)i)))
			return (enum product_source)i;
	return SOURCE_NONE;
}

static enum err read_source(const struct reading *r, const json_t *o, const char *key,
			    enum product_source *out)
{
	const char *name;
	enum err err = read_text(r, o, key, &name);
	*out = source_of(name);
	return err ? err : *out ? ERR_NONE : refuse(r, key);
}

/* ---- an offer ----------------------------------------------------------------------------------
 */

static enum err read_currency(const struct reading *r, const json_t *o, struct offer *offer)
{
	const char *code;
	enum err err = read_text(r, o, "currency", &code);
	if (err || !code)
		return err;
	if (!currency_known(code))
		return refuse(r, "currency");
	memcpy(offer->currency, code, sizeof(offer->currency));
	return ERR_NONE;
}

static enum err read_terms(const struct reading *r, const json_t *o, struct offer *offer)
{
	const char *availability, *condition;
	enum err err;
	if ((err = read_text(r, o, "availability", &availability)) ||
	    (err = read_text(r, o, "condition", &condition)))
		return err;
	offer->availability = availability_read(availability);
	offer->condition = condition_read(condition);
	if (availability && !offer->availability)
		return refuse(r, "availability");
	return condition && !offer->condition ? refuse(r, "condition") : ERR_NONE;
}

static enum err read_offer(const struct reading *r, struct product *p, const json_t *o)
{
	enum product_source source;
	const char *seller, *sku;
	enum err err = read_source(r, o, "source", &source);
	if (err)
		return err;
	struct offer *offer = product_add_offer(r->f, p, source);
	if (!offer)
		return error_set(r->e, ERR_TOO_LARGE, "a product with more than %d offers",
				 FACTS_OFFERS_MAX);
	const struct {
		const char *key;
		int64_t *minor;
	} prices[] = {
		{"price_minor", &offer->price_minor},
		{"price_to_minor", &offer->price_to_minor},
		{"list_price_minor", &offer->list_minor},
		{"shipping_minor", &offer->shipping_minor},
	};
	for (size_t i = 0; i < ARRAY_LEN(prices); i++)
		if ((err = read_number(r, o, prices[i].key, MONEY_MINOR_MAX, prices[i].minor)))
			return err;
	if ((err = read_number(r, o, "count", COUNT_MAX, &offer->count)) ||
	    (err = read_currency(r, o, offer)) || (err = read_terms(r, o, offer)) ||
	    (err = read_text(r, o, "seller", &seller)) || (err = read_text(r, o, "sku", &sku)))
		return err;
	offer->seller = fact_text(seller);
	offer->sku = fact_text(sku);
	return ERR_NONE;
}

/* ---- a product ---------------------------------------------------------------------------------
 */

/* Addresses and GTINs are looked at again; what else there is was made text once: again,
 * "&amp;amp;" would become another text. */
static void set_text(struct facts *f, struct product *p, enum product_field field, const char *text,
		     enum product_source source)
{
	struct product_text *t = &p->text[field];
	if (field == FIELD_IMAGE || field == FIELD_URL || field == FIELD_GTIN) {
		product_set(f, p, field, text, source);
		return;
	}
	t->s = fact_text(text);
	t->source = t->s ? source : SOURCE_NONE;
}

static enum err read_texts(const struct reading *r, struct product *p, const json_t *o)
{
	const json_t *sources = json_object_get(o, "sources");
	if (!json_is_object(sources))
		return refuse(r, "sources");
	for (size_t i = 0; i < PRODUCT_FIELDS; i++) {
		const char *name = product_field_name((enum product_field)i), *text;
		enum product_source source = SOURCE_NONE;
		enum err err = read_text(r, o, name, &text);
		if (!err && text)
			err = read_source(r, sources, name, &source);
		if (err)
			return err;
		set_text(r->f, p, (enum product_field)i, text, source);
	}
	return ERR_NONE;
}

static enum err read_rating(const struct reading *r, struct product *p, const json_t *o)
{
	const json_t *rating = json_object_get(o, "rating");
	if (!rating || json_is_null(rating))
		return ERR_NONE;
	if (!json_is_object(rating))
		return refuse(r, "rating");
	enum err err;
	if ((err = read_hundredths(r, rating, "value", &p->rating_x100)) ||
	    (err = read_hundredths(r, rating, "best", &p->best_x100)) ||
	    (err = read_number(r, rating, "count", COUNT_MAX, &p->rating_count)))
		return err;
	if (p->rating_x100 == FACT_UNKNOWN)
		return refuse(r, "rating");
	return read_source(r, json_object_get(o, "sources"), "rating", &p->rating_source);
}

static enum err read_reviews(const struct reading *r, struct product *p, const json_t *o)
{
	const json_t *reviews, *one;
	size_t i;
	enum err err = read_list(r, o, "reviews", false, &reviews);
	if (!err && reviews)
		err = read_source(r, json_object_get(o, "sources"), "reviews", &p->reviews_source);
	if (err)
		return err;
	json_array_foreach(reviews, i, one)
	{
		const char *author, *date, *text;
		struct review *review = product_add_review(p, p->reviews_source);
		if (!review)
			return error_set(r->e, ERR_TOO_LARGE, "a product with too many reviews");
		if ((err = read_text(r, one, "author", &author)) ||
		    (err = read_text(r, one, "date", &date)) ||
		    (err = read_text(r, one, "text", &text)) ||
		    (err = read_number(r, one, "rating_x100", REVIEW_MAX_X100,
				       &review->rating_x100)))
			return err;
		review->author = fact_text(author);
		review->date = fact_text(date);
		review->text = fact_text(text);
	}
	return ERR_NONE;
}

static enum err read_product(const struct reading *r, struct product *p, const json_t *o,
			     bool is_variant)
{
	const json_t *offers, *variants, *one;
	size_t i;
	enum err err;
	if (!json_is_object(o))
		return refuse(r, is_variant ? "variants" : "products");
	if ((err = read_texts(r, p, o)) || (err = read_rating(r, p, o)) ||
	    (err = read_reviews(r, p, o)) || (err = read_list(r, o, "offers", true, &offers)) ||
	    (err = read_list(r, o, "variants", false, &variants)))
		return err;
	if (variants && is_variant)
		return refuse(r, "variants"); /* of a variant */
	json_array_foreach(offers, i, one)
	{
		if ((err = read_offer(r, p, one)))
			return err;
	}
	json_array_foreach(variants, i, one)
	{
		struct product *variant = product_add_variant(r->f, p);
		if (!variant)
			return error_set(r->e, ERR_TOO_LARGE,
					 "a product with more than %d variants",
					 FACTS_VARIANTS_MAX);
		if ((err = read_product(r, variant, one, true)))
			return err;
	}
	return ERR_NONE;
}

/* ---- the whole ---------------------------------------------------------------------------------
 */

static enum err read_products(const struct reading *r, const json_t *root)
{
	const json_t *products, *one;
	size_t i;
	enum err err = read_list(r, root, "products", true, &products);
	if (err)
		return err;
	json_array_foreach(products, i, one)
	{
		if (json_is_null(one))
			continue; /* too large by itself */
		struct product *p = facts_add_product(r->f, FACTS_PRODUCTS_MAX);
		if (!p)
			return error_set(r->e, ERR_TOO_LARGE, "more than %d products",
					 FACTS_PRODUCTS_MAX);
		if ((err = read_product(r, p, one, false)))
			return err;
	}
	return ERR_NONE;
}

static enum err read_entries(const struct reading *r, const json_t *sitemap)
{
	const json_t *entries, *one;
	const char *loc, *lastmod;
	size_t i;
	enum err err = read_list(r, sitemap, "entries", true, &entries);
	if (err)
		return err;
	json_array_foreach(entries, i, one)
	{
		if (json_is_null(one))
			continue;
		if ((err = read_text(r, one, "loc", &loc)) ||
		    (err = read_text(r, one, "lastmod", &lastmod)))
			return err;
		if (!loc)
			return refuse(r, "loc");
		if (r->f->n_entries == FACTS_ENTRIES_MAX)
			return error_set(r->e, ERR_TOO_LARGE, "more than %d entries of a sitemap",
					 FACTS_ENTRIES_MAX);
		facts_add_entry(r->f, loc, lastmod);
	}
	return ERR_NONE;
}

static enum err read_sitemap(const struct reading *r, const json_t *root)
{
	const json_t *sitemap = json_object_get(root, "sitemap");
	const char *kind;
	if (!sitemap)
		return ERR_NONE;
	if (!json_is_object(sitemap))
		return refuse(r, "sitemap");
	enum err err = read_text(r, sitemap, "kind", &kind);
	if (err)
		return err;
	if (!kind || (strcmp(kind, "index") != 0 && strcmp(kind, "urlset") != 0))
		return refuse(r, "kind");
	r->f->is_sitemap = true;
	r->f->is_index = !strcmp(kind, "index");
	return read_entries(r, sitemap);
}

static enum err read_sources(const struct reading *r, const json_t *root)
{
	const json_t *sources, *one;
	size_t i;
	enum err err = read_list(r, root, "sources", true, &sources);
	if (err)
		return err;
	json_array_foreach(sources, i, one)
	{
		enum product_source source = source_of(json_string_value(one));
		if (!source)
			return refuse(r, "sources");
		r->f->sources[source] = true;
	}
	return ERR_NONE;
}

static const char *code_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (!strcmp(codes[i], word))
			return codes[i];
	return other_code;
}

static enum err read_warnings(const struct reading *r, const json_t *root)
{
	const json_t *warnings, *one;
	const char *code, *text;
	size_t i;
	enum err err = read_list(r, root, "warnings", true, &warnings);
	if (err)
		return err;
	json_array_foreach(warnings, i, one)
	{
		if ((err = read_text(r, one, "code", &code)) ||
		    (err = read_text(r, one, "text", &text)))
			return err;
		if (!code || !text)
			return refuse(r, "warnings");
		facts_warn(r->f, code_of(code), "%s", text);
	}
	return ERR_NONE;
}

/* What a recipe found besides products. */
static enum err read_ways(const struct reading *r, const json_t *root)
{
	const json_t *links, *one;
	const char *next_page;
	size_t i;
	enum err err = read_list(r, root, "links", false, &links);
	if (err || (err = read_text(r, root, "next_page", &next_page)))
		return err;
	facts_set_next_page(r->f, next_page);
	json_array_foreach(links, i, one)
	{
		if (!json_is_string(one))
			return refuse(r, "links");
		facts_add_link(r->f, json_string_value(one));
	}
	return ERR_NONE;
}

enum err facts_read(const char *json, size_t len, struct facts *f, size_t *next, struct error *e)
{
	const struct reading r = {f, e};
	int64_t rest = 0;
	json_t *root = json_read(json, len, EXTRACT_ANSWER_BYTES, e);
	enum err err = root ? ERR_NONE : ERR_MALFORMED;
	*next = 0;
	if (!err && !json_is_object(root))
		err = refuse(&r, "products");
	if (!err && !(err = read_products(&r, root)) && !(err = read_sitemap(&r, root)) &&
	    !(err = read_sources(&r, root)) && !(err = read_warnings(&r, root)) &&
	    !(err = read_ways(&r, root)))
		err = read_number(&r, root, "next", EXTRACT_FROM_MAX, &rest);
	*next = (size_t)rest;
	json_decref(root);
	return err;
}
