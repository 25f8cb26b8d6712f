#include "daemon/extract/product_html.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/html_stack.h"
#include "daemon/extract/microdata.h"
#include "shared/mem.h"
#include "shared/words.h"

struct pass {
	struct html_page *page;
	struct html_stack *stack;
	struct microdata *microdata;
	struct buf script;
	size_t script_depth; /* of the script or style that is open, and one; 0: none */
	bool in_json;
	bool microdata_there;
};

static const struct {
	const char *name;
	enum og_field field;
} properties[] = {
	{"og:type", OG_TYPE},
	{"og:title", OG_TITLE},
	{"og:image", OG_IMAGE},
	{"og:image:url", OG_IMAGE},
	{"og:image:secure_url", OG_IMAGE},
	{"og:url", OG_URL},
	{"og:brand", OG_BRAND},
	{"product:brand", OG_BRAND},
	{"product:retailer_item_id", OG_SKU},
	{"product:retailer_part_no", OG_SKU},
	{"product:mfr_part_no", OG_MPN},
	{"product:ean", OG_GTIN},
	{"product:upc", OG_GTIN},
	{"product:isbn", OG_GTIN},
	{"product:gtin", OG_GTIN},
	{"og:upc", OG_GTIN},
	{"og:ean", OG_GTIN},
	{"og:isbn", OG_GTIN},
	{"product:category", OG_CATEGORY},
	{"product:price:amount", OG_PRICE},
	{"og:price:amount", OG_PRICE},
	{"product:sale_price:amount", OG_SALE_PRICE},
	{"product:original_price:amount", OG_LIST_PRICE},
	{"og:price:standard_amount", OG_LIST_PRICE},
	{"product:price:currency", OG_CURRENCY},
	{"og:price:currency", OG_CURRENCY},
	{"product:sale_price:currency", OG_CURRENCY},
	{"product:availability", OG_AVAILABILITY},
	{"og:availability", OG_AVAILABILITY},
	{"product:condition", OG_CONDITION},
	{"og:condition", OG_CONDITION},
	{"og:rating", OG_RATING},
	{"og:rating_scale", OG_RATING_BEST},
	{"og:rating_count", OG_RATING_COUNT},
};

static void read_meta(struct html_page *p, const struct html_tag *tag)
{
	const char *name = html_attribute_of(tag, "property");
	const char *content = html_attribute_of(tag, "content");

	if (!name)
		name = html_attribute_of(tag, "name");
	if (!name || !content || !*content)
		return;
	for (size_t i = 0; i < ARRAY_LEN(properties); i++) {
		enum og_field field = properties[i].field;

		if (!strcasecmp(properties[i].name, name) && !p->og[field])
			p->og[field] = mem_strndup(content, FACTS_URL_MAX);
	}
}

static bool is_json_ld(const struct html_tag *tag)
{
	const char *type = html_attribute_of(tag, "type");

	if (!type)
		return false;
	type += strspn(type, " \t\r\n\f");
	return !strncasecmp(type, "application/ld+json", 19);
}

static void script_done(struct pass *p)
{
	struct html_page *page = p->page;

	if (p->in_json && p->script.len && page->n_scripts < HTML_SCRIPTS_MAX) {
		page->script_len[page->n_scripts] = p->script.len;
		page->scripts[page->n_scripts++] = buf_take(&p->script);
	}
	buf_reset(&p->script);
	p->in_json = false;
	p->script_depth = 0;
}

static void listen(const struct pass *p)
{
	html_stack_mute(p->stack, p->script_depth ? !p->in_json : !microdata_listens(p->microdata));
}

static void enter_script(struct pass *p, const struct html_element *e, const struct html_tag *tag)
{
	bool script = !strcmp(e->name, "script");

	if (p->script_depth || (!script && strcmp(e->name, "style") != 0))
		return;
	p->in_json = script && is_json_ld(tag);
	p->script_depth = e->depth + 1;
}

static void read_base(struct html_page *p, const struct html_tag *tag)
{
	const char *href = html_attribute_of(tag, "href");

	if (!p->base && href)
		p->base = mem_strndup(href, FACTS_URL_MAX);
}

static void on_open(void *arg, const struct html_element *e, const struct html_tag *tag)
{
	struct pass *p = arg;

	switch (*e->name) {
	case 's': enter_script(p, e, tag); break;
	case 'm':
		if (!strcmp(e->name, "meta"))
			read_meta(p->page, tag);
		break;
	case 'b':
		if (!strcmp(e->name, "base"))
			read_base(p->page, tag);
		break;
	default: break;
	}
	microdata_open(p->microdata, e, tag);
	listen(p);
}

static void on_close(void *arg, const struct html_element *e)
{
	struct pass *p = arg;

	if (p->script_depth == e->depth + 1)
		script_done(p);
	microdata_close(p->microdata, e);
	listen(p);
}

static bool on_wants(void *arg, const char *name, size_t len)
{
	struct pass *p = arg;

	if (p->microdata_there)
		return true;
	return (len == 4 && (!memcmp(name, "meta", 4) || !memcmp(name, "base", 4))) ||
	       (len == 6 && !memcmp(name, "script", 6));
}

static void on_text(void *arg, const char *s, size_t n)
{
	struct pass *p = arg;

	if (p->in_json)
		buf_add(&p->script, s, n);
	else if (!p->script_depth)
		microdata_text(p->microdata, s, n);
}

void html_page_read(const char *text, size_t len, struct html_page *out)
{
	static const struct html_stack_sink sink = {on_open, on_close, on_text, on_wants};
	static const char *const item[] = {"itemscope"};
	struct pass p = {.page = out, .script = BUF_INIT(len)};

	*out = (struct html_page){0};
	p.stack = html_stack_new(&sink, &p);
	p.microdata = microdata_new();
	p.microdata_there = words_has_one(text, len, item, ARRAY_LEN(item));
	if (p.microdata_there)
		microdata_expect(p.microdata, text, len);
	html_stack_mute(p.stack, true);
	html_stack_feed(p.stack, text, len);
	html_stack_finish(p.stack); /* closes all, also a script that a page was cut in */
	out->items = microdata_take(p.microdata);
	microdata_free(p.microdata);
	html_stack_free(p.stack);
	buf_fini(&p.script);
}

void html_page_fini(struct html_page *p)
{
	for (size_t i = 0; i < p->n_scripts; i++)
		free(p->scripts[i]);
	for (size_t i = 0; i < OG_FIELDS; i++)
		free(p->og[i]);
	json_decref(p->items);
	free(p->base);
	*p = (struct html_page){0};
}

static bool is_product_page(const struct html_page *p)
{
	const char *type = p->og[OG_TYPE];

	return p->og[OG_PRICE] || p->og[OG_SALE_PRICE] ||
	       (type && (!strcasecmp(type, "product") || !strcasecmp(type, "og:product") ||
			 !strcasecmp(type, "product.item")));
}

void html_page_opengraph(struct facts *f, const struct html_page *p)
{
	static const struct {
		enum og_field from;
		enum product_field to;
	} texts[] = {
		{OG_TITLE, FIELD_NAME},  {OG_IMAGE, FIELD_IMAGE},       {OG_URL, FIELD_URL},
		{OG_BRAND, FIELD_BRAND}, {OG_SKU, FIELD_SKU},           {OG_MPN, FIELD_MPN},
		{OG_GTIN, FIELD_GTIN},   {OG_CATEGORY, FIELD_CATEGORY},
	};
	const char *const *og = (const char *const *)p->og;
	struct product *product;
	struct offer *o;

	if (!is_product_page(p))
		return;
	f->sources[SOURCE_OPENGRAPH] = true;
	product = facts_add_product(f, FACTS_PAGE_PRODUCTS_MAX);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		product_set(f, product, texts[i].to, og[texts[i].from], SOURCE_OPENGRAPH);
	product_set_rating(product, og[OG_RATING], og[OG_RATING_BEST], og[OG_RATING_COUNT],
			   SOURCE_OPENGRAPH);
	if (!og[OG_PRICE] && !og[OG_SALE_PRICE] && !og[OG_AVAILABILITY])
		return;
	o = product_add_offer(f, product, SOURCE_OPENGRAPH);
	offer_set_currency(f, o, og[OG_CURRENCY]);
	if (og[OG_SALE_PRICE] && offer_read_price(f, o, og[OG_SALE_PRICE], &o->price_minor)) {
		offer_read_price(f, o, og[OG_PRICE], &o->list_minor);
	} else if (og[OG_PRICE]) {
		offer_read_price(f, o, og[OG_PRICE], &o->price_minor);
	}
	if (og[OG_LIST_PRICE] && o->list_minor == FACT_UNKNOWN)
		offer_read_price(f, o, og[OG_LIST_PRICE], &o->list_minor);
	o->availability = availability_read(og[OG_AVAILABILITY]);
	o->condition = condition_read(og[OG_CONDITION]);
}
