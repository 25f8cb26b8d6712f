/* What changed on a brand's listings: texts and pictures, sellers, the buy box, and which went. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/catalog/catalog.h"
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

/* A buy box changes hands: it is lost when somebody had it. */
static enum brand_change change_of(const char *field, const char *was)
{
	if (!strcmp(field, "buy_box"))
		return *was ? CHANGE_BUY_BOX_LOST : CHANGE_OTHER;
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
		c.what = change_of(brand_text(st, 1), brand_text(st, 2));
		take(b, row, &c, brand_text(st, 2), brand_text(st, 3));
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

/* A site's first scan finds all of it at once: that is no news. */
static enum err read_scanned(struct brand_reading *b, uint64_t site, int64_t *found_ms)
{
	sqlite3_stmt *st =
		reader_prepare(b->r, "SELECT scanned_ms, found_ms FROM site WHERE id = ?", b->e);
	if (!st)
		return b->e->code;
	sqlite3_bind_int64(st, 1, (int64_t)site);
	*found_ms = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 1) : 0;
	sqlite3_reset(st);
	return ERR_NONE;
}

static enum err name_listing(struct brand_reading *b, struct brand_changed *c)
{
	sqlite3_stmt *st = reader_prepare(b->r,
					  "SELECT l.title, r.name FROM listing l"
					  " LEFT JOIN resource r ON r.id = l.site WHERE l.id = ?",
					  b->e);
	if (!st)
		return b->e->code;
	sqlite3_bind_int64(st, 1, (int64_t)c->listing);
	if (sqlite3_step(st) == SQLITE_ROW) {
		c->title = shown(brand_text(st, 0));
		snprintf(c->site, sizeof(c->site), "%s", brand_text(st, 1));
	}
	sqlite3_reset(st);
	return ERR_NONE;
}

static bool in_span(const struct brand_reading *b, int64_t at_ms)
{
	return at_ms >= b->q->since_ms && at_ms < b->q->until_ms;
}

enum err brand_read_changes(struct brand_reading *b)
{
	struct brand_analysis *a = b->a;
	uint64_t site = 0;
	int64_t found_ms = 0;
	a->latest = mem_array(NULL, BRAND_CHANGES_SHOWN + 1, sizeof(*a->latest));
	for (size_t i = 0; i < b->n; i++) {
		struct brand_row *row = &b->rows[i];
		if (row->site != site && read_scanned(b, row->site, &found_ms))
			return b->e->code;
		site = row->site;
		if (read_changes_of(b, row))
			return b->e->code;
		struct brand_changed c = {.listing = row->id, .at_ms = row->state_ms};
		c.what = CHANGE_DELISTED;
		if (row->state == LISTING_GONE && in_span(b, row->state_ms))
			take(b, row, &c, "", "");
		c.what = CHANGE_NEW;
		c.at_ms = row->first_ms;
		if (found_ms && row->first_ms > found_ms && in_span(b, row->first_ms))
			take(b, row, &c, "", "");
	}
	for (size_t i = 0; i < a->n_latest; i++)
		if (name_listing(b, &a->latest[i]))
			return b->e->code;
	return ERR_NONE;
}
