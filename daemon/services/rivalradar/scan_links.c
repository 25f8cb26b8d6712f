/* Where nothing says which products there are, links are followed: from the first page on, within
 * bounds. A page may have products and links, too. */
#include <stdlib.h>
#include <string.h>

#include "daemon/services/rivalradar/scan.h"
#include "shared/mem.h"

/* The first ones matter most when a page has more links than an answer holds. */
static const struct extract_query link_queries[] = {
	{.kind = EXTRACT_CSS, .expression = "a[href*=\"/p/\"]", .attribute = "href"},
	{.kind = EXTRACT_CSS, .expression = "a[href*=\"product\"]", .attribute = "href"},
	{.kind = EXTRACT_CSS, .expression = "main a[href]", .attribute = "href"},
	{.kind = EXTRACT_CSS, .expression = "a[href]", .attribute = "href"},
	{.kind = EXTRACT_CSS, .expression = "link[rel=\"next\"]", .attribute = "href"},
};

/* Pages with links that were asked for in this run, or wait. */
static int64_t link_pages(const struct scan *s)
{
	struct error e = {0};
	int64_t n = 0;
	struct reader *r = store_reader(s->it->store, &e);
	sqlite3_stmt *st =
		r ? reader_prepare(
			    r, "SELECT count(*) FROM job_item WHERE job = ? AND priority = 1", &e)
		  : NULL;
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)s->it->job);
		n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : LINKS_PAGES;
		sqlite3_reset(st);
	}
	reader_done(r);
	return n;
}

struct following {
	struct scan *s;
	struct url site, base;
	int64_t room, link_room;
};

static enum err follow(struct following *f, const char *href, struct error *e)
{
	struct url u;
	struct error ignored = {0};
	char text[URL_MAX + HOST_MAX + 32];
	if (url_resolve(&f->base, href, &u, &ignored) || !address_same_site(&f->site, &u) ||
	    !address_worth_following(&u) || f->room <= 0)
		return ERR_NONE;
	bool product = address_of_product(u.path);
	if (!product && f->link_room <= 0)
		return ERR_NONE;
	url_format(&u, text, sizeof(text));
	const struct scan_page p = {.kind = SCAN_LINKS,
				    .url = text,
				    .n = product ? LINKS_DEPTH : f->s->n + 1,
				    .priority = product ? 0 : 1};
	f->room--;
	f->link_room -= !product;
	return scan_add(f->s, &p, e);
}

/* What the recipe says of the page: its next one, and those of products. */
static enum err follow_recipe(struct following *f, const char *json, bool *any, struct error *e)
{
	struct error ignored = {0};
	json_t *said = json_read(json, strlen(json), EXTRACT_ANSWER_BYTES, &ignored);
	const json_t *links = json_object_get(said, "links"), *one;
	const char *next = json_str(said, "next_page", NULL);
	enum err err = ERR_NONE;
	size_t i;
	*any = json_array_size(links) || next;
	json_array_foreach(links, i, one)
	{
		const struct scan_page p = {.kind = SCAN_PAGE, .url = json_string_value(one)};
		if (!err && p.url && f->room-- > 0)
			err = scan_add(f->s, &p, e);
	}
	const struct scan_page more = {
		.kind = SCAN_LINKS, .url = next, .n = f->s->n, .priority = 1};
	if (!err && next && f->link_room > 0 && f->room > 0)
		err = scan_add(f->s, &more, e);
	json_decref(said);
	return err;
}

static enum err follow_all(struct scan *s, const struct extract_result *got, struct error *e)
{
	struct following f = {.s = s, .room = scan_room(s)};
	bool by_recipe = false;
	enum err err = url_parse(json_str(s->spec, "url", ""), &f.site, e);
	if (!err)
		err = url_parse(s->answer->url, &f.base, e);
	f.link_room = LINKS_PAGES - link_pages(s);
	if (!err && json_str(s->spec, "recipe", NULL) && got->n && got->parts[0].found.n)
		err = follow_recipe(&f, got->parts[0].found.values[0], &by_recipe, e);
	if (by_recipe || s->n >= LINKS_DEPTH)
		return err;
	for (size_t q = 1; q < got->n; q++)
		for (size_t i = 0; i < got->parts[q].found.n && !err; i++)
			err = follow(&f, got->parts[q].found.values[i], e);
	return err;
}

enum err scan_read_links(struct scan *s, struct error *e)
{
	struct page_facts *f = NULL;
	struct extract_result *got = mem_zalloc(sizeof(*got));
	enum err err = scan_extract(s, &f, link_queries,
				    s->n < LINKS_DEPTH ? ARRAY_LEN(link_queries) : 0, got, e);
	if (!err)
		err = follow_all(s, got, e);
	if (!err && (page_facts_products(f) || s->size || s->n >= LINKS_DEPTH))
		err = scan_observe(s, f, PAGE_PRODUCT, e);
	if (!err && s->probe)
		scan_found(s, "pages", json_str(s->spec, "url", ""));
	extract_result_fini(got);
	free(got);
	page_facts_free(f);
	return err ? scan_unreadable(s, err, e) : ERR_NONE;
}
