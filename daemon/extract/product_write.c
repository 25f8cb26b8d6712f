/* Facts as JSON. */
#include <string.h>

#include "daemon/extract/extract.h"
#include "daemon/extract/product.h"
#include "shared/json.h"
#include "shared/mem.h"

enum {
	PRODUCT_BYTES = 300 << 10, /* of one, with its variants */
	REST_BYTES = 40 << 10,     /* what follows the products: warnings */
};

static void write_minor(struct json_writer *w, const char *key, int64_t v)
{
	jw_key(w, key);
	if (v == FACT_UNKNOWN)
		jw_null(w);
	else
		jw_int(w, v);
}

static void write_known(struct json_writer *w, const char *key, int64_t v)
{
	if (v != FACT_UNKNOWN)
		jw_kv_int(w, key, v);
}

static void write_offer(struct json_writer *w, const struct offer *o)
{
	jw_object(w);
	write_minor(w, "price_minor", o->price_minor);
	jw_kv_str(w, "currency", *o->currency ? o->currency : NULL);
	jw_kv_str(w, "availability", availability_word(o->availability));
	jw_kv_str(w, "condition", condition_word(o->condition));
	jw_kv_str(w, "seller", o->seller);
	write_known(w, "price_to_minor", o->price_to_minor);
	write_known(w, "list_price_minor", o->list_minor);
	write_known(w, "shipping_minor", o->shipping_minor);
	write_known(w, "count", o->count);
	if (o->sku)
		jw_kv_str(w, "sku", o->sku);
	jw_kv_str(w, "source", product_source_name(o->source));
	jw_object_end(w);
}

static void write_rating(struct json_writer *w, const struct product *p)
{
	jw_key(w, "rating");
	if (!p->rating_source) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_kv_fixed(w, "value", p->rating_x100, 2);
	write_minor(w, "count", p->rating_count);
	if (p->best_x100 != FACT_UNKNOWN)
		jw_kv_fixed(w, "best", p->best_x100, 2);
	jw_object_end(w);
}

/* "reviews": [{"author", "date", "rating_x100", "text"}], each null when it is not said; "date" as
 * the page writes it, "rating_x100" of 500. Left out when there are none. */
static void write_reviews(struct json_writer *w, const struct product *p)
{
	if (!p->n_reviews)
		return;
	jw_key(w, "reviews");
	jw_array(w);
	for (size_t i = 0; i < p->n_reviews; i++) {
		const struct review *r = &p->reviews[i];

		jw_object(w);
		jw_kv_str(w, "author", r->author);
		jw_kv_str(w, "date", r->date);
		write_minor(w, "rating_x100", r->rating_x100);
		jw_kv_str(w, "text", r->text);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void write_sources(struct json_writer *w, const struct product *p)
{
	jw_key(w, "sources");
	jw_object(w);
	for (size_t i = 0; i < PRODUCT_FIELDS; i++) {
		if (p->text[i].s)
			jw_kv_str(w, product_field_name((enum product_field)i),
				  product_source_name(p->text[i].source));
	}
	if (p->rating_source)
		jw_kv_str(w, "rating", product_source_name(p->rating_source));
	if (p->n_reviews)
		jw_kv_str(w, "reviews", product_source_name(p->reviews_source));
	jw_object_end(w);
}

static void write_product(struct json_writer *w, const struct product *p)
{
	jw_object(w);
	for (size_t i = 0; i < PRODUCT_FIELDS; i++) {
		if (i < FIELD_CATEGORY || p->text[i].s)
			jw_kv_str(w, product_field_name((enum product_field)i), p->text[i].s);
	}
	jw_key(w, "offers");
	jw_array(w);
	for (size_t i = 0; i < p->n_offers; i++)
		write_offer(w, &p->offers[i]);
	jw_array_end(w);
	write_rating(w, p);
	write_reviews(w, p);
	if (p->n_variants) {
		jw_key(w, "variants");
		jw_array(w);
		for (size_t i = 0; i < p->n_variants; i++)
			write_product(w, &p->variants[i]);
		jw_array_end(w);
	}
	if (p->n_others) {
		jw_key(w, "other");
		jw_object(w);
		for (size_t i = 0; i < p->n_others; i++)
			jw_kv_str(w, p->others[i].name, p->others[i].text);
		jw_object_end(w);
	}
	write_sources(w, p);
	jw_object_end(w);
}

static void write_entry(struct json_writer *w, const struct sitemap_entry *entry)
{
	jw_object(w);
	jw_kv_str(w, "loc", entry->loc);
	jw_kv_str(w, "lastmod", entry->lastmod);
	jw_object_end(w);
}

/* One product or entry, when it fits; room is what the answer may have. */
static bool add_one(struct json_writer *w, const struct facts *f, size_t i, bool entry, size_t room)
{
	struct buf one = BUF_INIT(PRODUCT_BYTES);
	struct json_writer inner;
	bool fits;

	jw_init(&inner, &one);
	if (entry)
		write_entry(&inner, &f->entries[i]);
	else
		write_product(&inner, &f->products[i]);
	fits = one.overflow || w->out->len + one.len + 1 <= room;
	if (one.overflow)
		jw_null(w); /* by itself larger than an answer: its place is kept */
	else if (fits)
		jw_raw(w, one.data, one.len);
	buf_fini(&one);
	return fits;
}

/* What write_recipe() takes. */
static size_t recipe_bytes(const struct facts *f)
{
	return f->recipe ? strlen(f->recipe) + f->links_bytes + 8 * f->n_links + FACTS_URL_MAX : 0;
}

/* @return number of the first one that did not fit */
static size_t add_all(struct json_writer *w, const struct facts *f, bool entries, size_t from)
{
	size_t n = entries ? f->n_entries : f->n_products, i = from;
	size_t room = facts_room(w->out), rest = recipe_bytes(f);

	room = room > rest ? room - rest : 0;
	jw_array(w);
	while (i < n && add_one(w, f, i, entries, room))
		i++;
	jw_array_end(w);
	return i;
}

static void write_sitemap(struct json_writer *w, const struct facts *f, size_t from, size_t *next)
{
	jw_key(w, "sitemap");
	jw_object(w);
	jw_kv_str(w, "kind", f->is_index ? "index" : "urlset");
	jw_key(w, "entries");
	*next = add_all(w, f, true, from);
	jw_object_end(w);
}

size_t facts_room(const struct buf *out)
{
	return out->max > REST_BYTES ? out->max - REST_BYTES : 0;
}

/* "next" is an opaque number: to ask with it again continues the document. */
static void write_rest(struct json_writer *w, const struct facts *f, size_t next, size_t total)
{
	uint64_t after = next < total ? next : FACTS_AFTER_NONE;

	if (f->is_list)
		after = next < total ? f->places[next] : f->after;
	if (f->is_list && after != FACTS_AFTER_NONE)
		after += EXTRACT_FROM_PLACE;
	jw_key(w, "total");
	if (f->is_list && (after != FACTS_AFTER_NONE || f->continues))
		jw_null(w);
	else
		jw_int(w, (int64_t)total);
	jw_key(w, "next");
	if (after != FACTS_AFTER_NONE)
		jw_int(w, (int64_t)after);
	else
		jw_null(w);
}

static void write_recipe(struct json_writer *w, const struct facts *f)
{
	jw_key(w, "recipe");
	jw_raw(w, f->recipe, strlen(f->recipe));
	jw_kv_str(w, "next_page", f->next_page);
	jw_key(w, "links");
	jw_array(w);
	for (size_t i = 0; i < f->n_links; i++)
		jw_str(w, f->links[i]);
	jw_array_end(w);
}

void facts_write(const struct facts *f, size_t from, struct buf *out)
{
	size_t total = f->is_sitemap ? f->n_entries : f->n_products, next;
	struct json_writer w;

	if (f->is_list)
		from = 0;

	jw_init(&w, out);
	jw_object(&w);
	jw_key(&w, "products");
	next = add_all(&w, f, false, f->is_sitemap ? f->n_products : from);
	if (f->is_sitemap)
		write_sitemap(&w, f, from, &next);
	jw_key(&w, "sources");
	jw_array(&w);
	for (size_t i = 1; i < SOURCES; i++) {
		if (f->sources[i])
			jw_str(&w, product_source_name((enum product_source)i));
	}
	jw_array_end(&w);
	jw_key(&w, "warnings");
	jw_array(&w);
	for (size_t i = 0; i < f->n_warnings; i++) {
		jw_object(&w);
		jw_kv_str(&w, "code", f->warnings[i].code);
		jw_kv_str(&w, "text", f->warnings[i].text);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	if (f->recipe)
		write_recipe(&w, f);
	write_rest(&w, f, next, total);
	jw_object_end(&w);
}
