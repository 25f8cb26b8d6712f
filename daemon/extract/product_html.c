#include "daemon/extract/product_html.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/html_token.h"
#include "daemon/extract/microdata.h"
#include "shared/mem.h"

struct pass {
	struct html_page *page;
	struct html_tokens *tokens;
	struct microdata *microdata;
	struct buf script;
	bool in_json, in_script;
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
	p->in_json = p->in_script = false;
}

static void on_tag(void *arg, const struct html_tag *tag)
{
	struct pass *p = arg;
	bool script = !strcmp(tag->name, "script");

	if (script && !tag->end) {
		p->in_script = true;
		p->in_json = is_json_ld(tag);
	} else if (!strcmp(tag->name, "style")) {
		p->in_script = !tag->end;
	} else if (script) {
		script_done(p);
	} else if (!strcmp(tag->name, "meta") && !tag->end) {
		read_meta(p->page, tag);
	} else if (!strcmp(tag->name, "base") && !tag->end && !p->page->base) {
		const char *href = html_attribute_of(tag, "href");

		p->page->base = href ? mem_strndup(href, FACTS_URL_MAX) : NULL;
	}
	microdata_tag(p->microdata, tag);
	if (!tag->end) {
		enum html_content content = html_content_of(tag->name, tag->name_len);

		if (content != HTML_DATA)
			html_tokens_content(p->tokens, content, tag->name, tag->name_len);
	}
	html_tokens_mute(p->tokens, p->in_script ? !p->in_json : !microdata_listens(p->microdata));
}

static void on_text(void *arg, const char *s, size_t n)
{
	struct pass *p = arg;

	if (p->in_json)
		buf_add(&p->script, s, n);
	else if (!p->in_script)
		microdata_text(p->microdata, s, n);
}

void html_page_read(const char *text, size_t len, struct html_page *out)
{
	static const struct html_sink sink = {.tag = on_tag, .text = on_text};
	struct pass p = {.page = out, .script = BUF_INIT(len)};

	*out = (struct html_page){0};
	p.tokens = html_tokens_new(&sink, &p);
	p.microdata = microdata_new();
	html_tokens_mute(p.tokens, true);
	html_tokens_feed(p.tokens, text, len);
	html_tokens_finish(p.tokens);
	script_done(&p); /* a page that was cut inside of it */
	out->items = microdata_take(p.microdata);
	microdata_free(p.microdata);
	html_tokens_free(p.tokens);
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
