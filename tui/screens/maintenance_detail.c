/* One maintenance window: whether it is open, when it opens next, on the clock of its zone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/app/asked.h"
#include "tui/app/details.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum { OCCURRENCES = 5, WALL = 16 /* "2026-11-24T02:30" */ };

struct window_page {
	struct details *details; /* first: see details.h */
	struct scroll scroll;
	struct asked preview;
};

static void refresh(struct view *v)
{
	struct window_page *p = v->state;
	struct buf path = BUF_INIT(1024);

	details_refresh(v, p->details);
	buf_add_str(&path, "/v1/maintenance/");
	path_escape(&path, v->ref);
	buf_add_str(&path, "/preview");
	path_add_int(&path, "count", OCCURRENCES);
	asked_get(v, &p->preview, buf_str(&path), NULL);
	buf_fini(&path);
}

static void window_open(struct view *v, const char *arg)
{
	struct window_page *p = mem_zalloc(sizeof *p);

	v->state = p;
	v->scroll = &p->scroll;
	p->details = details_open(v, arg, NULL);
	refresh(v);
}

static void window_close(struct view *v)
{
	struct window_page *p = v->state;

	details_close(v, p->details);
	asked_fini(&p->preview);
	scroll_fini(&p->scroll);
	free(p);
}

/* A changed schedule has other occurrences. */
static void window_message(struct view *v, const struct live_message *m)
{
	struct window_page *p = v->state;

	details_message(v, p->details, m);
	if ((m->what == LIVE_LIST || m->what == LIVE_ROW) && !strcmp(m->kind, "maintenance") &&
	    !p->preview.call)
		refresh(v);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static int draw_state(struct view *v, struct surface s, int y)
{
	const json_t *o = v->object;
	const char *state = json_str(o, "state", "");
	int64_t covered = json_int(o, "covered", 0), at;
	char when[64], word[64];
	int x = 1;

	x += surface_outside(s, y, x, state_role(state) | STYLE_BOLD,
			     state_word(word, sizeof word, state), -1) +
	     2;
	if (time_parse(json_str(o, "ends_at", ""), &at))
		x += surface_printf(s, y, x, ROLE_TEXT, "until %s, %lld monitor%s",
				    format_time(when, sizeof when, at, app_now_ms(v->app)),
				    (long long)covered, covered == 1 ? "" : "s") +
		     2;
	else if (time_parse(json_str(o, "next_at", ""), &at))
		x += surface_printf(s, y, x, ROLE_TEXT, "next %s",
				    format_time(when, sizeof when, at, app_now_ms(v->app))) +
		     2;
	surface_outside(s, y, x, ROLE_DIM, json_str(o, "schedule", ""), s.width - x - 1);
	return y + 1;
}

/* "2026-11-24T02:30:00+01:00": the day is beside it, the date and the clock stand alone. */
static void wall_of(const json_t *o, const char *member, char *out, size_t cap)
{
	snprintf(out, cap, "%.*s", WALL, json_str(o, member, ""));
	for (char *p = out; *p; p++)
		if (*p == 'T')
			*p = ' ';
}

static int draw_next(struct view *v, struct surface s, int y)
{
	const struct window_page *p = v->state;
	const json_t *one;
	char from[32], to[32];
	size_t i;

	section_draw(s, y++, "next five", json_str(v->object, "zone", ""));
	if (!p->preview.data) {
		surface_outside(s, y++, 1, ROLE_DIM,
				p->preview.failed ? p->preview.fault.text : "asking the daemon",
				s.width - 2);
		return y;
	}
	if (json_array_size(p->preview.data) == 0)
		surface_outside(s, y++, 1, ROLE_DIM, "none: its last window has begun", -1);
	json_array_foreach(p->preview.data, i, one)
	{
		bool same_day;

		wall_of(one, "starts", from, sizeof from);
		wall_of(one, "ends", to, sizeof to);
		same_day = !strncmp(from, to, 10) && strlen(to) == WALL;
		surface_outside(s, y, 1, ROLE_DIM, json_str(one, "day", ""), 3);
		surface_printf(s, y, 5, ROLE_TEXT, "%s to %s", from, same_day ? to + 11 : to);
		surface_outside(s, y, same_day ? 33 : 44, ROLE_DIM, json_str(one, "for", ""), 8);
		/* The clocks change in it, or it falls into an hour that is not there. */
		surface_outside(s, y++, same_day ? 42 : 53, ROLE_DEGRADED,
				json_str(one, "note", ""), s.width - (same_day ? 43 : 54));
	}
	return y;
}

static void window_draw(struct view *v, struct surface s)
{
	struct window_page *p = v->state;
	struct surface page;
	int y;

	if (!details_ready(v, p->details, s))
		return;
	page = scroll_begin(&p->scroll, s);
	y = draw_state(v, page, 0);
	y = draw_next(v, page, y);
	section_draw(page, y++, "settings", "");
	y = details_draw_fields(v, page, y);
	scroll_end(&p->scroll, s, y);
}

static size_t window_watched(struct view *v, const char *ids[], size_t max)
{
	ids[0] = json_str(v->object, "id", "");
	return *ids[0] ? 1 : 0;
}

extern const struct screen screen_maintenance_detail;
const struct screen screen_maintenance_detail = {
	.name = "maintenance-detail",
	.shape = SHAPE_DETAIL,
	.kind = "maintenance",
	.open = window_open,
	.close = window_close,
	.refresh = refresh,
	.message = window_message,
	.draw = window_draw,
	.plain = details_write_plain,
	.watched = window_watched,
};
