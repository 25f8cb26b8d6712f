/* What depends on what: monitors below the one without which they cannot be reached. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/asked.h"
#include "tui/app/ops.h"
#include "tui/app/sheet.h"
#include "tui/widgets/section.h"

enum { PAGE = 1000, ROWS_MAX = 5000, DEPTH_MAX = 32, BRANCH_MAX = 400, ASK_EVERY_MS = 2000 };

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 8},
	{.title = "name", .path = "branch", .min_width = 20, .weight = 1},
	{.title = "for", .path = "since", .format = COLUMN_AGE, .min_width = 4, .priority = 1},
	{.title = "", .path = "remark", .min_width = 24, .weight = 3, .priority = 2},
};

struct tree {
	struct asked asked;
	struct sheet sheet;
	json_t *coming; /* by name, while pages come */
	char start[64]; /* id to begin on */
	bool stale, loaded;
	uint64_t asked_at;
};

/* ---- from a list to a tree ------------------------------------------------------------------- */

static void put_remark(json_t *m)
{
	const json_t *parents = json_object_get(m, "depends_on");
	const char *cover = json_str(m, "behind", ""), *reason = json_str(m, "reason", "");
	int64_t behind = json_int(m, "behind_it", 0);
	char text[400];
	size_t n = 0;

	text[0] = '\0';
	if (*cover)
		n = (size_t)snprintf(text, sizeof text, "behind %.64s", cover);
	else if (behind)
		n = (size_t)snprintf(text, sizeof text, "+%lld behind it%s%.200s",
				     (long long)behind, *reason ? ": " : "", reason);
	else if (*reason)
		n = (size_t)snprintf(text, sizeof text, "%.200s", reason);
	for (size_t i = 1; i < json_array_size(parents) && n < sizeof text; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%.64s",
				      i > 1 ? ", "
				      : n   ? "; also on "
					    : "also on ",
				      json_string_value(json_array_get(parents, i)));
	json_object_set_new(m, "remark", json_string(text));
}

struct planting {
	bool ascii;
	json_t *out;
};

/* guides: what stands before the children of this one. */
static void plant(struct planting *p, json_t *m, const char *guides, const char *own, int depth)
{
	const json_t *children = json_object_get(m, "children");
	size_t n = json_array_size(children);
	char branch[BRANCH_MAX], below[BRANCH_MAX];

	if (json_object_get(m, "branch"))
		return; /* a circle cannot be saved, but what cannot be is not trusted */
	snprintf(branch, sizeof branch, "%s%s%s", guides, own, json_str(m, "name", ""));
	json_object_set_new(m, "branch", json_string(branch));
	put_remark(m);
	json_array_append(p->out, m);
	snprintf(below, sizeof below, "%s%s", guides,
		 !*own                                    ? ""
		 : !strcmp(own, p->ascii ? "`- " : "└─ ") ? "   "
		 : p->ascii                               ? "|  "
							  : "│  ");
	for (size_t i = 0; i < n && depth < DEPTH_MAX; i++)
		plant(p, json_array_get(children, i), below,
		      i + 1 < n ? (p->ascii ? "|- " : "├─ ") : (p->ascii ? "`- " : "└─ "),
		      depth + 1);
}

/* Each below the first that it names and that is there; the others begin a tree. */
static json_t *make_tree(json_t *all, bool ascii)
{
	struct planting p = {.ascii = ascii, .out = json_array()};
	json_t *m;
	const char *name;

	json_object_foreach(all, name, m)
	{
		const json_t *parents = json_object_get(m, "depends_on");

		for (size_t i = 0; i < json_array_size(parents); i++) {
			json_t *parent =
				json_object_get(all, json_string_value(json_array_get(parents, i)));

			if (!parent || parent == m)
				continue;
			json_object_set_new(m, "below", json_true());
			if (!json_object_get(parent, "children"))
				json_object_set_new(parent, "children", json_array());
			json_array_append(json_object_get(parent, "children"), m);
			break;
		}
	}
	json_object_foreach(all, name, m) if (!json_object_get(m, "below")) plant(&p, m, "", "", 0);
	json_object_foreach(all, name, m) plant(&p, m, "", "", 0);
	/* The rows lie flat: what points to each other would never be freed. */
	json_object_foreach(all, name, m) json_object_del(m, "children");
	return p.out;
}

/* ---- asking: page by page -------------------------------------------------------------------- */

static void ask_page(struct view *v, const char *after);

static void on_page(struct view *v)
{
	struct tree *t = v->state;
	const char *last = "";
	size_t i, n = json_array_size(t->asked.data);
	json_t *row;

	json_array_foreach(t->asked.data, i, row)
	{
		json_object_set(t->coming, json_str(row, "name", ""), row);
		last = json_str(row, "id", "");
	}
	if (n == PAGE && json_object_size(t->coming) < ROWS_MAX) {
		ask_page(v, last);
		return;
	}
	row = make_tree(t->coming, app_ascii(v->app));
	sheet_set(&t->sheet, row, "id");
	if (*t->start && !t->loaded)
		sheet_go(&t->sheet, "id", t->start);
	t->loaded = true;
	json_decref(row);
	json_decref(t->coming);
	t->coming = NULL;
}

static void ask_page(struct view *v, const char *after)
{
	struct tree *t = v->state;
	struct buf path = BUF_INIT(1024);

	buf_add_str(&path, "/v1/monitors");
	path_add(&path, "filter[related]", "true");
	path_add(&path, "sort", "worst");
	path_add(&path, "fields", "id,name,type,state,since,reason,behind,behind_it,depends_on");
	path_add_int(&path, "limit", PAGE);
	if (*after)
		path_add(&path, "after", after);
	asked_get(v, &t->asked, buf_str(&path), on_page);
	buf_fini(&path);
}

static void refresh(struct view *v)
{
	struct tree *t = v->state;

	t->stale = false;
	t->asked_at = app_ticks(v->app);
	json_decref(t->coming);
	t->coming = json_object();
	ask_page(v, "");
}

static void tree_open(struct view *v, const char *arg)
{
	struct tree *t = mem_zalloc(sizeof *t);

	t->sheet = (struct sheet){.columns = columns, .n_columns = ARRAY_LEN(columns), .sort = -1};
	snprintf(t->start, sizeof t->start, "%s", arg);
	snprintf(v->title, sizeof v->title, "tree");
	v->state = t;
	v->sheet = &t->sheet;
	v->kind = resource_kind_find("monitor");
	refresh(v);
}

static void tree_close(struct view *v)
{
	struct tree *t = v->state;

	asked_fini(&t->asked);
	sheet_fini(&t->sheet);
	json_decref(t->coming);
	free(t);
}

static void tree_message(struct view *v, const struct live_message *m)
{
	struct tree *t = v->state;

	if ((m->what == LIVE_LIST || m->what == LIVE_ROW) && !strcmp(m->kind, "monitor"))
		t->stale = true;
}

static void freshen(struct view *v)
{
	struct tree *t = v->state;
	uint64_t waited = app_ticks(v->app) - t->asked_at;

	if (!t->stale)
		return;
	if (!t->asked.call && waited >= ASK_EVERY_MS)
		refresh(v);
	else
		app_damage_in(v->app, ASK_EVERY_MS);
}

/* ---- drawing, keys --------------------------------------------------------------------------- */

static void tree_draw(struct view *v, struct surface s)
{
	struct tree *t = v->state;
	size_t n = json_array_size(t->sheet.list);

	if (!t->loaded) {
		asked_ready(&(struct asked){.failed = t->asked.failed, .fault = t->asked.fault}, s);
		return;
	}
	freshen(v);
	if (n == 0) {
		surface_outside(s, 1, 2, ROLE_TEXT, "No monitor depends on another.", -1);
		wrapped_draw(s, 2, 2, s.width - 4, ROLE_DIM,
			     "Name what it depends on in its form (e, then Ctrl-T), or: "
			     "sellersmart monitor edit NAME --depends-on PARENT",
			     3);
		return;
	}
	surface_printf(s, 0, 1, ROLE_DIM, "%zu monitors that depend on each other%s", n,
		       n >= ROWS_MAX ? ", the worst of them" : "");
	sheet_draw(v, &t->sheet, surface_part(s, 1, 0, -1, -1));
}

static void tree_plain(struct view *v, struct buf *out)
{
	struct tree *t = v->state;

	sheet_plain(v, &t->sheet, out);
}

static const json_t *tree_subject(const struct view *v, const struct resource_kind **kind)
{
	const struct tree *t = v->state;

	*kind = v->kind;
	return t ? sheet_here(&t->sheet) : NULL;
}

static size_t tree_watched(struct view *v, const char *ids[], size_t max)
{
	const struct sheet *s = v->sheet;
	size_t n = json_array_size(s->list), k = 0;

	for (size_t i = (size_t)s->top; i < n && k < max && k < (size_t)s->height; i++)
		ids[k++] = json_str(json_array_get(s->list, i), "id", "");
	return k;
}

static bool run_open(struct view *v, const struct binding *b)
{
	const json_t *row = sheet_here(v->sheet);

	if (row)
		app_open(v->app, SHAPE_DETAIL, v->kind, json_str(row, "id", ""),
			 json_str(row, "name", ""));
	return true;
}

static bool run_pause(struct view *v, const struct binding *b)
{
	return ops_pause(v);
}

static bool run_list(struct view *v, const struct binding *b)
{
	app_back(v->app);
	return true;
}

static const struct binding bindings[] = {
	{.context = "tree",
	 .keys = "Enter Right l",
	 .action = "open",
	 .brief = "open",
	 .run = run_open,
	 .help = "open the monitor under the cursor"},
	{.context = "tree",
	 .keys = "p",
	 .action = "pause",
	 .brief = "pause",
	 .run = run_pause,
	 .help = "pause, or go on after a pause"},
	{.context = "tree",
	 .keys = "t",
	 .action = "list",
	 .brief = "list",
	 .run = run_list,
	 .help = "back to the list"},
};

extern const struct screen screen_tree;
const struct screen screen_tree = {
	.name = "tree",
	.title = "tree",
	.shape = SHAPE_OWN,
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = tree_open,
	.close = tree_close,
	.refresh = refresh,
	.message = tree_message,
	.subject = tree_subject,
	.draw = tree_draw,
	.plain = tree_plain,
	.watched = tree_watched,
};
