/* What could not be had. A page that is gone is a fact; one that is blocked or fails makes what it
 * lists unknown; and when a whole site wants us no more, or does not answer, it is left alone until
 * its next scan. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/services/rivalradar/scan.h"
#include "shared/mem.h"

enum {
	BLOCKED_MAX = 3, /* pages in a row, then the site is left alone */
	FAILING_MAX = 4, /* one less than what opens the breaker of its host */
};

bool scan_has_page(const struct scan *s)
{
	const struct item_answer *a = s->answer;
	return a && !a->err && (a->end == FETCH_OK || a->end == FETCH_UNCHANGED);
}

/* ---- the site -------------------------------------------------------------------------------- */

void scan_set_state(struct scan *s, enum site_state state, const char *text)
{
	static const char *const topics[] = {[SITE_NEW] = NULL,
					     [SITE_OK] = "rival.back",
					     [SITE_BLOCKED] = "rival.blocked",
					     [SITE_FAILING] = "rival.failing"};
	struct scan_facts *k = s->facts;
	if (state == s->row.state && !strcmp(text, s->row.text))
		return;
	k->set |= SITE_SET_STATE;
	k->row.state = state;
	if (state != s->row.state)
		k->row.state_ms = clock_wall_ms(s->rr->d->clock);
	snprintf(k->row.text, sizeof(k->row.text), "%s", text);
	if (state == s->row.state || (state == SITE_OK && s->row.state == SITE_NEW))
		return;
	k->topic = topics[state];
	k->was = s->row.state;
	k->severity = state == SITE_OK ? SEVERITY_INFO : SEVERITY_WARNING;
	snprintf(k->event_text, sizeof(k->event_text), "%s: %s%s%.*s", s->site->name,
		 state == SITE_OK        ? "can be read again"
		 : state == SITE_BLOCKED ? "does not let itself be read"
					 : "cannot be read",
		 text[0] ? ": " : "", SITE_TEXT, text);
}

enum err scan_fail_page(struct scan *s, const char *url, enum page_state state, const char *why,
			struct error *e)
{
	struct observed *x = NULL;
	struct observation o = s->facts->o;
	o.page_url = url;
	enum err err = observe_prepare_failed(s->it->store, &o, state, why, &x, e);
	if (!err)
		scan_take_observed(s->facts, x);
	return err;
}

/* Heap, each and all. */
static char **other_pages(struct scan *s, int64_t not_since_ms, size_t *n, struct error *e)
{
	size_t cap = 64;
	struct reader *r = store_reader(s->it->store, e);
	sqlite3_stmt *st =
		r ? reader_prepare(r,
				   "SELECT url FROM page WHERE site = ? AND state = 0 AND"
				   " seen_ms < ? AND url <> ?",
				   e)
		  : NULL;
	char **urls = mem_array(NULL, cap, sizeof(char *));
	*n = 0;
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)s->site->id);
		sqlite3_bind_int64(st, 2, not_since_ms);
		sqlite3_bind_text(st, 3, s->url, -1, SQLITE_STATIC);
		while (sqlite3_step(st) == SQLITE_ROW) {
			if (*n == cap)
				urls = mem_array(urls, cap *= 2, sizeof(char *));
			urls[(*n)++] = mem_strdup((const char *)sqlite3_column_text(st, 0));
		}
		sqlite3_reset(st);
	}
	reader_done(r);
	return urls;
}

enum err scan_fail_others(struct scan *s, int64_t not_since_ms, enum page_state state,
			  const char *why, struct error *e)
{
	size_t n = 0;
	char **urls = other_pages(s, not_since_ms, &n, e);
	enum err err = e->code;
	for (size_t i = 0; i < n; i++) {
		if (!err && !item_over(s->it))
			err = scan_fail_page(s, urls[i], state, why, e);
		free(urls[i]);
	}
	free(urls);
	return err;
}

enum err scan_give_up(struct scan *s, enum site_state state, const char *text, struct error *e)
{
	char copy[SITE_TEXT];
	enum page_state page = state == SITE_BLOCKED ? PAGE_BLOCKED : PAGE_FAILING;
	bool has_listings = s->kind != SCAN_CLOSING && s->kind != SCAN_CURRENCY && !s->probe &&
			    s->kind != SCAN_SITEMAP;
	snprintf(copy, sizeof(copy), "%.*s", SITE_TEXT - 1, text);
	*e = (struct error){0};
	scan_set_state(s, state, copy);
	enum err err = has_listings ? scan_fail_page(s, s->url, page, copy, e) : ERR_NONE;
	if (!err)
		err = scan_fail_others(s, INT64_MAX, page, copy, e);
	item_out_fail_job(s->out, "%s", copy);
	return err;
}

/* ---- one page -------------------------------------------------------------------------------- */

static enum err note_page(struct scan *s, enum page_state state, const char *why, struct error *e)
{
	/* Of one that was not known there is nothing to say. */
	bool known = s->kind != SCAN_LINKS || s->size || s->n >= LINKS_DEPTH;
	item_out_log(s->out, state == PAGE_GONE ? LOG_INFO : LOG_WARN, "%s: %s", s->url, why);
	return known ? scan_fail_page(s, s->url, state, why, e) : ERR_NONE;
}

enum err scan_unreadable(struct scan *s, enum err err, struct error *e)
{
	char why[SITE_TEXT];
	if (err_info(err)->retry && !s->it->last)
		return err;
	snprintf(why, sizeof(why), "%.*s", SITE_TEXT - 1, e->text);
	*e = (struct error){0};
	return note_page(s, PAGE_FAILING, why, e);
}

static bool is_way(const struct scan *s)
{
	return s->kind == SCAN_CURRENCY || (s->probe && s->kind != SCAN_LINKS);
}

/* All prices come from there, or it is where all begins. */
static bool is_essential(const struct scan *s)
{
	return s->kind == SCAN_API || s->kind == SCAN_FEED || (s->kind == SCAN_LINKS && s->n == 0);
}

static enum err on_blocked(struct scan *s, const char *why, struct error *e)
{
	unsigned n = sites_note_page(s->rr, s->site->id, true, false);
	bool had = sites_had_page(s->rr, s->site->id);
	if (is_way(s))
		return scan_next_way(s, e);
	if (is_essential(s) || n >= BLOCKED_MAX || !had)
		return scan_give_up(s, SITE_BLOCKED, why, e);
	if (s->kind == SCAN_SITEMAP) {
		item_out_log(s->out, LOG_WARN, "%s: %s", s->url, why);
		return ERR_NONE;
	}
	return note_page(s, PAGE_BLOCKED, why, e);
}

static enum err on_disallowed(struct scan *s, const char *why, struct error *e)
{
	const struct item_answer *a = s->answer;
	if (fetch_end_passes(a->end, a->status)) { /* there is no robots.txt to be had */
		return scan_give_up(s, SITE_FAILING, why, e);
	}
	if (is_way(s))
		return scan_next_way(s, e);
	if (is_essential(s))
		return scan_give_up(s, SITE_BLOCKED, why, e);
	if (s->kind == SCAN_SITEMAP) {
		item_out_log(s->out, LOG_WARN, "%s: %s", s->url, why);
		return ERR_NONE;
	}
	return note_page(s, PAGE_BLOCKED, why, e);
}

/* It may answer later: again, unless it has been silent for long. */
static enum err on_failing(struct scan *s, const char *why, struct error *e)
{
	const struct item_answer *a = s->answer;
	unsigned n = sites_note_page(s->rr, s->site->id, false, true);
	bool never = s->row.state == SITE_NEW && !sites_had_page(s->rr, s->site->id);
	/* A person may be waiting for the first word of an address that is wrong. */
	if (n >= FAILING_MAX || (never && a->end != FETCH_OURS && a->status != 429)) {
		return scan_give_up(s, SITE_FAILING, why, e);
	}
	if (!s->it->last)
		return error_set(e, a->err ? a->err : ERR_UNAVAILABLE, "%s", why);
	if (is_way(s) || is_essential(s)) {
		return scan_give_up(s, SITE_FAILING, why, e);
	}
	return note_page(s, PAGE_FAILING, why, e);
}

/* The shop is not what it was: find out again. */
static enum err look_again(struct scan *s, struct error *e)
{
	item_out_log(s->out, LOG_INFO, "%s is not there any more: where are its products now?",
		     s->url);
	return scan_ask_first(s, json_str(s->spec, "url", ""), e);
}

static enum err on_small(struct scan *s, struct error *e)
{
	int64_t small = s->platform->small_products;
	return scan_add_api(s, s->platform, s->url, (s->n - 1) * (s->size / small) + 1, small,
			    s->probe, e);
}

static enum err on_no_page(struct scan *s, const char *why, struct error *e)
{
	const struct item_answer *a = s->answer;
	bool gone = a->end == FETCH_STATUS && (a->status == 404 || a->status == 410);
	sites_note_page(s->rr, s->site->id, false, false);
	if (s->kind == SCAN_API && a->end == FETCH_TOO_LARGE && s->platform->small_products &&
	    s->size > s->platform->small_products)
		return on_small(s, e);
	if (is_way(s))
		return scan_next_way(s, e);
	if (s->kind == SCAN_API && s->n > 1)
		return error_set(e, ERR_NOT_FOUND, "%s: %s", s->url, why);
	if (gone && (s->kind == SCAN_API || (s->kind == SCAN_SITEMAP && s->n == 0)))
		return look_again(s, e);
	if (is_essential(s)) {
		return scan_give_up(s, SITE_FAILING, why, e);
	}
	if (s->kind == SCAN_SITEMAP) {
		item_out_log(s->out, LOG_WARN, "%s: %s", s->url, why);
		return ERR_NONE;
	}
	return note_page(s, gone ? PAGE_GONE : PAGE_FAILING, why, e);
}

/* One page that leads there is one bad page; a site that does so is left alone. */
static enum err on_private(struct scan *s, const char *why, struct error *e)
{
	unsigned n = sites_note_page(s->rr, s->site->id, false, true);
	if (s->kind != SCAN_PAGE || n >= FAILING_MAX || !sites_had_page(s->rr, s->site->id))
		return scan_give_up(s, SITE_FAILING, why, e);
	return note_page(s, PAGE_FAILING, why, e);
}

enum err scan_failed(struct scan *s, struct error *e)
{
	const struct item_answer *a = s->answer;
	char why[SITE_TEXT];
	if (a->text[0])
		snprintf(why, sizeof(why), "%.*s", SITE_TEXT - 1, a->text);
	else
		snprintf(why, sizeof(why), "HTTP %d", a->status);
	if (a->end == FETCH_PRIVATE)
		return on_private(s, why, e);
	if (a->end == FETCH_BLOCKED)
		return on_blocked(s, why, e);
	if (a->end == FETCH_DISALLOWED)
		return on_disallowed(s, why, e);
	if (fetch_end_passes(a->end, a->status))
		return on_failing(s, why, e);
	return on_no_page(s, why, e);
}
