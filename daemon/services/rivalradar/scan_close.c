/* All pages of a scan are over: how did it go? */
#include <stdio.h>
#include <string.h>

#include "daemon/api/jobs.h"
#include "daemon/services/rivalradar/scan.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

struct totals {
	int64_t seen, bad;        /* pages: read in this scan; blocked or failing now */
	int64_t products, priced; /* listings that are not gone; with a price */
	int64_t listed;           /* of which it is known what they cost now, or that nobody says */
	int64_t no_currency;      /* with a price of which nobody said in what */
	char why[128];            /* of a page that cannot be read */
};

static enum err count(struct scan *s, int64_t began_ms, struct totals *f, struct error *e)
{
	struct reader *r = store_reader(s->it->store, e);
	if (!r)
		return e->code;
	sqlite3_stmt *st = reader_prepare(
		r,
		"SELECT count(*) FILTER (WHERE seen_ms >= ?2), count(*) FILTER (WHERE state IN (1, 2)),"
		" max(text) FILTER (WHERE state IN (1, 2)) FROM page WHERE site = ?1",
		e);
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)s->site->id);
		sqlite3_bind_int64(st, 2, began_ms);
		if (sqlite3_step(st) == SQLITE_ROW) {
			f->seen = sqlite3_column_int64(st, 0);
			f->bad = sqlite3_column_int64(st, 1);
			const char *why = (const char *)sqlite3_column_text(st, 2);
			text_safe(f->why, sizeof(f->why), why ? why : "", why ? strlen(why) : 0, 0,
				  0, NULL);
		}
		sqlite3_reset(st);
		st = reader_prepare(
			r,
			"SELECT count(*), count(price_minor),"
			" count(*) FILTER (WHERE price_minor IS NOT NULL AND currency = ''),"
			" count(*) FILTER (WHERE state = 0) FROM listing WHERE site = ? AND state <> 2",
			e);
	}
	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)s->site->id);
		if (sqlite3_step(st) == SQLITE_ROW) {
			f->products = sqlite3_column_int64(st, 0);
			f->priced = sqlite3_column_int64(st, 1);
			f->no_currency = sqlite3_column_int64(st, 2);
			f->listed = sqlite3_column_int64(st, 3);
		}
		sqlite3_reset(st);
	}
	reader_done(r);
	return st ? ERR_NONE : ERR_STORE;
}

static enum err nothing_found(struct scan *s, struct error *e)
{
	const char *url = json_str(s->spec, "url", "");
	bool by_sitemap = !strcmp(s->row.platform, "sitemap");
	/* What named pages named none with products: its links are next. */
	scan_found(s, by_sitemap ? "pages" : "", by_sitemap ? url : "");
	return scan_give_up(s, SITE_FAILING,
			    "no products were found: name its feed (--feed), pages (--product-url) "
			    "or a recipe",
			    e);
}

static void say_result(struct scan *s, const struct totals *f)
{
	struct scan_facts *k = s->facts;
	char bad[80] = "";
	if (f->bad)
		snprintf(bad, sizeof(bad), "; %lld page%s could not be read", (long long)f->bad,
			 f->bad == 1 ? "" : "s");
	item_out_result(s->out, "%lld product%s from %s, %lld with a price%s",
			(long long)f->products, f->products == 1 ? "" : "s",
			platform_title(s->row.platform), (long long)f->priced, bad);
	if (s->row.scanned_ms)
		return;
	k->topic = "rival.scanned";
	k->was = s->row.state;
	k->severity = SEVERITY_INFO;
	snprintf(k->event_text, sizeof(k->event_text), "%s: %lld product%s from %s", s->site->name,
		 (long long)f->products, f->products == 1 ? "" : "s",
		 platform_title(s->row.platform));
}

static void say_state(struct scan *s, const struct totals *f)
{
	char text[SITE_TEXT] = "";
	if (f->no_currency)
		snprintf(text, sizeof(text),
			 "its prices say no currency: sellersmart %s edit %.80s --currency EUR",
			 s->site->kind->kind, s->site->name);
	else if (f->bad)
		snprintf(text, sizeof(text), "%lld of its pages cannot be read%s%s",
			 (long long)f->bad, f->why[0] ? ": " : "", f->why);
	/* A recipe that fits no page any more is a fault, whatever else could be fetched. */
	bool failing = f->bad && !f->listed;
	scan_set_state(s, failing ? SITE_FAILING : SITE_OK, text);
}

enum err scan_close(struct scan *s, struct error *e)
{
	struct scan_facts *k = s->facts;
	struct job_progress p = {0};
	struct totals f = {0};
	int64_t now = clock_wall_ms(s->rr->d->clock);
	items_progress(jobs_items(s->rr->d->jobs), s->it->job, &p);
	enum err err = count(s, p.started_ms, &f, e);
	if (err)
		return err;
	if (!f.products)
		return nothing_found(s, e);
	/* A page that failed before it was ever read has no row that says so. */
	if (f.bad < p.failed)
		f.bad = p.failed;
	k->row.scanned_ms = now;
	k->set |= SITE_SET_SCANNED;
	scan_observation(s, PAGE_PRODUCT);
	bool api = platform_find(s->row.platform);
	if (!p.failed && p.found < spec_int(s->site->kind, s->spec, "limit")) {
		struct observed *x = NULL;
		err = observe_prepare_over(s->it->store, &k->o, p.started_ms, &x, e);
		if (!err)
			scan_take_observed(k, x);
		k->row.full_ms = now;
		k->set |= SITE_SET_FULL;
	} else if (p.failed && api) {
		/* Of an API that broke off the later pages were not asked for. */
		err = scan_fail_others(s, p.started_ms, PAGE_FAILING,
				       "the scan broke off before it", e);
	}
	if (err)
		return err;
	say_state(s, &f);
	say_result(s, &f);
	return ERR_NONE;
}
