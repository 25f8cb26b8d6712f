/* What a scan asks for first: what the last one found out, else one way after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/rivalradar/scan.h"
#include "shared/mem.h"

enum { BARREN_DAYS = 7 }; /* a page without products is asked again after so long */

enum err scan_add_api(struct scan *s, const struct platform *p, const char *base, int64_t n,
		      int64_t size, bool probe, struct error *e)
{
	char *path = p->path(n, size), *url = scan_at_origin(base, path);
	const struct scan_page page = {
		.kind = SCAN_API, .platform = p, .url = url, .n = n, .size = size, .probe = probe};
	enum err err = scan_add(s, &page, e);
	free(url);
	free(path);
	return err;
}

static enum err ask_api(struct scan *s, const struct platform *p, const char *base, struct error *e)
{
	return scan_add_api(s, p, base, 1, p->page_products, true, e);
}

/* Is it made with that? Where the user said the currency, only its products are of interest. */
static enum err ask_platform(struct scan *s, const struct platform *p, const char *base,
			     struct error *e)
{
	if (!p->currency_path || json_str(s->spec, "currency", NULL))
		return ask_api(s, p, base, e);
	char *url = scan_at_origin(base, p->currency_path);
	const struct scan_page page = {
		.kind = SCAN_CURRENCY, .platform = p, .url = url, .n = 1, .probe = true};
	enum err err = scan_add(s, &page, e);
	free(url);
	return err;
}

static bool is_known(const struct scan *s)
{
	return s->row.platform[0] && s->row.found_ms > s->site->updated_ms &&
	       strcmp(s->row.platform, "list") != 0 && strcmp(s->row.platform, "feed") != 0;
}

/* What it was made with was asked first, and is not there any more. */
static const struct platform *next_platform(const struct scan *s, const struct platform *p)
{
	do
		p = platform_after(p);
	while (p && is_known(s) && !strcmp(p->name, s->row.platform));
	return p;
}

enum err scan_ask_first(struct scan *s, const char *base, struct error *e)
{
	return ask_platform(s, next_platform(s, NULL), base, e);
}

static enum err add_links(struct scan *s, struct error *e)
{
	const struct scan_page p = {.kind = SCAN_LINKS,
				    .url = json_str(s->spec, "url", ""),
				    .priority = 5,
				    .probe = true};
	return scan_add(s, &p, e);
}

enum err scan_next_way(struct scan *s, struct error *e)
{
	const char *base =
		s->answer && s->answer->url[0] ? s->answer->url : json_str(s->spec, "url", "");
	const struct platform *next = next_platform(s, s->platform);
	size_t n = 0;
	struct url asked, site;
	/* A way that led to somebody else's house is none. */
	if (url_parse(base, &asked, e) || url_parse(json_str(s->spec, "url", ""), &site, e))
		return e->code;
	if (!address_same_site(&site, &asked))
		base = json_str(s->spec, "url", "");
	switch (s->kind) {
	case SCAN_CURRENCY: return ask_api(s, s->platform, base, e);
	case SCAN_API:
		if (next)
			return ask_platform(s, next, base, e);
		return scan_add_sitemaps(s, s->answer ? s->answer->sitemaps : NULL, &n, e);
	case SCAN_SITEMAP: return add_links(s, e);
	case SCAN_FIRST:
	case SCAN_FEED:
	case SCAN_LINKS:
	case SCAN_PAGE:
	case SCAN_CLOSING: break;
	}
	return ERR_NONE;
}

void scan_found(struct scan *s, const char *platform, const char *entry)
{
	struct site_row *row = &s->facts->row;
	if (!strcmp(s->row.platform, platform) && !strcmp(s->row.entry, entry))
		return;
	snprintf(row->platform, sizeof(row->platform), "%s", platform);
	snprintf(row->entry, sizeof(row->entry), "%s", entry);
	row->found_ms = clock_wall_ms(s->rr->d->clock);
	s->facts->set |= SITE_SET_PLATFORM;
	item_out_log(s->out, LOG_INFO, "its products are read from %s: %s",
		     platform_title(platform), entry);
}

/* ---- what is known --------------------------------------------------------------------------- */

/* Pages that had products when they were read last, or may have again. */
static enum err add_known(struct scan *s, enum scan_kind kind, int64_t depth, struct error *e)
{
	int64_t room = scan_room(s);
	struct reader *r = store_reader(s->it->store, e);
	if (!r)
		return e->code;
	sqlite3_stmt *st = reader_prepare(
		r,
		"SELECT url FROM page p WHERE site = ?1 AND kind = 1 AND state <> 3 AND"
		" (seen_ms < ?2 OR EXISTS (SELECT 1 FROM listing l WHERE l.page = p.id))"
		" ORDER BY seen_ms LIMIT ?3",
		e);
	enum err err = st ? ERR_NONE : ERR_STORE;
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)s->site->id);
		sqlite3_bind_int64(
			st, 2, clock_wall_ms(s->rr->d->clock) - BARREN_DAYS * INT64_C(86400000));
		sqlite3_bind_int64(st, 3, room);
		while (!err && sqlite3_step(st) == SQLITE_ROW) {
			const struct scan_page p = {.kind = kind,
						    .url = (const char *)sqlite3_column_text(st, 0),
						    .n = depth,
						    .size = 1};
			err = scan_add(s, &p, e);
		}
		sqlite3_reset(st);
	}
	reader_done(r);
	return err;
}

static enum err add_list(struct scan *s, const json_t *urls, struct error *e)
{
	const json_t *one;
	size_t i;
	enum err err = ERR_NONE;
	scan_found(s, "list", json_str(s->spec, "url", ""));
	json_array_foreach(urls, i, one)
	{
		const struct scan_page p = {.kind = SCAN_PAGE, .url = json_string_value(one)};
		err = err ? err : scan_add(s, &p, e);
	}
	return err;
}

static enum err add_feed(struct scan *s, const char *feed, struct error *e)
{
	const struct scan_page p = {.kind = SCAN_FEED, .url = feed};
	scan_found(s, "feed", feed);
	return scan_add(s, &p, e);
}

/* As the last scan found them. */
static enum err add_by_platform(struct scan *s, struct error *e)
{
	const char *platform = s->row.platform, *entry = s->row.entry;
	const struct platform *api = platform_find(platform);
	struct scan_page p = {.url = entry, .priority = 5};
	if (api) /* not the entry itself: a page of it may have been too large */
		return scan_add_api(s, api, entry, 1, api->page_products, false, e);
	if (!strcmp(platform, "sitemap")) {
		p.kind = SCAN_SITEMAP;
		enum err err = scan_add(s, &p, e);
		return err ? err : add_known(s, SCAN_PAGE, 0, e);
	}
	p.kind = SCAN_LINKS;
	enum err err = scan_add(s, &p, e);
	return err ? err : add_known(s, SCAN_LINKS, LINKS_DEPTH - 1, e);
}

enum err scan_first(struct scan *s, struct error *e)
{
	const char *url = json_str(s->spec, "url", ""), *feed = json_str(s->spec, "feed", NULL);
	const json_t *urls = json_object_get(s->spec, "urls");
	sites_begin(s->rr, s->site->id);
	if (json_array_size(urls))
		return add_list(s, urls, e);
	if (feed)
		return add_feed(s, feed, e);
	if (is_known(s))
		return add_by_platform(s, e);
	item_out_log(s->out, LOG_INFO, "what is it made with, and where are its products?");
	if (json_str(s->spec, "recipe", NULL))
		return add_links(s, e);
	return scan_ask_first(s, url, e);
}
