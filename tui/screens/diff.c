/* What changed on a page that a content check watches: the last change, then any version against
 * the one before it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/asked.h"
#include "tui/widgets/diff.h"
#include "tui/widgets/format.h"
#include "tui/widgets/scroll.h"
#include "tui/widgets/section.h"

enum { VERSIONS = 100 };

struct diff_page {
	struct scroll scroll;
	struct asked diff, versions;
	int64_t to; /* the version shown, 0: that of the last change */
};

static void ask_diff(struct view *v)
{
	struct diff_page *p = v->state;
	struct buf path = BUF_INIT(1024);

	buf_add_str(&path, "/v1/monitors/");
	path_escape(&path, v->ref);
	buf_add_str(&path, "/diff");
	if (p->to)
		path_add_int(&path, "to", p->to);
	asked_get(v, &p->diff, buf_str(&path), NULL);
	buf_fini(&path);
}

static void ask_versions(struct view *v)
{
	struct diff_page *p = v->state;
	struct buf path = BUF_INIT(1024);

	buf_add_str(&path, "/v1/monitors/");
	path_escape(&path, v->ref);
	buf_add_str(&path, "/versions");
	path_add_int(&path, "limit", VERSIONS);
	asked_get(v, &p->versions, buf_str(&path), NULL);
	buf_fini(&path);
}

static void refresh(struct view *v)
{
	ask_diff(v);
	ask_versions(v);
}

/* arg: the number of a version, or the monitor when it is opened by ":diff shop". */
static void diff_open(struct view *v, const char *arg)
{
	struct diff_page *p = mem_zalloc(sizeof *p);

	v->state = p;
	v->scroll = &p->scroll;
	if (*v->ref)
		p->to = strtoll(arg, NULL, 10);
	else
		snprintf(v->ref, sizeof v->ref, "%s", arg);
	snprintf(v->title, sizeof v->title, "changes");
	refresh(v);
}

static void diff_close(struct view *v)
{
	struct diff_page *p = v->state;

	asked_fini(&p->diff);
	asked_fini(&p->versions);
	scroll_fini(&p->scroll);
	free(p);
}

static void diff_message(struct view *v, const struct live_message *m)
{
	struct diff_page *p = v->state;

	if (m->what == LIVE_EVENT && !strcmp(json_str(m->body, "topic", ""), "content.changed") &&
	    !p->diff.call)
		refresh(v);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static int draw_side(struct view *v, struct surface s, int y, const char *mark, enum role role,
		     const json_t *side)
{
	char first[64], last[64], seen[64] = "";
	int64_t now = app_now_ms(v->app);

	format_time_of(first, sizeof first, side, "first_at", now);
	format_time_of(last, sizeof last, side, "last_at", now);
	if (json_int(side, "times", 1) > 1)
		snprintf(seen, sizeof seen, ", came %lld times",
			 (long long)json_int(side, "times", 1));
	surface_outside(s, y, 0, role | STYLE_BOLD, mark, -1);
	surface_printf(s, y, 4, role, "version %lld   %s to %s%s",
		       (long long)json_int(side, "version", 0), first, last, seen);
	return y + 1;
}

static int draw_head(struct view *v, struct surface s, const json_t *d)
{
	const json_t *from = json_object_get(d, "from"), *to = json_object_get(d, "to");
	char remark[96], when[64];
	int y = 0;

	snprintf(remark, sizeof remark, "%lld added, %lld removed",
		 (long long)json_int(d, "added", 0), (long long)json_int(d, "removed", 0));
	section_draw(s, y++, json_str(d, "monitor", v->ref), json_is_object(from) ? remark : "");
	if (!json_is_object(from)) {
		format_time_of(when, sizeof when, to, "first_at", app_now_ms(v->app));
		surface_printf(s, y++, 0, ROLE_TEXT, "Nothing changed since %s.", when);
		return y;
	}
	y = draw_side(v, s, y, "---", ROLE_DOWN, from);
	return draw_side(v, s, y, "+++", ROLE_UP, to);
}

static void diff_draw_screen(struct view *v, struct surface s)
{
	struct diff_page *p = v->state;
	struct surface page;
	size_t left;
	int y;

	if (!asked_ready(&p->diff, s))
		return;
	page = scroll_begin(&p->scroll, s);
	y = draw_head(v, page, p->diff.data);
	y = diff_draw(surface_part(page, 0, 0, SCROLL_ROWS_MAX - 1, -1), y, p->diff.data, &left);
	if (left || json_bool(p->diff.data, "cut", false))
		surface_printf(
			page, y++, 0, ROLE_DIM,
			"+%zu more lines: sellersmart monitor diff %s --to %lld", left,
			json_str(p->diff.data, "monitor", v->ref),
			(long long)json_int(json_object_get(p->diff.data, "to"), "version", 0));
	scroll_end(&p->scroll, s, y);
}

static void diff_plain(struct view *v, struct buf *out)
{
	struct diff_page *p = v->state;
	const json_t *hunk, *line;
	size_t h, i;

	if (!asked_ready_plain(&p->diff, out))
		return;
	buf_printf(out, "%s: version %lld\n", json_str(p->diff.data, "monitor", v->ref),
		   (long long)json_int(json_object_get(p->diff.data, "to"), "version", 0));
	json_array_foreach(json_object_get(p->diff.data, "hunks"), h, hunk)
	{
		json_array_foreach(json_object_get(hunk, "lines"), i, line)
		{
			char op = json_str(line, "op", " ")[0];

			buf_printf(out, "%s %s\n",
				   op == '+'   ? "added:"
				   : op == '-' ? "removed:"
					       : "same:",
				   json_str(line, "text", ""));
		}
	}
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* Versions are listed newest first: the one after the shown one in time is before it there. */
static bool run_other(struct view *v, const struct binding *b)
{
	struct diff_page *p = v->state;
	const json_t *list = p->versions.data;
	int64_t shown = json_int(json_object_get(p->diff.data, "to"), "version", 0);
	size_t n = json_array_size(list), i = 0;
	bool older = !strcmp(b->action, "older");

	while (i < n && json_int(json_array_get(list, i), "version", 0) != shown)
		i++;
	if (i == n)
		return true;
	/* The oldest has nothing before it to stand against. */
	if (older ? i + 2 >= n : i == 0) {
		app_say(v->app, ROLE_DIM,
			older ? "no older version is kept" : "this is the newest version");
		return true;
	}
	p->to = json_int(json_array_get(list, older ? i + 1 : i - 1), "version", 0);
	p->scroll.offset = 0;
	ask_diff(v);
	return true;
}

static bool run_versions(struct view *v, const struct binding *b)
{
	return app_open_page(v->app, "versions", v->ref, "");
}

static const struct binding bindings[] = {
	{.context = "diff",
	 .keys = "p [",
	 .action = "older",
	 .brief = "older",
	 .run = run_other,
	 .help = "the version before"},
	{.context = "diff",
	 .keys = "n ]",
	 .action = "newer",
	 .brief = "newer",
	 .run = run_other,
	 .help = "the next version"},
	{.context = "diff",
	 .keys = "v",
	 .action = "versions",
	 .brief = "versions",
	 .run = run_versions,
	 .help = "all versions that are kept"},
};

extern const struct screen screen_diff;
const struct screen screen_diff = {
	.name = "diff",
	.title = "changes",
	.shape = SHAPE_OWN,
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = diff_open,
	.close = diff_close,
	.refresh = refresh,
	.message = diff_message,
	.draw = diff_draw_screen,
	.plain = diff_plain,
};
