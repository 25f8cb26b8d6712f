/* What a recipe's expressions found -> facts, and what is to be said of that. */
#include <stdlib.h>
#include <string.h>

#include "daemon/extract/recipe_internal.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/price.h"
#include "shared/text_safe.h"

enum { REPORT_BYTES = 200 << 10, STEP_SHOWN = 200, RAW_SHOWN = 400, FIELD_SHOWN = 60 };

/* ---- steps ---------------------------------------------------------------------------------- */

static char *value_of(const struct recipe *r, const struct finds *x, size_t item, size_t rule)
{
	const struct recipe_rule *u = &r->rules[rule];
	const char *raw = x->values[item * r->n_rules + rule];
	char *value = raw ? mem_strdup(raw) : NULL;

	for (size_t i = 0; i < u->n_steps; i++) {
		char *next = recipe_step_apply(&u->steps[i], value);

		free(value);
		value = next;
	}
	return value;
}

/* ---- one product ---------------------------------------------------------------------------- */

/* "EUR", or a sign that means one currency only. */
static void set_currency(struct facts *f, struct offer *o, const char *text)
{
	char *code = fact_text(text), sign[80];
	struct price price;

	for (char *p = code; p && *p; p++)
		*p = (char)(*p >= 'a' && *p <= 'z' ? *p - ('a' - 'A') : *p);
	snprintf(sign, sizeof sign, "1.00 %s", code ? code : "");
	if (code && !currency_known(code) && !price_parse(sign, NULL, &price, NULL) &&
	    !price.assumed && *price.currency)
		offer_set_currency(f, o, price.currency);
	else
		offer_set_currency(f, o, code);
	free(code);
}

static void set_shipping(struct facts *f, struct offer *o, const char *text)
{
	static const char *const free_words[] = {"free", "gratis",  "kostenlos", "kostenfrei",
						 "frei", "gratuit", "gratuita",  "0"};
	char *lower = fact_text(text);

	for (char *p = lower; p && *p; p++)
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + ('a' - 'A') : *p);
	for (size_t i = 0; lower && i < ARRAY_LEN(free_words); i++) {
		size_t n = strlen(free_words[i]);

		if (!strncmp(lower, free_words[i], n) && (lower[n] < 'a' || lower[n] > 'z') &&
		    !strpbrk(lower, "123456789")) {
			o->shipping_minor = 0;
			free(lower);
			return;
		}
	}
	free(lower);
	offer_read_price(f, o, text, &o->shipping_minor);
}

static const enum product_field text_fields[RECIPE_OTHER] = {
	[RECIPE_TITLE] = FIELD_NAME,
	[RECIPE_SKU] = FIELD_SKU,
	[RECIPE_GTIN] = FIELD_GTIN,
	[RECIPE_MPN] = FIELD_MPN,
	[RECIPE_BRAND] = FIELD_BRAND,
	[RECIPE_IMAGE] = FIELD_IMAGE,
	[RECIPE_URL] = FIELD_URL,
	[RECIPE_CATEGORY] = FIELD_CATEGORY,
	[RECIPE_PRICE] = PRODUCT_FIELDS,
	[RECIPE_LIST_PRICE] = PRODUCT_FIELDS,
	[RECIPE_CURRENCY] = PRODUCT_FIELDS,
	[RECIPE_AVAILABILITY] = PRODUCT_FIELDS,
	[RECIPE_CONDITION] = PRODUCT_FIELDS,
	[RECIPE_RATING] = PRODUCT_FIELDS,
	[RECIPE_REVIEWS] = PRODUCT_FIELDS,
	[RECIPE_SHIPPING] = PRODUCT_FIELDS,
	[RECIPE_SELLER] = PRODUCT_FIELDS,
};

/* What is asked of a field's text before it may be one of an offer. */
struct reading {
	const struct recipe *r;
	char *values[RECIPE_FIELDS_MAX]; /* after the steps */
};

static const char *said(const struct reading *in, enum recipe_field field)
{
	for (size_t i = 0; i < in->r->n_rules; i++) {
		if (in->r->rules[i].field == field && in->values[i])
			return in->values[i];
	}
	return NULL;
}

static bool any_offer(const struct reading *in)
{
	static const enum recipe_field of_offers[] = {RECIPE_PRICE,        RECIPE_LIST_PRICE,
						      RECIPE_AVAILABILITY, RECIPE_CONDITION,
						      RECIPE_SHIPPING,     RECIPE_SELLER};

	for (size_t i = 0; i < ARRAY_LEN(of_offers); i++) {
		if (said(in, of_offers[i]))
			return true;
	}
	return false;
}

static void fill_offer(struct facts *f, struct product *p, const struct reading *in)
{
	struct offer *o = any_offer(in) ? product_add_offer(f, p, SOURCE_RECIPE) : NULL;
	const char *availability = said(in, RECIPE_AVAILABILITY);
	const char *condition = said(in, RECIPE_CONDITION);

	if (!o)
		return;
	set_currency(f, o, said(in, RECIPE_CURRENCY));
	offer_read_price(f, o, said(in, RECIPE_PRICE), &o->price_minor);
	offer_read_price(f, o, said(in, RECIPE_LIST_PRICE), &o->list_minor);
	if (said(in, RECIPE_SHIPPING))
		set_shipping(f, o, said(in, RECIPE_SHIPPING));
	o->availability = availability_guess(availability);
	if (availability && !o->availability)
		facts_warn(f, "availability_unknown",
			   "availability: \"%.60s\" says not whether it can be bought",
			   availability);
	o->condition = condition_guess(condition);
	o->seller = fact_text(said(in, RECIPE_SELLER));
}

static void fill(struct facts *f, struct product *p, const struct reading *in)
{
	for (size_t i = 0; i < in->r->n_rules; i++) {
		enum recipe_field field = in->r->rules[i].field;

		if (field == RECIPE_OTHER)
			product_set_other(p, in->r->rules[i].name, in->values[i]);
		else if (text_fields[field] != PRODUCT_FIELDS)
			product_set(f, p, text_fields[field], in->values[i], SOURCE_RECIPE);
	}
	product_set_rating(p, said(in, RECIPE_RATING), NULL, said(in, RECIPE_REVIEWS),
			   SOURCE_RECIPE);
	fill_offer(f, p, in);
}

/* ---- what is told --------------------------------------------------------------------------- */

static const char *price_fact(char out[static MONEY_TEXT], const struct offer *o, int64_t minor)
{
	return o && minor != FACT_UNKNOWN ? money_format(out, minor, o->currency) : NULL;
}

/* A field as it will be kept: "9.99 EUR" of "nur 9,99 €". NULL: nothing. */
static const char *fact_of(const struct product *p, enum recipe_field field, const char *name,
			   char out[static MONEY_TEXT])
{
	const struct offer *o = p->n_offers ? &p->offers[0] : NULL;

	if (field == RECIPE_OTHER)
		return product_other(p, name);
	if (text_fields[field] != PRODUCT_FIELDS)
		return p->text[text_fields[field]].s;
	switch (field) {
	case RECIPE_PRICE: return o ? price_fact(out, o, o->price_minor) : NULL;
	case RECIPE_LIST_PRICE: return o ? price_fact(out, o, o->list_minor) : NULL;
	case RECIPE_SHIPPING: return o ? price_fact(out, o, o->shipping_minor) : NULL;
	case RECIPE_CURRENCY: return o && *o->currency ? o->currency : NULL;
	case RECIPE_AVAILABILITY: return o ? availability_word(o->availability) : NULL;
	case RECIPE_CONDITION: return o ? condition_word(o->condition) : NULL;
	case RECIPE_SELLER: return o ? o->seller : NULL;
	case RECIPE_RATING:
		if (!p->rating_source)
			return NULL;
		snprintf(out, MONEY_TEXT, "%lld.%02lld", (long long)p->rating_x100 / 100,
			 (long long)p->rating_x100 % 100);
		return out;
	case RECIPE_REVIEWS:
		if (!p->rating_source || p->rating_count == FACT_UNKNOWN)
			return NULL;
		snprintf(out, MONEY_TEXT, "%lld", (long long)p->rating_count);
		return out;
	default: return NULL;
	}
}

static void write_short(struct json_writer *w, const char *key, const char *text, size_t max)
{
	char *safe = text ? fact_text(text) : NULL, *cut;

	cut = safe ? text_safe_dup(safe, strlen(safe), max) : NULL;
	jw_kv_str(w, key, cut);
	free(cut);
	free(safe);
}

static void write_steps(struct json_writer *w, const struct recipe_rule *u, const char *raw)
{
	char *value = raw ? mem_strdup(raw) : NULL;

	jw_key(w, "steps");
	jw_array(w);
	for (size_t i = 0; i < u->n_steps; i++) {
		char *next = recipe_step_apply(&u->steps[i], value);

		jw_object(w);
		write_short(w, "step", u->step_text[i], STEP_SHOWN);
		write_short(w, "value", next, STEP_SHOWN);
		jw_object_end(w);
		free(value);
		value = next;
	}
	jw_array_end(w);
	free(value);
}

/* Of the first product: what was there, what the steps made of it, what is kept. */
static void write_fields(struct json_writer *w, const struct recipe *r, const struct finds *x,
			 const struct product *p)
{
	jw_key(w, "fields");
	jw_array(w);
	for (size_t i = 0; i < r->n_rules; i++) {
		const struct recipe_rule *u = &r->rules[i];
		const char *raw = x->n_items ? x->values[i] : NULL;
		char by[RECIPE_EXPRESSION_MAX + 16], out[MONEY_TEXT];

		snprintf(by, sizeof by, "%s %s", recipe_language_name(u->look.language),
			 u->look.expression);
		jw_object(w);
		jw_kv_str(w, "name", u->name);
		write_short(w, "by", by, RAW_SHOWN);
		jw_kv_bool(w, "required", u->required);
		jw_kv_int(w, "found", x->n_items ? (int64_t)x->counts[i] : 0);
		write_short(w, "raw", raw, RAW_SHOWN);
		write_steps(w, u, raw);
		write_short(w, "value", p ? fact_of(p, u->field, u->name, out) : NULL, RAW_SHOWN);
		jw_object_end(w);
	}
	jw_array_end(w);
}

struct tally {
	size_t found[RECIPE_FIELDS_MAX]; /* items where it says something */
	bool any;
};

static bool is_missing(const struct recipe *r, const struct finds *x, const struct tally *t,
		       size_t rule)
{
	return r->rules[rule].required && x->n_items && !t->found[rule] && (t->any || !x->n_links);
}

/* The page lists products that are found by their links; none of it is one. */
static bool lists_only(const struct finds *x, const struct tally *t)
{
	return x->n_links && !t->any;
}

static void warn_missing(struct facts *f, const struct recipe *r, const struct finds *x,
			 const struct tally *t)
{
	if (r->items.used && !x->n_items && !x->n_links)
		facts_warn(f, "filter_missing", "items: %s \"%.120s\" finds nothing",
			   recipe_language_name(r->items.language), r->items.expression);
	for (size_t i = 0; i < r->n_rules; i++) {
		const struct look *k = &r->rules[i].look;

		if (!is_missing(r, x, t, i) || lists_only(x, t))
			continue;
		if (x->n_items > 1)
			facts_warn(f, "filter_missing",
				   "%.40s: %s \"%.120s\" finds nothing in %zu products",
				   r->rules[i].name, recipe_language_name(k->language),
				   k->expression, x->n_items);
		else
			facts_warn(f, "filter_missing", "%.40s: %s \"%.120s\" finds nothing",
				   r->rules[i].name, recipe_language_name(k->language),
				   k->expression);
	}
	if (x->fault.code)
		facts_warn(f, "recipe_invalid", "%s: %s", x->fault_of, x->fault.text);
}

static char *report(const struct recipe *r, const struct recipe_page *page, const struct finds *x,
		    const struct tally *t, const struct product *first)
{
	struct buf out = BUF_INIT(REPORT_BYTES);
	struct json_writer w;

	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_bool(&w, "applies", true);
	jw_key(&w, "items");
	if (r->items.used)
		jw_int(&w, (int64_t)x->n_items);
	else
		jw_null(&w);
	jw_key(&w, "found");
	jw_object(&w);
	for (size_t i = 0; i < r->n_rules; i++)
		jw_kv_int(&w, r->rules[i].name, (int64_t)t->found[i]);
	jw_object_end(&w);
	jw_key(&w, "missing");
	jw_array(&w);
	if (r->items.used && !x->n_items && !x->n_links)
		jw_str(&w, "items");
	for (size_t i = 0; i < r->n_rules; i++) {
		if (is_missing(r, x, t, i))
			jw_str(&w, r->rules[i].name);
	}
	jw_array_end(&w);
	if (page->trace)
		write_fields(&w, r, x, first);
	jw_object_end(&w);
	return buf_take(&out);
}

/* ---- all of them ---------------------------------------------------------------------------- */

static void read_item(const struct recipe *r, const struct finds *x, size_t item, struct tally *t,
		      struct facts *f)
{
	struct reading in = {.r = r};
	struct product *p = NULL;

	for (size_t i = 0; i < r->n_rules; i++) {
		in.values[i] = value_of(r, x, item, i);
		t->found[i] += in.values[i] != NULL;
		/* What is there whatever the page is like says nothing of the page. */
		t->any |= in.values[i] && x->values[item * r->n_rules + i];
	}
	/* A price is of something, and a page of something says what it is or costs. */
	if (said(&in, RECIPE_TITLE) || said(&in, RECIPE_PRICE) || said(&in, RECIPE_GTIN) ||
	    said(&in, RECIPE_SKU))
		p = facts_add_product(f, FACTS_PAGE_PRODUCTS_MAX);
	if (p)
		fill(f, p, &in);
	for (size_t i = 0; i < r->n_rules; i++)
		free(in.values[i]);
}

void recipe_facts(struct recipe *r, const struct recipe_page *page, struct finds *x,
		  struct facts *f)
{
	struct tally t = {.any = false};

	for (size_t i = 0; i < x->n_items; i++)
		read_item(r, x, i, &t, f);
	f->sources[SOURCE_RECIPE] = f->n_products > 0;
	for (size_t i = 0; i < x->n_links; i++)
		facts_add_link(f, x->links[i]);
	facts_set_next_page(f, x->next);
	warn_missing(f, r, x, &t);
	f->recipe = report(r, page, x, &t, f->n_products ? &f->products[0] : NULL);
}
