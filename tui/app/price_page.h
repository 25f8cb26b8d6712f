#pragma once
/* A product's page: who asked how much when, who asks how much now, and what if I asked something
 * else. tui/screens/product_detail.c asks and takes keys, price_page.c draws. */
#include "tui/app/asked.h"
#include "tui/app/details.h"
#include "tui/app/price_data.h"
#include "tui/app/sheet.h"

struct price_page {
	struct details *details; /* first: see details.h */
	struct asked history, listing, what_if;
	struct call *told; /* evidence, why, a floor: what ends in words */
	struct sheet offers;
	char rival[64]; /* the site it was opened from, "" none */
	char focus[64]; /* the listing under the cursor, as the chart has it */
	struct time_chart chart;
	size_t left_out; /* series without a line */
	size_t span;
	bool all;    /* every rival has a line */
	bool cursor; /* the arrows move in time */
	bool full;   /* offers alone */
	bool stale;
	int columns;                 /* of time, when it was drawn last */
	int64_t price;               /* of the what-if, -1: not begun */
	uint64_t moved_at, asked_at; /* ticks: the price was changed; the page was asked for */
	bool what_if_stale;
};

enum { PRICE_SPANS = 4 };
extern const struct price_span {
	const char *name;
	int days;
} price_spans[PRICE_SPANS];

void price_page_draw(struct view *v, struct price_page *p, struct surface s);
void price_page_plain(struct view *v, struct price_page *p, struct buf *out);
