#include "daemon/services/rivalradar/page_facts.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/facts_read.h"
#include "shared/mem.h"

struct page_facts {
	struct facts f;
	char *url;
};

static enum err take_part(struct facts *f, const struct extract_result *got, uint64_t *next,
			  struct error *e)
{
	const struct extract_part *p = &got->parts[0];
	size_t after = 0;
	*next = 0;
	if (!got->n || (!p->code && p->found.n != 1))
		return error_set(e, ERR_INTERNAL, "the extraction worker answered nothing");
	if (p->code) {
		*e = p->error;
		return p->code;
	}
	enum err err = facts_read(p->found.values[0], strlen(p->found.values[0]), f, &after, e);
	*next = after;
	return err;
}

enum err page_facts_read(const struct page_facts_request *r, struct page_facts **out,
			 struct extract_result *rest, struct error *e)
{
	struct page_facts *f = mem_zalloc(sizeof(*f));
	struct extract_query queries[EXTRACT_QUERIES_MAX] = {
		{.kind = EXTRACT_PRODUCT, .expression = r->url, .recipe = r->recipe}};
	struct extract_request rq = {.document = r->body ? r->body : "",
				     .document_len = r->len,
				     .content_type = r->content_type,
				     .queries = queries,
				     .n_queries = 1 + r->n_more};
	struct extract_result *got = mem_zalloc(sizeof(*got));
	uint64_t next = 0, from = 0;
	f->url = mem_strdup(r->url);
	facts_init(&f->f, f->url);
	*out = f;
	for (size_t i = 0; i < r->n_more; i++)
		queries[i + 1] = r->more[i];
	enum err err = extract_wait_all(r->net, r->extract, &rq, got, e);
	if (!err)
		err = take_part(&f->f, got, &next, e);
	if (rest)
		*rest = *got;
	else
		extract_result_fini(got);
	rq.n_queries = 1;
	while (!err && next) {
		queries[0].from = from = next;
		err = r->over && r->over(r->arg)
			      ? error_set(e, ERR_CANCELLED, "the scan is over")
			      : extract_wait_all(r->net, r->extract, &rq, got, e);
		if (!err) {
			err = take_part(&f->f, got, &next, e);
			extract_result_fini(got);
			if (!err && next && next <= from)
				err = error_set(e, ERR_INTERNAL,
						"the extraction worker goes round in circles");
		}
	}
	free(got);
	return err;
}

void page_facts_free(struct page_facts *f)
{
	if (!f)
		return;
	facts_fini(&f->f);
	free(f->url);
	free(f);
}

const struct facts *page_facts_all(const struct page_facts *f)
{
	return &f->f;
}

size_t page_facts_products(const struct page_facts *f)
{
	return f->f.n_products;
}

bool page_facts_from(const struct page_facts *f, const char *source)
{
	for (size_t i = 1; i < SOURCES; i++)
		if (f->f.sources[i] && !strcmp(product_source_name((enum product_source)i), source))
			return true;
	return false;
}

static bool has_price(const struct product *p)
{
	bool any = false;
	for (size_t i = 0; i < p->n_offers; i++)
		any |= p->offers[i].price_minor != FACT_UNKNOWN;
	for (size_t i = 0; i < p->n_variants; i++)
		any |= has_price(&p->variants[i]);
	return any;
}

bool page_facts_has_price(const struct page_facts *f)
{
	for (size_t i = 0; i < f->f.n_products; i++)
		if (has_price(&f->f.products[i]))
			return true;
	return false;
}

const char *page_facts_warning(const struct page_facts *f, const char *code)
{
	for (size_t i = 0; i < f->f.n_warnings; i++)
		if (!strcmp(f->f.warnings[i].code, code))
			return f->f.warnings[i].text;
	return NULL;
}

bool page_facts_is_sitemap(const struct page_facts *f)
{
	return f->f.is_sitemap;
}

bool page_facts_is_index(const struct page_facts *f)
{
	return f->f.is_index;
}

size_t page_facts_entries(const struct page_facts *f)
{
	return f->f.n_entries;
}

const char *page_facts_entry(const struct page_facts *f, size_t i)
{
	return i < f->f.n_entries ? f->f.entries[i].loc : NULL;
}

void page_facts_digest(const struct page_facts *f, char out[static PAGE_FACTS_DIGEST])
{
	static const enum product_field fields[] = {FIELD_URL, FIELD_SKU, FIELD_NAME};
	unsigned char hash[(PAGE_FACTS_DIGEST - 1) / 2];
	crypto_generichash_state h;
	crypto_generichash_init(&h, NULL, 0, sizeof(hash));
	for (size_t i = 0; i < f->f.n_products; i++)
		for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
			const char *text = f->f.products[i].text[fields[k]].s;
			text = text ? text : "";
			crypto_generichash_update(&h, (const unsigned char *)text,
						  strlen(text) + 1);
		}
	crypto_generichash_final(&h, hash, sizeof(hash));
	sodium_bin2hex(out, PAGE_FACTS_DIGEST, hash, sizeof(hash));
}
