#pragma once
/* What the files of a scan share. A scan is a job: its items are the pages of a site.
 *
 *   scan.c           what an item is, and what it is told
 *   platform.h       what shops are made with, and how it is asked
 *   scan_first.c     what is asked for first: what is known, or the first of the ways to find out
 *   scan_read.c      pages with products: of an API, a feed, a product
 *   scan_sitemap.c   sitemaps: which of their addresses are products
 *   scan_links.c     links of its pages, where nothing else says what there is
 *   scan_fail.c      what could not be had, and when a site is left alone
 *   scan_close.c     when all is done: how did it go?
 *   scan_keep.c      the operation
 *   scan_address.c   addresses: of this site? of a product? Pure */
#include "daemon/catalog/map.h"
#include "daemon/services/rivalradar/page_facts.h"
#include "daemon/services/rivalradar/platform.h"
#include "daemon/services/rivalradar/rivalradar.h"

enum scan_kind {
	SCAN_FIRST,
	SCAN_CURRENCY, /* what a platform says it by */
	SCAN_API,      /* of a platform; n: page, size: products a page */
	SCAN_FEED,
	SCAN_SITEMAP, /* n: how deep in an index */
	SCAN_LINKS,   /* n: how far from the first page; size: it had products before */
	SCAN_PAGE,
	SCAN_CLOSING,
};

#define SCAN_CLOSING_KEY "the end"

enum {
	SITEMAP_DEPTH = 3,
	SITEMAPS_MAX = 500, /* of a run */
	LINKS_DEPTH = 2,
	LINKS_PAGES = 300, /* of a run */
	FEED_BYTES = 24 << 20,
};

/** What keep() writes. */
struct scan_facts {
	struct rivalradar *rr;
	char *page_url, *site_name;
	struct observation o; /* texts are the above, of row, or literals */
	bool same;            /* the page is as it was */
	/* Offers and what became of them, one after the other; judged as they are written. */
	struct observed **observed;
	size_t n_observed, observed_at;
	bool next, spoiled; /* an operation ends one of them; it was not written */
	struct site_row row;
	unsigned set;      /* of row, enum site_set */
	const char *topic; /* of an event about the site; NULL: none */
	enum severity severity;
	char event_text[SITE_TEXT + 160];
	enum site_state was;
	struct map_page map; /* len 0: nobody watches what it lists */
};

/** An item while it is worked on. */
struct scan {
	const struct item *it;
	const struct item_answer *answer; /* NULL: nothing was asked for */
	struct item_out *out;
	struct rivalradar *rr;
	const struct resource *site;
	json_t *spec, *payload;
	struct site_row row; /* as it was when the item began */
	enum scan_kind kind;
	const struct platform *platform; /* of SCAN_CURRENCY and SCAN_API */
	const char *url;
	int64_t n, size;
	bool probe; /* it may be something else: then the next way is tried */
	struct scan_facts *facts;
};

/* ---- scan.c */
bool scan_request(const struct item *it, struct item_request *rq);
enum err scan_handle(const struct item *it, const struct item_answer *a, struct item_out *out,
		     struct error *e);
struct scan_page {
	enum scan_kind kind;
	const struct platform *platform;
	const char *url;
	int64_t n, size;
	bool probe;
	int priority;
	const char *before; /* digest of what the page before it listed; NULL: none */
};
/** One more item. What is no address of ours to ask, or one too many, is left out. */
enum err scan_add(struct scan *s, const struct scan_page *p, struct error *e);
/** Pages that the run may still ask for. */
int64_t scan_room(const struct scan *s);
/** What begins with "/", at the origin of the address; heap. */
char *scan_at_origin(const char *url, const char *path);

/* ---- scan_first.c */
enum err scan_first(struct scan *s, struct error *e);
/** The next way to find out what the site is, after the one that was a probe. */
enum err scan_next_way(struct scan *s, struct error *e);
/** The n-th page of the platform's API, from 1; a probe: whether it is one. */
enum err scan_add_api(struct scan *s, const struct platform *p, const char *base, int64_t n,
		      int64_t size, bool probe, struct error *e);
/** As if nothing were known of what it is made with. */
enum err scan_ask_first(struct scan *s, const char *base, struct error *e);
/** Platform and entry are known now. */
void scan_found(struct scan *s, const char *platform, const char *entry);

/* ---- scan_read.c */
enum err scan_read_currency(struct scan *s, struct error *e);
enum err scan_read_api(struct scan *s, struct error *e);
enum err scan_read_feed(struct scan *s, struct error *e);
enum err scan_read_page(struct scan *s, struct error *e);
/** Facts of the answer; further queries after the first one in the same pass. *f is to be freed all
 *  the same. rest may be NULL. */
enum err scan_extract(struct scan *s, struct page_facts **f, const struct extract_query *more,
		      size_t n_more, struct extract_result *rest, struct error *e);
/** Take facts of the answer over into what is kept. */
enum err scan_observe(struct scan *s, const struct page_facts *f, enum page_kind kind,
		      struct error *e);
/** Fill facts->o. */
void scan_observation(struct scan *s, enum page_kind kind);

/* ---- scan_sitemap.c */
enum err scan_read_sitemap(struct scan *s, struct error *e);
/** @return how many were added: those that robots.txt names, else the usual place as a probe */
enum err scan_add_sitemaps(struct scan *s, const char *lines, size_t *n, struct error *e);

/* ---- scan_links.c */
enum err scan_read_links(struct scan *s, struct error *e);

/* ---- scan_fail.c */
/** There is no page. @return ERR_NONE: what follows from that is noted; else another attempt */
enum err scan_failed(struct scan *s, struct error *e);
/** Its bytes could not be made sense of: again, else the page fails. */
enum err scan_unreadable(struct scan *s, enum err err, struct error *e);
/** Is there one to read? */
bool scan_has_page(const struct scan *s);
/** The whole site is left alone, this run is over. */
enum err scan_give_up(struct scan *s, enum site_state state, const char *text, struct error *e);
/** The site's state is now; an event tells a change. */
void scan_set_state(struct scan *s, enum site_state state, const char *text);
/** This page could not be had: what it lists is unknown from now on, or gone. */
enum err scan_fail_page(struct scan *s, const char *url, enum page_state state, const char *why,
			struct error *e);
/** So could all pages of the site that were not seen since then. */
enum err scan_fail_others(struct scan *s, int64_t not_since_ms, enum page_state state,
			  const char *why, struct error *e);

/* ---- scan_close.c */
enum err scan_close(struct scan *s, struct error *e);

/* ---- scan_keep.c */
/** Takes x. */
void scan_take_observed(struct scan_facts *k, struct observed *x);
enum err scan_keep(struct txn *t, const struct item *it, void *facts, bool *more, struct error *e);
void scan_facts_free(void *facts);

/* ---- scan_address.c */
/** Is it an address of the same shop: its host, with or without www, or a part of it? */
bool address_same_site(const struct url *site, const struct url *u);
/** Does the path say that it is a product: /products/x, /p/x, /x-p-123.html? */
bool address_of_product(const char *path);
/** Is it something else for sure: a basket, a picture, a text for lawyers? */
bool address_of_no_product(const char *path);
/** May it be followed from a page: no query but that of paging. */
bool address_worth_following(const struct url *u);
