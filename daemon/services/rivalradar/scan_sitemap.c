/* Sitemaps: an index names others, the others name pages; which of them are products? */
#include <stdlib.h>
#include <string.h>

#include "daemon/services/rivalradar/scan.h"
#include "shared/mem.h"

enum { NAMED_MAX = 50 /* in a robots.txt */ };

enum err scan_add_sitemaps(struct scan *s, const char *lines, size_t *n, struct error *e)
{
	enum err err = ERR_NONE;
	*n = 0;
	for (const char *p = lines; p && *p && *n < NAMED_MAX && !err; p += strcspn(p, "\n") + 1) {
		char *url = mem_strndup(p, strcspn(p, "\n"));
		const struct scan_page page = {.kind = SCAN_SITEMAP, .url = url, .priority = 5};
		struct url u;
		struct error ignored = {0};
		if (!url_parse(url, &u, &ignored)) { /* others are as if they were not named */
			err = scan_add(s, &page, e);
			++*n;
		}
		free(url);
		if (!p[strcspn(p, "\n")])
			break;
	}
	if (*n || err)
		return err;
	char *url = scan_at_origin(s->answer && s->answer->url[0] ? s->answer->url
								  : json_str(s->spec, "url", ""),
				   "/sitemap.xml");
	const struct scan_page page = {
		.kind = SCAN_SITEMAP, .url = url, .priority = 5, .probe = true};
	err = scan_add(s, &page, e);
	free(url);
	return err;
}

/* Case is no matter in names of sitemaps. */
static bool has_word(const char *url, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasestr(url, words[i]))
			return true;
	return false;
}

static bool says_products(const char *url)
{
	static const char *const words[] = {"product", "produkt", "artikel", "produit", "item"};
	const char *path = strstr(url, "://");
	path = path ? strchr(path + 3, '/') : NULL;
	return path && has_word(path, words, ARRAY_LEN(words));
}

static bool says_others(const char *url)
{
	static const char *const words[] = {"blog",  "post",  "news",    "author",
					    "image", "video", "categor", "collection",
					    "tag",   "pages", "page-"};
	const char *path = strstr(url, "://");
	path = path ? strchr(path + 3, '/') : NULL;
	return path && has_word(path, words, ARRAY_LEN(words));
}

/* Sitemaps that were named in this run. */
static int64_t sitemaps_named(const struct scan *s)
{
	struct error e = {0};
	int64_t n = SITEMAPS_MAX;
	struct reader *r = store_reader(s->it->store, &e);
	sqlite3_stmt *st =
		r ? reader_prepare(
			    r, "SELECT count(*) FROM job_item WHERE job = ? AND priority = 5", &e)
		  : NULL;
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)s->it->job);
		n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : SITEMAPS_MAX;
		sqlite3_reset(st);
	}
	reader_done(r);
	return n;
}

/* Those of products when there are such, else all that are not plainly something else. */
static enum err add_index(struct scan *s, const struct page_facts *f, struct error *e)
{
	bool any_products = false;
	int64_t room = scan_room(s), named = sitemaps_named(s);
	enum err err = ERR_NONE;
	if (room > SITEMAPS_MAX - named)
		room = SITEMAPS_MAX - named;
	for (size_t i = 0; i < page_facts_entries(f); i++)
		any_products = any_products || says_products(page_facts_entry(f, i));
	for (size_t i = 0; i < page_facts_entries(f) && !err; i++) {
		const char *loc = page_facts_entry(f, i);
		if (any_products ? !says_products(loc) : says_others(loc))
			continue;
		if (room-- <= 0) {
			item_out_log(
				s->out, LOG_WARN,
				"%s: more sitemaps than one scan reads: the others are left out",
				s->url);
			break;
		}
		const struct scan_page page = {
			.kind = SCAN_SITEMAP, .url = loc, .n = s->n + 1, .priority = 5};
		err = scan_add(s, &page, e);
	}
	return err;
}

struct choice {
	struct url site;
	bool by_address; /* only those that say they are products */
};

static bool is_wanted(const struct choice *c, const char *loc)
{
	struct url u;
	struct error e = {0};
	if (url_parse(loc, &u, &e) || !address_same_site(&c->site, &u) ||
	    address_of_no_product(u.path) || !strcmp(u.path, "/"))
		return false;
	return !c->by_address || address_of_product(u.path);
}

/* Pages that were read lately and had no product. */
static bool is_barren(struct reader *r, const struct scan *s, const char *url, struct error *e)
{
	sqlite3_stmt *st = reader_prepare(
		r,
		"SELECT 1 FROM page p WHERE site = ?1 AND url = ?2 AND kind = 1 AND seen_ms > ?3 AND"
		" NOT EXISTS (SELECT 1 FROM listing l WHERE l.page = p.id)",
		e);
	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, (int64_t)s->site->id);
	sqlite3_bind_text(st, 2, url, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, clock_wall_ms(s->rr->d->clock) - INT64_C(7) * 86400000);
	bool barren = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_reset(st);
	return barren;
}

static enum err add_pages(struct scan *s, const struct page_facts *f, size_t *added,
			  struct error *e)
{
	struct choice c = {0};
	int64_t room = scan_room(s);
	bool all_products = says_products(s->url);
	enum err err = url_parse(json_str(s->spec, "url", ""), &c.site, e);
	if (err)
		return err;
	*added = 0;
	c.by_address = true;
	for (size_t i = 0; i < page_facts_entries(f) && !*added && !all_products; i++)
		*added += is_wanted(&c, page_facts_entry(f, i));
	c.by_address = *added > 0;
	*added = 0;
	struct reader *r = store_reader(s->it->store, e);
	if (!r)
		return e->code;
	for (size_t i = 0; i < page_facts_entries(f) && !err; i++) {
		const char *loc = page_facts_entry(f, i);
		if (!is_wanted(&c, loc) || is_barren(r, s, loc, e))
			continue;
		if ((int64_t)*added == room) {
			item_out_log(s->out, LOG_WARN,
				     "%s: more pages than one scan asks for: raise its limit",
				     s->url);
			break;
		}
		const struct scan_page page = {.kind = SCAN_PAGE, .url = loc};
		err = scan_add(s, &page, e);
		++*added;
	}
	reader_done(r);
	return err;
}

static enum err no_sitemap(struct scan *s, struct error *e)
{
	*e = (struct error){0};
	if (s->probe)
		return scan_next_way(s, e);
	item_out_log(s->out, LOG_WARN, "%s is no sitemap", s->url);
	return ERR_NONE;
}

static enum err read_entries(struct scan *s, const struct page_facts *f, struct error *e)
{
	size_t n = 0;
	enum err err = ERR_NONE;
	if (page_facts_is_index(f)) {
		err = s->n < SITEMAP_DEPTH ? add_index(s, f, e) : ERR_NONE;
	} else {
		err = add_pages(s, f, &n, e);
		item_out_log(s->out, LOG_INFO, "%s names %zu pages, %zu are asked for", s->url,
			     page_facts_entries(f), n);
	}
	/* At the next scan the others that robots.txt names are found beside this one. */
	if (!err && s->n == 0 && s->answer->sitemaps && !s->probe)
		err = scan_add_sitemaps(s, s->answer->sitemaps, &n, e);
	if (!err && s->n == 0 && strcmp(s->row.platform, "sitemap") != 0)
		scan_found(s, "sitemap", s->url);
	return err;
}

enum err scan_read_sitemap(struct scan *s, struct error *e)
{
	struct page_facts *f = NULL;
	enum err err = scan_extract(s, &f, NULL, 0, NULL, e);
	if (err && err_info(err)->retry && !s->it->last)
		; /* again */
	else if (err || !page_facts_is_sitemap(f) || !page_facts_entries(f))
		err = no_sitemap(s, e);
	else
		err = read_entries(s, f, e);
	page_facts_free(f);
	return err;
}
