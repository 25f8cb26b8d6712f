#pragma once
/* Prices over time: up to four series as steps, a floor under them, stock below, a cursor.
 *
 * What a column stands for is all that was so within its stretch of time: the lowest and the
 * highest price are shown, joined. Where a price is not known there is a '?' at the last one that
 * was. Series are told apart by their mark, by how heavy or dense their line is, and only then by
 * colour. Cost: one pass over the stretches, and the columns. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/term/surface.h"
#include "tui/widgets/chart.h"

enum {
	TIME_CHART_SERIES = 4,
	TIME_CHART_TITLE = 64,
	TIME_CHART_HEIGHT_MIN = 6, /* three rows of prices, stock, dates, legend */
	TIME_CHART_WIDTH_MIN = 24,
};

/** Instead of a price. */
enum { TIME_CHART_UNKNOWN = -1, TIME_CHART_ABSENT = -2 /* it was not offered */ };

/** From then on, until the next one: a price in minor units, and 'y', 'n' or '?' of the stock. */
struct time_stretch {
	int64_t from_ms;
	int64_t minor;
	char stock;
};

struct time_series {
	char title[TIME_CHART_TITLE]; /* any text */
	char mark;                    /* '*' */
	struct time_stretch *at;      /* in order of time; the last one holds until the end */
	size_t n;
};

struct time_chart {
	struct time_series series[TIME_CHART_SERIES];
	size_t n;
	size_t stock; /* the series whose stock is shown */
	int64_t from_ms, to_ms;
	char currency[4];
	int64_t floor_minor; /* below 0: none */
	int64_t cursor_ms;   /* 0: none */
	enum graph_style style;
};

/** Draws nothing when there is less room than TIME_CHART_*_MIN. The last row explains the marks,
 *  or tells what the cursor is on. */
void time_chart_draw(struct surface s, const struct time_chart *c);
/** Columns that time has when it is drawn on s, 0: no room. */
int time_chart_columns(struct surface s, const struct time_chart *c);
/** What held at a time; NULL: nothing yet. */
const struct time_stretch *time_series_at(const struct time_series *t, int64_t at_ms);
/** Lowest and highest price within the span. false: none is known. */
bool time_chart_range(const struct time_chart *c, int64_t *low, int64_t *high);
/** A round number of minor units, at least v: 1, 2, 5, 10, 20, 25, 50, 75, 100 ... */
int64_t time_chart_step(int64_t v);
/** "34.90" of that currency, without its code; "?" when it is not known, "-" when absent. */
const char *time_chart_price(char *out, size_t cap, int64_t minor, const char *currency);
