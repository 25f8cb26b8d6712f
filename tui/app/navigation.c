/* Which screen is in front: tabs, and what was opened on top of one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/app/internal.h"
#include "tui/app/listing.h"

struct view *app_view(struct app *app)
{
	return app->depth ? app->stack[app->depth - 1] : app->tabs[app->tab_here].view;
}

static const struct screen *screen_named(const char *name)
{
	for (size_t i = 0; screen_table[i]; i++)
		if (!strcmp(screen_table[i]->name, name))
			return screen_table[i];
	return NULL;
}

/* The screen of its own that a kind has for a shape, else the general one. */
static const struct screen *screen_for(enum screen_shape shape, const struct resource_kind *kind)
{
	const struct screen *general = NULL;

	for (size_t i = 0; screen_table[i]; i++) {
		const struct screen *s = screen_table[i];

		if (s->shape != shape)
			continue;
		if (s->kind && kind && !strcmp(s->kind, kind->kind))
			return s;
		if (!s->kind)
			general = s;
	}
	return general;
}

static struct view *view_open(struct app *app, const struct screen *screen,
			      const struct resource_kind *kind, const char *ref, const char *arg)
{
	struct view *v = mem_zalloc(sizeof *v);

	v->app = app;
	v->screen = screen;
	v->kind = kind ? kind : screen->kind ? resource_kind_find(screen->kind) : NULL;
	snprintf(v->ref, sizeof v->ref, "%s", ref ? ref : "");
	if (*v->ref)
		snprintf(v->title, sizeof v->title, "%s", v->ref);
	else
		snprintf(v->title, sizeof v->title, "%s",
			 screen->title ? screen->title
			 : v->kind     ? v->kind->title
				       : screen->name);
	screen->open(v, arg ? arg : "");
	return v;
}

static void view_close(struct view *v)
{
	if (!v)
		return;
	if (v->screen->close)
		v->screen->close(v);
	free(v);
}

static void refresh(struct view *v)
{
	if (v && v->screen->refresh)
		v->screen->refresh(v);
}

void navigation_refresh(struct app *app)
{
	refresh(app_view(app));
	app_damage(app);
}

static void add_tab(struct app *app, const struct screen *screen, const struct resource_kind *kind,
		    int order)
{
	size_t at = 0;

	while (at < app->n_tabs && app->tabs[at].order <= order)
		at++;
	/* The last ones have no number key; a word opens them: ":secrets". */
	if (at >= TABS_MAX)
		return;
	if (app->n_tabs == TABS_MAX)
		app->n_tabs--;
	memmove(&app->tabs[at + 1], &app->tabs[at], (app->n_tabs - at) * sizeof *app->tabs);
	app->tabs[at] = (struct tab){.screen = screen, .kind = kind, .order = order};
	app->n_tabs++;
}

void navigation_start(struct app *app)
{
	for (size_t i = 0; screen_table[i]; i++)
		if (screen_table[i]->tab &&
		    (!screen_table[i]->kind || resource_kind_find(screen_table[i]->kind)))
			add_tab(app, screen_table[i], NULL, screen_table[i]->tab);
	/* A kind that people make and that has no screen of its own has the general list; the
	 * others are a word away: ":deliveries". */
	for (size_t i = 0; resource_table[i]; i++) {
		const struct resource_kind *k = resource_table[i];
		const struct screen *s = screen_for(SHAPE_LIST, k);

		if (k->ops & OP_LIST && k->ops & OP_ADD && s && !s->kind)
			add_tab(app, s, k, 100 + (int)i);
	}
}

void navigation_stop(struct app *app)
{
	while (app->depth)
		view_close(app->stack[--app->depth]);
	for (size_t i = 0; i < app->n_tabs; i++) {
		view_close(app->tabs[i].view);
		app->tabs[i].view = NULL;
	}
}

void navigation_tab(struct app *app, size_t tab)
{
	struct tab *t;

	if (tab >= app->n_tabs)
		return;
	while (app->depth)
		view_close(app->stack[--app->depth]);
	app->tab_here = tab;
	t = &app->tabs[tab];
	if (t->view)
		refresh(t->view);
	else
		t->view = view_open(app, t->screen, t->kind, NULL, NULL);
	app_damage(app);
}

static void push(struct app *app, struct view *v)
{
	if (app->depth == STACK_MAX) {
		view_close(app->stack[0]);
		memmove(app->stack, app->stack + 1, (STACK_MAX - 1) * sizeof *app->stack);
		app->depth--;
	}
	app->stack[app->depth++] = v;
	app_damage(app);
}

void app_open(struct app *app, enum screen_shape shape, const struct resource_kind *kind,
	      const char *ref, const char *arg)
{
	const struct screen *s = screen_for(shape, kind);

	if (s)
		push(app, view_open(app, s, kind, ref, arg));
}

bool app_open_page(struct app *app, const char *name, const char *ref, const char *arg)
{
	const struct screen *s = screen_named(name);

	if (!s)
		return false;
	push(app, view_open(app, s, NULL, ref, arg));
	return true;
}

void app_back(struct app *app)
{
	if (app->depth) {
		view_close(app->stack[--app->depth]);
		refresh(app_view(app));
	} else if (app->tab_here != 0) {
		navigation_tab(app, 0);
	}
	app_damage(app);
}

static bool go_tab(struct app *app, const char *name, const char *arg)
{
	for (size_t i = 0; i < app->n_tabs; i++) {
		const struct tab *t = &app->tabs[i];
		const char *own = t->kind ? t->kind->plural : t->screen->name;

		if (strcmp(own, name) != 0)
			continue;
		navigation_tab(app, i);
		if (*arg && t->view && t->view->listing)
			listing_filter(t->view->listing, arg);
		return true;
	}
	return false;
}

bool app_go(struct app *app, const char *place)
{
	char word[64];
	size_t n = strcspn(place, " ");
	const char *arg = place + n + strspn(place + n, " ");
	const struct resource_kind *kind;
	const struct screen *s;

	snprintf(word, sizeof word, "%.*s", (int)n, place);
	if (go_tab(app, word, arg))
		return true;
	kind = resource_kind_find(word);
	s = screen_named(kind ? kind->plural : word);
	if (kind && s && s->shape == SHAPE_OWN && !*arg)
		kind = NULL; /* it has a better screen than a list */
	if (kind && *arg) {
		app_open(app, SHAPE_DETAIL, kind, arg, NULL);
		return true;
	}
	if (kind && kind->ops & OP_LIST) {
		if (!go_tab(app, kind->plural, ""))
			app_open(app, SHAPE_LIST, kind, NULL, arg);
		return true;
	}
	if (!s || s->shape != SHAPE_OWN)
		return false;
	if (app_view(app) && app_view(app)->screen == s)
		return true;
	push(app, view_open(app, s, NULL, NULL, arg));
	return true;
}

void view_message(struct app *app, const struct live_message *m)
{
	struct view *v = app_view(app);

	if (v && v->screen->message)
		v->screen->message(v, m);
}

const json_t *view_subject(const struct view *v, const struct resource_kind **kind)
{
	*kind = v->screen->shape == SHAPE_FORM ? NULL : v->kind;
	if (v->screen->subject)
		return v->screen->subject(v, kind);
	return v->listing ? listing_row(v->listing) : v->object;
}

bool app_binding_active(const struct view *v, const struct binding *b)
{
	const char *contexts[CONTEXTS_MAX];

	if (b->needs && !resource_kind_find(b->needs))
		return false;
	if (b->ops && (!v->kind || (v->kind->ops & b->ops) != b->ops))
		return false;
	if (b->applies && !b->applies(v))
		return false;
	app_contexts(v, contexts);
	/* A more specific context may have taken the action over. */
	return keymap_action(v->app->keymap, contexts, b->action) == b;
}

void app_contexts(const struct view *v, const char *contexts[static CONTEXTS_MAX])
{
	static const char *const shapes[] = {[SHAPE_OWN] = NULL,
					     [SHAPE_LIST] = "list",
					     [SHAPE_DETAIL] = "detail",
					     [SHAPE_FORM] = "form"};
	const char *shape = shapes[v->screen->shape];
	const struct resource_kind *kind;
	size_t n = 0;

	view_subject(v, &kind);
	contexts[n++] = v->screen->name;
	if (kind)
		contexts[n++] = kind->kind;
	if (shape && strcmp(shape, v->screen->name) != 0)
		contexts[n++] = shape;
	if (v->sheet)
		contexts[n++] = "table";
	if (v->listing && v->screen->shape != SHAPE_LIST)
		contexts[n++] = "list";
	if (v->scroll)
		contexts[n++] = "page";
	contexts[n++] = "global";
	contexts[n] = NULL;
}
