/* What changed on a brand's listings: texts and pictures, sellers, the buy box, and which went. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/catalog.h"
#include "daemon/catalog/offers.h"
#include "daemon/services/brandscan/analysis.h"
#include "shared/mem.h"
#include "shared/utf8.h"

enum { SHOWN_BYTES = 200, DAY_MS = 86400000 };

static const struct {
	const char *word;
	bool hurts; /* is a listing harmed by it? */
} kinds[BRAND_CHANGES] = {
	[CHANGE_TITLE] = {"title", true},
	[CHANGE_IMAGE] = {"image", true},
	[CHANGE_CATEGORY] = {"category", true},
	[CHANGE_BRAND] = {"brand", true},
	[CHANGE_SELLER_JOINED] = {"seller_joined", true},
	[CHANGE_SELLER_LEFT] = {"seller_left", false},
	[CHANGE_BUY_BOX_LOST] = {"buy_box_lost", true},
	[CHANGE_DELISTED] = {"delisted", true},
	[CHANGE_NEW] = {"new", false},
	[CHANGE_OTHER] = {"other", false},
};

const char *brand_change_word(enum brand_change c)
{
	return kinds[c].word;
}

/* A buy box changes hands: somebody lost it, "" is the site itself. */
static enum brand_change change_of(const char *field)
{
	if (!strcmp(field, "buy_box"))
		return CHANGE_BUY_BOX_LOST;
	for (int i = 0; i < CHANGE_DELISTED; i++)
		if (!strcmp(field, kinds[i].word))
			return (enum brand_change)i;
	return CHANGE_OTHER;
}

static char *shown(const char *text)
{
	return mem_strndup(text, utf8_floor(text, strnlen(text, SHOWN_BYTES)));
}

/* Newest first, as many as are shown. */
static void show(struct brand_analysis *a, const struct brand_changed *c, const char *was,
		 const char *now)
{
	size_t i = a->n_latest;
	while (i > 0 && c->at_ms > a->latest[i - 1].at_ms)
		i--;
	if (i == BRAND_CHANGES_SHOWN)
		return;
	if (a->n_latest == BRAND_CHANGES_SHOWN) {
		struct brand_changed *last = &a->latest[--a->n_latest];
		free(last->was);
		free(last->now);
	}
	memmove(&a->latest[i + 1], &a->latest[i], (a->n_latest - i) * sizeof(*a->latest));
	a->n_latest++;
	a->latest[i] = *c;
	a->latest[i].was = shown(was);
	a->latest[i].now = shown(now);
}

static void take(struct brand_reading *b, struct brand_row *row, const struct brand_changed *c,
		 const char *was, const char *now)
{
	struct brand_analysis *a = b->a;
	a->changes[c->what]++;
	a->changed += c->what != CHANGE_NEW;
	if (kinds[c->what].hurts && !row->harmed) {
		row->harmed = true;
		a->harmed++;
	}
	show(a, c, was, now);
}

static enum err read_changes_of(struct brand_reading *b, struct brand_row *row)
{
	struct brand_analysis *a = b->a;
	bool lost_today = false;
	sqlite3_stmt *st = reader_prepare(b->r,
					  "SELECT at_ms, field, was, now FROM listing_change"
					  " WHERE listing = ? AND at_ms >= ? AND at_ms < ?",
					  b->e);
	if (!st)
		return b->e->code;
	sqlite3_bind_int64(st, 1, (int64_t)row->id);
	sqlite3_bind_int64(st, 2, b->q->since_ms);
	sqlite3_bind_int64(st, 3, b->q->until_ms);
	while (sqlite3_step(st) == SQLITE_ROW) {
		struct brand_changed c = {.listing = row->id, .at_ms = sqlite3_column_int64(st, 0)};
		c.what = change_of(row_text(st, 1));
		take(b, row, &c, row_text(st, 2), row_text(st, 3));
		if (c.what != CHANGE_BUY_BOX_LOST)
			continue;
		lost_today = lost_today || c.at_ms > b->q->until_ms - DAY_MS;
		if (c.at_ms > a->buy_box_last_ms)
			a->buy_box_last_ms = c.at_ms;
	}
	sqlite3_reset(st);
	a->buy_boxes_lost_day += lost_today;
	return ERR_NONE;
}

/* A site's first scan finds all of it at once: that is no news. It is the first job of the site,
 * when that began soon after the site was added; else it was long ago.
 * @param *known_ms  0: the first scan is not over */
static enum err read_known(struct brand_reading *b, uint64_t site, int64_t *known_ms)
{
	sqlite3_stmt *st = reader_prepare(
		b->r,
		"SELECT r.created_ms, j.created_ms, j.ended_ms FROM resource r"
		" LEFT JOIN job j ON j.id = (SELECT min(id) FROM job WHERE owner = r.id)"
		" WHERE r.id = ?",
		b->e);
	*known_ms = 0;
	if (!st)
		return b->e->code;
	sqlite3_bind_int64(st, 1, (int64_t)site);
	if (sqlite3_step(st) == SQLITE_ROW) {
		int64_t added = sqlite3_column_int64(st, 0), began = row_minor(st, 1);
		bool first = began != REPUTATION_UNKNOWN && began - added < DAY_MS;
		*known_ms = first ? sqlite3_column_int64(st, 2) : added;
	}
	sqlite3_reset(st);
	return ERR_NONE;
}

struct site_known {
	uint64_t site;
	int64_t known_ms;
};

struct site_list {
	struct site_known *all;
	size_t n, cap, last;
};

/* Rows stand by product: each site is asked for once. */
static enum err known_since(struct brand_reading *b, struct site_list *l, uint64_t site,
			    int64_t *known_ms)
{
	size_t i = l->n && l->all[l->last].site == site ? l->last : 0;
	while (i < l->n && l->all[i].site != site)
		i++;
	if (i == l->n) {
		if (l->n == l->cap) {
			l->cap = l->cap ? 2 * l->cap : 16;
			l->all = mem_array(l->all, l->cap, sizeof(*l->all));
		}
		l->all[l->n].site = site;
		if (read_known(b, site, &l->all[l->n].known_ms))
			return b->e->code;
		l->n++;
	}
	l->last = i;
	*known_ms = l->all[i].known_ms;
	return ERR_NONE;
}

static void name_listing(struct brand_reading *b, struct brand_changed *c)
{
	sqlite3_stmt *st = reader_prepare(b->r,
					  "SELECT l.title, r.name FROM listing l"
					  " LEFT JOIN resource r ON r.id = l.site WHERE l.id = ?",
					  b->e);
	if (!st)
		return;
	sqlite3_bind_int64(st, 1, (int64_t)c->listing);
	if (sqlite3_step(st) == SQLITE_ROW) {
		c->title = shown(row_text(st, 0));
		snprintf(c->site, sizeof(c->site), "%s", row_text(st, 1));
	}
	sqlite3_reset(st);
}

static bool in_span(const struct brand_reading *b, int64_t at_ms)
{
	return at_ms >= b->q->since_ms && at_ms < b->q->until_ms;
}

static void read_row(struct brand_reading *b, struct site_list *sites, struct brand_row *row)
{
	struct brand_changed c = {.listing = row->id, .at_ms = row->state_ms};
	int64_t known_ms = 0;
	if (known_since(b, sites, row->site, &known_ms) || read_changes_of(b, row))
		return;
	c.what = CHANGE_DELISTED;
	if (row->state == LISTING_GONE && in_span(b, row->state_ms))
		take(b, row, &c, "", "");
	c.what = CHANGE_NEW;
	c.at_ms = row->first_ms;
	if (known_ms && row->first_ms > known_ms && in_span(b, row->first_ms))
		take(b, row, &c, "", "");
}

enum err brand_read_changes(struct brand_reading *b)
{
	struct brand_analysis *a = b->a;
	struct site_list sites = {0};
	a->latest = mem_array(NULL, BRAND_CHANGES_SHOWN + 1, sizeof(*a->latest));
	for (size_t i = 0; i < b->n && !b->e->code; i++)
		read_row(b, &sites, &b->rows[i]);
	free(sites.all);
	for (size_t i = 0; i < a->n_latest && !b->e->code; i++)
		name_listing(b, &a->latest[i]);
	return b->e->code;
}
