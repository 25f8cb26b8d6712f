/* The application's own keys, those of details, and the keys that descriptors ask for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/internal.h"
#include "tui/app/listing.h"
#include "tui/app/ops.h"
#include "tui/widgets/scroll.h"

/* ---- what an action is about ----------------------------------------------------------------------- */

static const json_t *subject(const struct view *v)
{
	return v->listing ? listing_row(v->listing) : v->object;
}

bool view_targets(const struct view *v, struct targets *t)
{
	const json_t *row = subject(v);

	memset(t, 0, sizeof *t);
	if (v->listing && listing_marks(v->listing)) {
		*t = *listing_marks(v->listing);
		return true;
	}
	t->kind = v->kind;
	return v->kind && row && targets_add(t, row);
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
	const json_t *row = subject(v);

	if (!row || !v->kind || !(v->kind->ops & OP_EDIT))
		return false;
	app_open(v->app, SHAPE_FORM, v->kind, json_str(row, "id", ""), NULL);
	return true;
}

static bool run_copy(struct view *v, const struct binding *b)
{
	const json_t *row = subject(v);

	if (!row)
		return false;
	app_copy(v->app, json_str(row, "name", json_str(row, "id", "")));
	return true;
}

/* ---- pages that scroll -------------------------------------------------------------------------------- */

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

/* ---- everywhere ------------------------------------------------------------------------------------------ */

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
	app_say(v->app, ROLE_INFO, v->app->mouse ? "the mouse chooses rows and tabs"
						 : "the mouse is the terminal's again");
	return true;
}

static const struct binding detail_bindings[] = {
	{"detail", "j Down", "scroll-down", "a line down", NULL, run_scroll, NULL},
	{"detail", "k Up", "scroll-up", "a line up", NULL, run_scroll, NULL},
	{"detail", "PgDn Ctrl-F Space", "page-down", "a page down", NULL, run_scroll, NULL},
	{"detail", "PgUp Ctrl-B", "page-up", "a page up", NULL, run_scroll, NULL},
	{"detail", "g Home", "first", "to the top", NULL, run_scroll, NULL},
	{"detail", "G End", "last", "to the end", NULL, run_scroll, NULL},
};

const struct binding app_bindings[] = {
	{"global", "e", "edit", "change it in a form", "edit", run_edit, NULL},
	{"global", "d Delete", "delete", "delete it, or all that are marked; asks first", "delete",
	 run_delete, NULL},
	{"global", "u", "undo", "take back the delete, for ten seconds", NULL, run_undo, NULL},
	{"global", "y", "copy", "copy the name to the clipboard", NULL, run_copy, NULL},
	{"global", "Esc Left h Backspace", "back", "back to where you came from", NULL, run_back, NULL},
	{"global", "1", "tab-1", "the first tab", NULL, run_tab_number, NULL},
	{"global", "2", "tab-2", "the second tab", NULL, run_tab_number, NULL},
	{"global", "3", "tab-3", "the third tab", NULL, run_tab_number, NULL},
	{"global", "4", "tab-4", "the fourth tab", NULL, run_tab_number, NULL},
	{"global", "5", "tab-5", "the fifth tab", NULL, run_tab_number, NULL},
	{"global", "6", "tab-6", "the sixth tab", NULL, run_tab_number, NULL},
	{"global", "7", "tab-7", "the seventh tab", NULL, run_tab_number, NULL},
	{"global", "8", "tab-8", "the eighth tab", NULL, run_tab_number, NULL},
	{"global", "9", "tab-9", "the ninth tab", NULL, run_tab_number, NULL},
	{"global", "Tab", "tab-next", "the next tab", NULL, run_tab_next, NULL},
	{"global", "Shift-Tab", "tab-previous", "the tab before", NULL, run_tab_previous, NULL},
	{"global", "r F5", "refresh", "ask the daemon again, now", NULL, run_refresh, NULL},
	{"global", "f", "freeze", "hold all updates, or let them in again", NULL, run_freeze, NULL},
	{"global", "m", "mouse", "use the mouse for rows and tabs, or leave it to the terminal", NULL,
	 run_mouse, NULL},
	{"global", ":", "command", "type a command; Tab completes", "command", run_command, NULL},
	{"global", "? F1", "help", "all keys of this screen", "help", run_help, NULL},
	{"global", "Ctrl-L", "repaint", "paint everything again", NULL, run_repaint, NULL},
	{"global", "Ctrl-Z", "suspend", "back to the shell; fg returns", NULL, run_suspend, NULL},
	{"global", "q Ctrl-C", "quit", "leave; the daemon goes on", "quit", run_quit, NULL},
};
const size_t app_bindings_count = ARRAY_LEN(app_bindings);

static void add_kind_actions(struct keymap *m, const struct resource_kind *kind)
{
	for (size_t i = 0; i < kind->n_actions; i++) {
		const struct action *a = &kind->actions[i];
		char key[2] = {a->key, '\0'};

		/* What needs parameters is a command's business. */
		if (!strcmp(a->method, "GET") || a->n_params)
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
	keymap_add(m, detail_bindings, ARRAY_LEN(detail_bindings));
	keymap_add(m, app_bindings, app_bindings_count);
}
