/* Incidents: outages, newest first, with what had changed. */
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/changed.h"
#include "tui/app/listing.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum { PREVIEW_ROWS = 6 };

static int preview_height(struct view *v, const json_t *row, int width)
{
	return PREVIEW_ROWS;
}

static void preview(struct view *v, struct surface s, const json_t *row)
{
	char title[128], bad[64], confirmed[64], closed[64];
	int64_t now = app_now_ms(v->app);
	long long failures = (long long)json_int(row, "failures", 0);
	int y = 1;

	snprintf(title, sizeof title, "%s, incident %lld", json_str(row, "monitor", ""),
		 (long long)json_int(row, "number", 0));
	section_draw(s, 0, title, json_str(row, "cause", ""));
	y += wrapped_draw(s, y, 2, s.width - 4, ROLE_TEXT, json_str(row, "message", ""), 2);
	format_time_of(bad, sizeof bad, row, "opened_at", now);
	format_time_of(confirmed, sizeof confirmed, row, "confirmed_at", now);
	format_time_of(closed, sizeof closed, row, "closed_at", now);
	surface_printf(s, y++, 2, ROLE_DIM,
		       "first bad %s   confirmed %s (%lld failure%s)   closed %s", bad, confirmed,
		       failures, failures == 1 ? "" : "s", closed);
	changed_draw(s, y, 2, row, 2);
}

static const struct listing_look look = {.preview_height = preview_height, .preview = preview};

static bool run_monitor(struct view *v, const struct binding *b)
{
	const json_t *row = listing_row(v->listing);
	const struct resource_kind *kind = resource_kind_find("monitor");

	if (!row || !kind)
		return false;
	app_open(v->app, SHAPE_DETAIL, kind,
		 json_str(row, "monitor_id", json_str(row, "monitor", "")),
		 json_str(row, "monitor", ""));
	return true;
}

static const struct binding bindings[] = {
	{.context = "incidents",
	 .keys = "o",
	 .action = "monitor",
	 .brief = "monitor",
	 .run = run_monitor,
	 .help = "open the monitor it is about"},
};

extern const struct screen screen_incidents;
const struct screen screen_incidents = {
	.name = "incidents",
	.tab = 30,
	.kind = "incident",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.look = &look,
	LISTING_SCREEN,
};
