/* Versions of what a content check watches, newest first; Enter shows what each one changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/asked.h"
#include "tui/app/sheet.h"

enum { VERSIONS = 100 };

static const struct column columns[] = {
	{.title = "version", .path = "version", .format = COLUMN_INT, .min_width = 7},
	{.title = "first seen", .path = "first_at", .format = COLUMN_TIME, .min_width = 12},
	{.title = "last seen",
	 .path = "last_at",
	 .format = COLUMN_TIME,
	 .min_width = 12,
	 .priority = 2},
	{.title = "times", .path = "times", .format = COLUMN_INT, .min_width = 5, .priority = 3},
	{.title = "lines", .path = "lines", .format = COLUMN_INT, .min_width = 5, .priority = 4},
	{.title = "change", .path = "summary", .min_width = 16, .weight = 1, .priority = 1},
};

struct versions {
	struct asked asked;
	struct sheet sheet;
};

static void on_versions(struct view *v)
{
	struct versions *p = v->state;

	sheet_set(&p->sheet, p->asked.data, "first_at");
}

static void refresh(struct view *v)
{
	struct versions *p = v->state;
	struct buf path = BUF_INIT(1024);

	buf_add_str(&path, "/v1/monitors/");
	path_escape(&path, v->ref);
	buf_add_str(&path, "/versions");
	path_add_int(&path, "limit", VERSIONS);
	asked_get(v, &p->asked, buf_str(&path), on_versions);
	buf_fini(&path);
}

static void versions_open(struct view *v, const char *arg)
{
	struct versions *p = mem_zalloc(sizeof *p);

	p->sheet = (struct sheet){.columns = columns, .n_columns = ARRAY_LEN(columns), .sort = -1};
	v->state = p;
	v->sheet = &p->sheet;
	if (!*v->ref)
		snprintf(v->ref, sizeof v->ref, "%s", arg);
	snprintf(v->title, sizeof v->title, "versions");
	refresh(v);
}

static void versions_close(struct view *v)
{
	struct versions *p = v->state;

	asked_fini(&p->asked);
	sheet_fini(&p->sheet);
	free(p);
}

static void versions_draw(struct view *v, struct surface s)
{
	struct versions *p = v->state;
	size_t n = json_array_size(p->sheet.list);

	if (!asked_ready(&p->asked, s))
		return;
	surface_printf(s, 0, 1, ROLE_DIM, "%zu version%s, newest first", n, n == 1 ? "" : "s");
	sheet_draw(v, &p->sheet, surface_part(s, 1, 0, -1, -1));
}

static void versions_plain(struct view *v, struct buf *out)
{
	struct versions *p = v->state;

	if (asked_ready_plain(&p->asked, out))
		sheet_plain(v, &p->sheet, out);
}

static bool run_open(struct view *v, const struct binding *b)
{
	struct versions *p = v->state;
	const json_t *row = sheet_here(&p->sheet);
	char number[32];

	if (!row)
		return false;
	snprintf(number, sizeof number, "%lld", (long long)json_int(row, "version", 0));
	return app_open_page(v->app, "diff", v->ref, number);
}

static const struct binding bindings[] = {
	{.context = "versions",
	 .keys = "Enter Right l",
	 .action = "open",
	 .brief = "what it changed",
	 .run = run_open,
	 .help = "what this version changed"},
};

extern const struct screen screen_versions;
const struct screen screen_versions = {
	.name = "versions",
	.title = "versions",
	.shape = SHAPE_OWN,
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = versions_open,
	.close = versions_close,
	.refresh = refresh,
	.draw = versions_draw,
	.plain = versions_plain,
};
