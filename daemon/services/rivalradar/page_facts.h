#pragma once
/* What a page says of products, read by a worker process and put together from all the answers it
 * takes; for who knows descriptors, whose words for fields are not those of product.h. */
#include "daemon/extract/wait.h"

struct facts;
struct page_facts;

struct page_facts_request {
	struct loop *net;
	struct extract *extract;
	const char *url, *body, *content_type;
	size_t len;
	const char *recipe;               /* JSON of its spec; NULL: none */
	const struct extract_query *more; /* further queries, answered in the same pass */
	size_t n_more;
	bool (*over)(void *arg); /* asked between answers */
	void *arg;
};

/** Thread: a worker. *out is made in any case; ERR_TOO_LARGE leaves the first products in it.
 *  @param rest  may be NULL; parts[0] are the facts, the others those of `more` */
enum err page_facts_read(const struct page_facts_request *r, struct page_facts **out,
			 struct extract_result *rest, struct error *e);
void page_facts_free(struct page_facts *f);
const struct facts *page_facts_all(const struct page_facts *f);

size_t page_facts_products(const struct page_facts *f);
/** Does any of it come from there? @param source  as product_source_name() says it */
bool page_facts_from(const struct page_facts *f, const char *source);
bool page_facts_has_price(const struct page_facts *f);
/** NULL: there is no such warning. */
const char *page_facts_warning(const struct page_facts *f, const char *code);
bool page_facts_is_sitemap(const struct page_facts *f);
bool page_facts_is_index(const struct page_facts *f);
/** Addresses that a sitemap names. NULL beyond the last. */
const char *page_facts_entry(const struct page_facts *f, size_t i);
enum { PAGE_FACTS_DIGEST = 32 + 1 };
/** The same for two pages that list the same products, whatever else they say of them. */
void page_facts_digest(const struct page_facts *f, char out[static PAGE_FACTS_DIGEST]);
size_t page_facts_entries(const struct page_facts *f);
