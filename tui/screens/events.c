/* Events: the live log, newest first; Enter opens what an event is about. */
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/listing.h"

#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum { PREVIEW_ROWS = 4 };

static int preview_height(struct view *v, const json_t *row, int width)
{
	return PREVIEW_ROWS;
}

static void preview(struct view *v, struct surface s, const json_t *row)
{
	char when[64];

	format_time_of(when, sizeof when, row, "at", app_now_ms(v->app));
	section_draw(s, 0, json_str(row, "topic", ""), when);
	wrapped_draw(s, 1, 2, s.width - 4, ROLE_TEXT, json_str(row, "text", ""), PREVIEW_ROWS - 1);
}

static const struct listing_look look = {.preview_height = preview_height, .preview = preview};

/* The event is news of a page's text. */
static bool tells_change(const struct view *v)
{
	return !strcmp(json_str(listing_row(v->listing), "topic", ""), "content.changed");
}

static bool run_changes(struct view *v, const struct binding *b)
{
	return tells_change(v) &&
	       app_open_page(v->app, "diff", json_str(listing_row(v->listing), "subject", ""), "");
}

static bool run_open(struct view *v, const struct binding *b)
{
	const json_t *row = listing_row(v->listing);
	const char *subject = json_str(row, "subject", "");
	const struct resource_kind *kind = resource_kind_of_id(subject);

	if (!row)
		return false;
	if (kind && kind->ops & OP_SHOW)
		app_open(v->app, SHAPE_DETAIL, kind, subject, json_str(row, "name", ""));
	else
		app_open(v->app, SHAPE_DETAIL, v->kind, json_str(row, "id", ""), NULL);
	return true;
}

static const struct binding bindings[] = {
	{.context = "events",
	 .keys = "Enter Right l",
	 .action = "open",
	 .brief = "open",
	 .run = run_open,
	 .help = "open what the event is about"},
	{.context = "events",
	 .keys = "v",
	 .action = "changes",
	 .brief = "changes",
	 .run = run_changes,
	 .applies = tells_change,
	 .help = "what changed on the page, as a diff"},
};

static void events_open(struct view *v, const char *arg)
{
	listing_open(v, &look, NULL, arg);
}

extern const struct screen screen_events;
const struct screen screen_events = {
	.name = "events",
	.tab = 80,
	.shape = SHAPE_LIST,
	.kind = "event",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = events_open,
	.close = listing_close,
	.refresh = listing_refresh,
	.message = listing_message,
	.draw = listing_draw,
	.plain = listing_plain,
	.cursor = listing_cursor,
};
