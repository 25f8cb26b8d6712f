/* The application's own keys, those of details, and the keys that descriptors ask for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/internal.h"
#include "tui/app/listing.h"
#include "tui/app/ops.h"
#include "tui/app/sheet.h"
#include "tui/widgets/scroll.h"

/* ---- what an action is about
 * ----------------------------------------------------------------------- */

bool view_targets(const struct view *v, struct targets *t)
{
	const struct resource_kind *kind;
	const json_t *row = view_subject(v, &kind);

	memset(t, 0, sizeof *t);
	if (v->listing && listing_marks(v->listing)) {
		*t = *listing_marks(v->listing);
		return true;
	}
	t->kind = kind;
	return kind && row && targets_add(t, row);
}

static bool run_kind_action(struct view *v, const struct binding *b)
{
	struct targets t;

	if (!view_targets(v, &t))
		return false;
	ops_action(v->app, &t, b->arg);
	if (v->listing)
		listing_unmark(v->listing);
	return true;
}

static bool run_delete(struct view *v, const struct binding *b)
{
	struct targets t;

	if (!v->kind || !(v->kind->ops & OP_RM) || !view_targets(v, &t))
		return false;
	ops_delete(v->app, &t);
	if (v->listing)
		listing_unmark(v->listing);
	return true;
}

static bool run_edit(struct view *v, const struct binding *b)
{
	const struct resource_kind *kind;
	const json_t *row = view_subject(v, &kind);

	if (!row || !v->kind || !(v->kind->ops & OP_EDIT))
		return false;
	app_open(v->app, SHAPE_FORM, v->kind, json_str(row, "id", ""), NULL);
	return true;
}

static bool run_copy(struct view *v, const struct binding *b)
{
	const struct resource_kind *kind;
	const json_t *row = view_subject(v, &kind);

	if (!row)
		return false;
	app_copy(v->app, json_str(row, "name", json_str(row, "id", "")));
	return true;
}

/* ---- pages that scroll
 * -------------------------------------------------------------------------------- */

static bool scroll(struct view *v, int rows)
{
	if (!v->scroll)
		return false;
	scroll_by(v->scroll, rows);
	return true;
}

static bool run_scroll(struct view *v, const struct binding *b)
{
	int sign = strstr(b->action, "up") || !strcmp(b->action, "first") ? -1 : 1;
	int rows = 1;

	if (!strncmp(b->action, "page", 4))
		rows = v->scroll && v->scroll->height > 1 ? v->scroll->height - 1 : 1;
	else if (!strcmp(b->action, "first") || !strcmp(b->action, "last"))
		rows = SCROLL_ROWS_MAX;
	return scroll(v, sign * rows);
}

/* ---- everywhere
 * ------------------------------------------------------------------------------------------ */

static bool run_quit(struct view *v, const struct binding *b)
{
	app_quit(v->app);
	return true;
}

static bool run_back(struct view *v, const struct binding *b)
{
	app_back(v->app);
	return true;
}

static bool run_tab_number(struct view *v, const struct binding *b)
{
	size_t tab = (size_t)atoi(b->action + strlen("tab-")) - 1;

	if (tab >= v->app->n_tabs)
		return false;
	navigation_tab(v->app, tab);
	return true;
}

static bool run_tab_next(struct view *v, const struct binding *b)
{
	navigation_tab(v->app, (v->app->tab_here + 1) % v->app->n_tabs);
	return true;
}

static bool run_tab_previous(struct view *v, const struct binding *b)
{
	navigation_tab(v->app, (v->app->tab_here + v->app->n_tabs - 1) % v->app->n_tabs);
	return true;
}

static bool run_command(struct view *v, const struct binding *b)
{
	command_open(v->app);
	return true;
}

static bool run_help(struct view *v, const struct binding *b)
{
	return app_go(v->app, "help");
}

static bool run_freeze(struct view *v, const struct binding *b)
{
	app_set_frozen(v->app, !v->app->frozen);
	return true;
}

static bool run_refresh(struct view *v, const struct binding *b)
{
	live_retry(v->app->live);
	navigation_refresh(v->app);
	return true;
}

static bool run_repaint(struct view *v, const struct binding *b)
{
	paint_forget(v->app);
	return true;
}

static bool run_suspend(struct view *v, const struct binding *b)
{
	if (!v->app->term)
		return false;
	term_suspend(v->app->term);
	return true;
}

static bool run_undo(struct view *v, const struct binding *b)
{
	return app_undo(v->app);
}

static bool run_mouse(struct view *v, const struct binding *b)
{
	app_set_mouse(v->app, !v->app->mouse);
	app_say(v->app, ROLE_INFO,
		v->app->mouse ? "the mouse chooses rows and tabs"
			      : "the mouse is the terminal's again");
	return true;
}

static const struct binding subject_bindings[] = {
	{.context = "list",
	 .keys = "e",
	 .action = "edit",
	 .brief = "edit",
	 .run = run_edit,
	 .ops = OP_EDIT,
	 .help = "change it in a form"},
	{.context = "list",
	 .keys = "d Delete",
	 .action = "delete",
	 .brief = "delete",
	 .run = run_delete,
	 .ops = OP_RM,
	 .help = "delete it, or all that are marked; asks first"},
	{.context = "list",
	 .keys = "y",
	 .action = "copy",
	 .run = run_copy,
	 .help = "copy the name to the clipboard"},
	{.context = "detail",
	 .keys = "e",
	 .action = "edit",
	 .brief = "edit",
	 .run = run_edit,
	 .ops = OP_EDIT,
	 .help = "change it in a form"},
	{.context = "detail",
	 .keys = "d Delete",
	 .action = "delete",
	 .brief = "delete",
	 .run = run_delete,
	 .ops = OP_RM,
	 .help = "delete it; asks first"},
	{.context = "detail",
	 .keys = "y",
	 .action = "copy",
	 .run = run_copy,
	 .help = "copy the name to the clipboard"},
	{.context = "page",
	 .keys = "j Down",
	 .action = "scroll-down",
	 .run = run_scroll,
	 .help = "a line down"},
	{.context = "page",
	 .keys = "k Up",
	 .action = "scroll-up",
	 .run = run_scroll,
	 .help = "a line up"},
	{.context = "page",
	 .keys = "PgDn Ctrl-F Space",
	 .action = "page-down",
	 .run = run_scroll,
	 .help = "a page down"},
	{.context = "page",
	 .keys = "PgUp Ctrl-B",
	 .action = "page-up",
	 .run = run_scroll,
	 .help = "a page up"},
	{.context = "page",
	 .keys = "g Home",
	 .action = "first",
	 .run = run_scroll,
	 .help = "to the top"},
	{.context = "page",
	 .keys = "G End",
	 .action = "last",
	 .run = run_scroll,
	 .help = "to the end"},
};

const struct binding app_bindings[] = {
	{.context = "global",
	 .keys = "u",
	 .action = "undo",
	 .run = run_undo,
	 .help = "take back the delete, for ten seconds"},
	{.context = "global",
	 .keys = "Esc Left h Backspace",
	 .action = "back",
	 .run = run_back,
	 .help = "back to where you came from"},
	{.context = "global",
	 .keys = "1",
	 .action = "tab-1",
	 .run = run_tab_number,
	 .help = "the first tab"},
	{.context = "global",
	 .keys = "2",
	 .action = "tab-2",
	 .run = run_tab_number,
	 .help = "the second tab"},
	{.context = "global",
	 .keys = "3",
	 .action = "tab-3",
	 .run = run_tab_number,
	 .help = "the third tab"},
	{.context = "global",
	 .keys = "4",
	 .action = "tab-4",
	 .run = run_tab_number,
	 .help = "the fourth tab"},
	{.context = "global",
	 .keys = "5",
	 .action = "tab-5",
	 .run = run_tab_number,
	 .help = "the fifth tab"},
	{.context = "global",
	 .keys = "6",
	 .action = "tab-6",
	 .run = run_tab_number,
	 .help = "the sixth tab"},
	{.context = "global",
	 .keys = "7",
	 .action = "tab-7",
	 .run = run_tab_number,
	 .help = "the seventh tab"},
	{.context = "global",
	 .keys = "8",
	 .action = "tab-8",
	 .run = run_tab_number,
	 .help = "the eighth tab"},
	{.context = "global",
	 .keys = "9",
	 .action = "tab-9",
	 .run = run_tab_number,
	 .help = "the ninth tab"},
	{.context = "global",
	 .keys = "Tab",
	 .action = "tab-next",
	 .run = run_tab_next,
	 .help = "the next tab"},
	{.context = "global",
	 .keys = "Shift-Tab",
	 .action = "tab-previous",
	 .run = run_tab_previous,
	 .help = "the tab before"},
	{.context = "global",
	 .keys = "r F5",
	 .action = "refresh",
	 .run = run_refresh,
	 .help = "ask the daemon again, now"},
	{.context = "global",
	 .keys = "f",
	 .action = "freeze",
	 .run = run_freeze,
	 .help = "hold all updates, or let them in again"},
	{.context = "global",
	 .keys = "m",
	 .action = "mouse",
	 .run = run_mouse,
	 .help = "use the mouse for rows and tabs, or leave it to the terminal"},
	{.context = "global",
	 .keys = ":",
	 .action = "command",
	 .brief = "command",
	 .run = run_command,
	 .help = "type a command; Tab completes"},
	{.context = "global",
	 .keys = "? F1",
	 .action = "help",
	 .brief = "help",
	 .run = run_help,
	 .help = "all keys of this screen"},
	{.context = "global",
	 .keys = "Ctrl-L",
	 .action = "repaint",
	 .run = run_repaint,
	 .help = "paint everything again"},
	{.context = "global",
	 .keys = "Ctrl-Z",
	 .action = "suspend",
	 .run = run_suspend,
	 .help = "back to the shell; fg returns"},
	{.context = "global",
	 .keys = "q Ctrl-C",
	 .action = "quit",
	 .brief = "quit",
	 .run = run_quit,
	 .help = "leave; the daemon goes on"},
};
const size_t app_bindings_count = ARRAY_LEN(app_bindings);

static void add_kind_actions(struct keymap *m, const struct resource_kind *kind)
{
	for (size_t i = 0; i < kind->n_actions; i++) {
		const struct action *a = &kind->actions[i];
		const char *contexts[] = {kind->kind, NULL};
		char key[2] = {a->key, '\0'};

		/* What needs parameters is a command's business; what a screen of the kind does in
		 * its own way is there already. */
		if (!strcmp(a->method, "GET") || a->n_params || keymap_action(m, contexts, a->verb))
			continue;
		keymap_add_copy(m, &(struct binding){.context = kind->kind,
						     .keys = a->key ? key : "",
						     .action = a->verb,
						     .help = a->help,
						     .brief = a->key ? a->verb : NULL,
						     .run = run_kind_action,
						     .arg = a});
	}
}

void actions_add_all(struct keymap *m)
{
	/* The footer shows rows in this order. */
	for (size_t i = 0; screen_table[i]; i++)
		keymap_add(m, screen_table[i]->bindings, screen_table[i]->n_bindings);
	for (size_t i = 0; resource_table[i]; i++)
		add_kind_actions(m, resource_table[i]);
	keymap_add(m, listing_bindings, listing_bindings_count);
	keymap_add(m, sheet_bindings, sheet_bindings_count);
	keymap_add(m, subject_bindings, ARRAY_LEN(subject_bindings));
	keymap_add(m, app_bindings, app_bindings_count);
}
