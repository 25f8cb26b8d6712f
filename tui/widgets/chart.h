#pragma once
/* A chart of response times: the median solid, up to the 95th percentile shaded, with what was
 * down or unknown marked on the ground line. */
#include <stddef.h>
#include <stdint.h>

#include "tui/term/surface.h"

enum graph_style { GRAPH_BLOCK, GRAPH_BRAILLE, GRAPH_ASCII };

/** One point; low and high are negative when nothing was measured. */
struct chart_point {
	double low, high; /* p50, p95 in ms */
	char mark;        /* 0, 'x' some down, '?' unknown, 'o' degraded */
};

struct chart {
	const struct chart_point *points;
	size_t n;
	int64_t from_ms, to_ms; /* time of the first and after the last point */
	enum graph_style style;
};

bool graph_style_parse(const char *name, enum graph_style *out);
const char *graph_style_name(enum graph_style s);

/** Draw with axis labels into s; needs 3 rows and 20 columns, else draws nothing. Points are joined
 *  or stretched to the columns there are. */
void chart_draw(struct surface s, const struct chart *c);
/** The column of s in which that time is drawn, -1 when it is outside the span. */
int chart_column(struct surface s, const struct chart *c, int64_t at_ms);
/** A round number of ms not below v: the top of the axis. */
double chart_ceiling(double v);
