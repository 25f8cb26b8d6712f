#pragma once
/* How a monitor's page looks; tui/screens/monitor_detail.c says what it asks and does. */
#include "tui/app/details.h"

struct monitor_page {
	struct details *details; /* first: see details.h */
	struct scroll scroll;
	json_t *history, *samples;
	struct call *history_call, *samples_call;
	bool history_failed, settings;
	uint64_t asked_at;
	size_t span, n_spans;
	const char *const *span_names;
};

/** Draws everything from row 0. height: of the window, for the chart's. @return rows used */
int monitor_draw_page(struct view *v, struct monitor_page *p, struct surface s, int height);
