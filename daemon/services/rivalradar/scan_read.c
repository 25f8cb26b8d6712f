/* Pages with products: pages of a shop's API, a feed, the page of a product. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/rivalradar/scan.h"
#include "shared/mem.h"
#include "shared/recipe.h"

extern const struct resource_kind resource_recipe;

/* ---- facts ----------------------------------------------------------------------------------- */

/* NULL: none is named; resource_unref. */
static const struct resource *recipe_of(struct scan *s)
{
	const char *name = json_str(s->spec, "recipe", NULL);
	return name ? resource_get(s->it->store, &resource_recipe, name) : NULL;
}

static char *recipe_for_worker(struct scan *s)
{
	const struct resource *r = recipe_of(s);
	json_t *spec = r ? resource_spec(r) : NULL;
	char *text = spec ? recipe_text(spec) : NULL;
	json_decref(spec);
	resource_unref(r);
	return text;
}

/* The same bytes say something else to another recipe, or in another currency. */
static bool is_told_otherwise(struct scan *s)
{
	const struct resource *r = recipe_of(s);
	bool newer =
		s->site->updated_ms > s->row.scanned_ms || (r && r->updated_ms > s->row.scanned_ms);
	resource_unref(r);
	return newer;
}

static bool is_over(void *item)
{
	return item_over(item);
}

enum err scan_extract(struct scan *s, struct page_facts **f, const struct extract_query *more,
		      size_t n_more, struct extract_result *rest, struct error *e)
{
	char *recipe = recipe_for_worker(s);
	const struct page_facts_request r = {
		.net = s->rr->d->net,
		.extract = s->rr->d->extract,
		.url = s->answer->url,
		.body = s->answer->body,
		.len = s->answer->len,
		.content_type = s->answer->type[0] ? s->answer->type : NULL,
		.recipe = recipe,
		.more = more,
		.n_more = n_more,
		.over = is_over,
		.arg = (void *)s->it,
	};
	enum err err = page_facts_read(&r, f, rest, e);
	if (err == ERR_TOO_LARGE && page_facts_products(*f)) {
		item_out_log(s->out, LOG_WARN, "%s: the first %zu products are read, not more",
			     s->url, page_facts_products(*f));
		err = ERR_NONE;
	}
	free(recipe);
	return err;
}

/* ---- what is kept ---------------------------------------------------------------------------- */

void scan_observation(struct scan *s, enum page_kind kind)
{
	struct scan_facts *k = s->facts;
	unsigned char hash[crypto_hash_sha256_BYTES] = {0};
	const char *currency = json_str(s->spec, "currency", NULL);
	k->o = (struct observation){
		.site = s->site->id,
		.site_name = k->site_name,
		.mine = s->row.mine,
		.site_kind = s->site->kind->kind,
		.page_url = k->page_url,
		.page_kind = kind,
		.at_ms = s->answer && s->answer->at_ms ? s->answer->at_ms
						       : clock_wall_ms(s->rr->d->clock),
		.default_currency = currency ? currency : k->row.currency,
		.baseline = !s->row.scanned_ms,
		.status = s->answer ? s->answer->status : 0,
	};
	if (currency) { /* the spec goes before the facts do */
		snprintf(k->row.currency, sizeof(k->row.currency), "%s", currency);
		k->o.default_currency = k->row.currency;
	}
	if (s->answer && s->answer->len)
		crypto_hash_sha256(hash, (const unsigned char *)s->answer->body, s->answer->len);
	memcpy(k->o.hash, hash, sizeof(k->o.hash));
}

/* Is it as it was? Its bytes are kept for who watches minimum prices. */
static bool is_same(struct scan *s)
{
	struct scan_facts *k = s->facts;
	if (!k->map.len && map_watches(s->it->store, k->o.site, k->page_url) &&
	    !map_page_make(&k->map, &k->o, s->answer->type, s->answer->body, s->answer->len))
		k->map.len = 0;
	k->same = !is_told_otherwise(s) && observe_is_same(s->it->store, &k->o);
	return k->same;
}

/* A selector that must find something found nothing: then no price there is not known to be none.
 */
static const char *vanished(const struct page_facts *f)
{
	return page_facts_has_price(f) ? NULL : page_facts_warning(f, "filter_missing");
}

enum err scan_observe(struct scan *s, const struct page_facts *f, enum page_kind kind,
		      struct error *e)
{
	struct scan_facts *k = s->facts;
	struct observed *x = NULL;
	scan_observation(s, kind);
	if (is_same(s))
		return ERR_NONE;
	if (vanished(f)) {
		item_out_log(s->out, LOG_WARN, "%s: %s", k->page_url, vanished(f));
		return scan_fail_page(s, k->page_url, PAGE_FAILING, vanished(f), e);
	}
	enum err err = observe_prepare(s->it->store, &k->o, page_facts_all(f), &x, e);
	if (err)
		return err;
	scan_take_observed(k, x);
	return ERR_NONE;
}

/* ---- a shop's API ---------------------------------------------------------------------------- */

enum err scan_read_currency(struct scan *s, struct error *e)
{
	const struct extract_query query = {.kind = EXTRACT_JQ,
					    .expression = s->platform->currency_jq};
	const struct extract_request rq = {.document = s->answer->body ? s->answer->body : "",
					   .document_len = s->answer->len,
					   .queries = &query,
					   .n_queries = 1};
	struct extract_result *got = mem_zalloc(sizeof(*got));
	enum err err = extract_wait_all(s->rr->d->net, s->rr->d->extract, &rq, got, e);
	if (!err && got->n == 1 && got->parts[0].found.n == 1) {
		char code[8]; /* compact JSON: with quotes */
		snprintf(code, sizeof(code), "%s", got->parts[0].found.values[0]);
		code[strcspn(code + (code[0] == '"'), "\"") + (code[0] == '"')] = 0;
		const char *currency = code + (code[0] == '"');
		if (currency_known(currency)) {
			snprintf(s->facts->row.currency, sizeof(s->facts->row.currency), "%.3s",
				 currency);
			s->facts->set |= SITE_SET_CURRENCY;
		}
	}
	extract_result_fini(got);
	free(got);
	if (err && err_info(err)->retry && !s->it->last)
		return err;
	return scan_next_way(s, e);
}

/* Further pages exist while they are full, and others than the one before. */
static enum err add_next_page(struct scan *s, const struct page_facts *f, struct error *e)
{
	char digest[PAGE_FACTS_DIGEST];
	if ((int64_t)page_facts_products(f) < s->size)
		return ERR_NONE;
	page_facts_digest(f, digest);
	if (!strcmp(digest, json_str(s->payload, "before", ""))) {
		item_out_log(s->out, LOG_WARN,
			     "%s lists the products of the page before it again: no more pages are "
			     "asked for",
			     s->url);
		return ERR_NONE;
	}
	if (scan_room(s) <= 0) {
		item_out_log(s->out, LOG_WARN,
			     "%s: more pages than one scan asks for: raise its limit", s->url);
		return ERR_NONE;
	}
	char *path = s->platform->path(s->n + 1, s->size), *url = scan_at_origin(s->url, path);
	const struct scan_page p = {.kind = s->kind,
				    .platform = s->platform,
				    .url = url,
				    .n = s->n + 1,
				    .size = s->size,
				    .before = digest};
	enum err err = scan_add(s, &p, e);
	free(url);
	free(path);
	return err;
}

/* What it says itself is wrong, in its own words, passes; it is no list of nothing. */
static enum err api_error(struct scan *s, const char *said, struct error *e)
{
	if (!s->it->last || s->n > 1)
		return error_set(e, ERR_UNAVAILABLE, "%s", said);
	return scan_give_up(s, SITE_FAILING, said, e);
}

static enum err not_the_api(struct scan *s, const struct page_facts *f, enum err err,
			    struct error *e)
{
	const char *said = page_facts_warning(f, "api_error");
	if (said && !s->probe)
		return api_error(s, said, e);
	if (said)
		item_out_log(s->out, LOG_WARN, "%s: %s", s->platform->title, said);
	if (s->n == 1 && (s->probe || !s->row.scanned_ms)) {
		*e = (struct error){0};
		return scan_next_way(s, e);
	}
	return err ? err
		   : error_set(e, ERR_MALFORMED, "%s is no list of products any more", s->url);
}

enum err scan_read_api(struct scan *s, struct error *e)
{
	struct page_facts *f = NULL;
	enum err err = scan_extract(s, &f, NULL, 0, NULL, e);
	if (err && err_info(err)->retry && !s->it->last)
		; /* again */
	else if (err || !page_facts_from(f, s->platform->name))
		err = not_the_api(s, f, err, e);
	else {
		if (s->n == 1)
			scan_found(s, s->platform->name, s->answer->url);
		err = scan_observe(s, f, PAGE_API, e);
		if (!err)
			err = add_next_page(s, f, e);
	}
	page_facts_free(f);
	return err;
}

/* ---- feeds and pages ------------------------------------------------------------------------- */

enum err scan_read_feed(struct scan *s, struct error *e)
{
	struct page_facts *f = NULL;
	enum err err = scan_extract(s, &f, NULL, 0, NULL, e);
	if (!err && !page_facts_products(f))
		err = error_set(e, ERR_MALFORMED, "the feed has no products: %.200s", s->url);
	if (!err)
		err = scan_observe(s, f, PAGE_FEED, e);
	page_facts_free(f);
	if (!err || (err_info(err)->retry && !s->it->last))
		return err;
	return scan_give_up(s, SITE_FAILING, e->text, e);
}

enum err scan_read_page(struct scan *s, struct error *e)
{
	struct page_facts *f = NULL;
	scan_observation(s, PAGE_PRODUCT);
	if (is_same(s))
		return ERR_NONE;
	enum err err = scan_extract(s, &f, NULL, 0, NULL, e);
	if (!err)
		err = scan_observe(s, f, PAGE_PRODUCT, e);
	page_facts_free(f);
	return err ? scan_unreadable(s, err, e) : ERR_NONE;
}
