/* The ":" line: places, settings, actions of the key table, and KIND VERB NAME. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/internal.h"
#include "tui/app/listing.h"
#include "tui/app/ops.h"

enum { WORD_MAX = 256 };

struct command_word {
	const char *name, *help;
};

static const struct command_word own[] = {
	{"add", "ADDRESS"},  {"theme", "NAME"},  {"graph", "NAME"},
	{"mouse", "on|off"}, {"bell", "on|off"}, {"q", ""},
};
static const char *const graphs[] = {"block", "braille", "ascii", NULL};
static const char *const switches[] = {"on", "off", NULL};

static const char *next_word(const char *p, char out[static WORD_MAX])
{
	size_t n;

	p += strspn(p, " ");
	n = strcspn(p, " ");
	snprintf(out, WORD_MAX, "%.*s", (int)n, p);
	return p + n + strspn(p + n, " ");
}

/* ---- KIND VERB NAME
 * ------------------------------------------------------------------------------------ */

static bool one_target(const struct resource_kind *kind, const char *name, struct targets *t)
{
	memset(t, 0, sizeof *t);
	t->kind = kind;
	t->n = 1;
	snprintf(t->at[0].id, sizeof t->at[0].id, "%s", name);
	snprintf(t->at[0].name, sizeof t->at[0].name, "%s", name);
	return *name != '\0';
}

static bool run_verb(struct app *app, const struct resource_kind *kind, const char *verb,
		     const char *rest)
{
	struct targets t;
	bool named = one_target(kind, rest, &t);

	if (!strcmp(verb, "list"))
		return app_go(app, kind->plural);
	if (!strcmp(verb, "add") && kind->ops & OP_ADD) {
		app_open(app, SHAPE_FORM, kind, NULL, rest);
		return true;
	}
	if (!named)
		return false;
	if (!strcmp(verb, "show") && kind->ops & OP_SHOW)
		app_open(app, SHAPE_DETAIL, kind, rest, NULL);
	else if (!strcmp(verb, "edit") && kind->ops & OP_EDIT)
		app_open(app, SHAPE_FORM, kind, rest, NULL);
	else if (!strcmp(verb, "rm") && kind->ops & OP_RM)
		ops_delete(app, &t);
	else {
		for (size_t i = 0; i < kind->n_actions; i++)
			if (!strcmp(kind->actions[i].verb, verb) &&
			    strcmp(kind->actions[i].method, "GET") != 0) {
				ops_action(app, &t, &kind->actions[i]);
				return true;
			}
		return false;
	}
	return true;
}

/* ---- running
 * --------------------------------------------------------------------------------------------- */

static bool run_setting(struct app *app, const char *word, const char *rest)
{
	if (!strcmp(word, "theme")) {
		if (!app_set_theme(app, rest))
			app_say(app, ROLE_ERROR,
				"no theme is called \"%s\" - try: auto 16 256 truecolor "
				"light blue-orange mono",
				rest);
	} else if (!strcmp(word, "graph")) {
		if (!app_set_graph(app, rest))
			app_say(app, ROLE_ERROR, "graph is block, braille or ascii");
	} else if (!strcmp(word, "mouse")) {
		app_set_mouse(app, strcmp(rest, "off") != 0);
	} else if (!strcmp(word, "bell")) {
		app_set_bell(app, strcmp(rest, "off") != 0);
	} else {
		return false;
	}
	return true;
}

void command_run(struct app *app, const char *line)
{
	char word[WORD_MAX], verb[WORD_MAX], rest[WORD_MAX];
	const char *p = next_word(line, word), *q;
	const struct resource_kind *kind = resource_kind_find(word);

	q = next_word(p, verb);
	next_word(q, rest);
	if (!*word)
		return;
	if (!strcmp(word, "q")) {
		app_quit(app);
		return;
	}
	if (!strcmp(word, "add") && *verb) {
		ops_add_address(app, verb, NULL, NULL);
		return;
	}
	if (run_setting(app, word, verb) || (kind && *verb && run_verb(app, kind, verb, rest)))
		return;
	if ((!*verb && app_act(app, word)) || app_go(app, line + strspn(line, " ")))
		return;
	app_say(app, ROLE_ERROR, "no command \"%s\": Tab shows what there is, ? explains", word);
}

static void on_line(void *arg, const char *text)
{
	if (text)
		command_run(arg, text);
}

void command_open(struct app *app)
{
	app_prompt(app, ":", "", NULL, on_line, app);
	app->prompt.command = true;
}

/* ---- completing
 * ---------------------------------------------------------------------------------------------- */

struct choices {
	const char **out;
	size_t n, max;
	const char *prefix;
};

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void offer(struct choices *c, const char *word)
{
	if (c->n >= c->max || strncmp(word, c->prefix, strlen(c->prefix)) != 0)
		return;
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->out[i], word))
			return;
	c->out[c->n++] = word;
}

static void offer_all(struct choices *c, const char *const *words)
{
	for (; words && *words; words++)
		offer(c, *words);
}

static void offer_first(struct app *app, struct choices *c)
{
	const char *contexts[CONTEXTS_MAX];

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		offer(c, own[i].name);
	for (size_t i = 0; i < app->n_tabs; i++)
		offer(c, app->tabs[i].kind ? app->tabs[i].kind->plural : app->tabs[i].screen->name);
	for (size_t i = 0; resource_table[i]; i++) {
		offer(c, resource_table[i]->kind);
		if (resource_table[i]->ops & OP_LIST)
			offer(c, resource_table[i]->plural);
	}
	app_contexts(app_view(app), contexts);
	for (size_t i = 0; i < keymap_count(app->keymap); i++) {
		const struct binding *b = keymap_at(app->keymap, i);

		for (const char *const *k = contexts; *k; k++)
			if (!strcmp(b->context, *k))
				offer(c, b->action);
	}
}

static void offer_verbs(const struct resource_kind *k, struct choices *c)
{
	static const struct {
		unsigned op;
		const char *verb;
	} verbs[] = {
		{OP_LIST, "list"}, {OP_SHOW, "show"}, {OP_ADD, "add"},
		{OP_EDIT, "edit"}, {OP_RM, "rm"},
	};

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (k->ops & verbs[i].op)
			offer(c, verbs[i].verb);
	for (size_t i = 0; i < k->n_actions; i++)
		if (strcmp(k->actions[i].method, "GET") != 0)
			offer(c, k->actions[i].verb);
}

static void offer_names(struct app *app, const struct resource_kind *k, struct choices *c)
{
	struct view *v = app->tabs[app->tab_here].view;
	struct pages *p = v && v->listing && v->kind == k ? listing_pages(v->listing) : NULL;

	for (size_t i = 0; p && i < pages_count(p); i++)
		offer(c, json_str(pages_row(p, i), "name", ""));
}

size_t command_complete(struct app *app, const char *line, const char *out[], size_t max)
{
	char word[WORD_MAX], verb[WORD_MAX];
	const char *space = strrchr(line, ' ');
	struct choices c = {.out = out, .max = max, .prefix = space ? space + 1 : line};
	const char *p = next_word(line, word);
	const struct resource_kind *kind = resource_kind_find(word);

	next_word(p, verb);
	if (!space) {
		if (*line)
			offer_first(app, &c);
	} else if (!strcmp(word, "theme")) {
		for (int i = 0; theme_table[i]; i++)
			offer(&c, theme_table[i]->name);
	} else if (!strcmp(word, "graph")) {
		offer_all(&c, graphs);
	} else if (!strcmp(word, "mouse") || !strcmp(word, "bell")) {
		offer_all(&c, switches);
	} else if (kind && space == line + strcspn(line, " ")) {
		offer_verbs(kind, &c);
	} else if (kind && *verb) {
		offer_names(app, kind, &c);
	}
	qsort(out, c.n, sizeof *out, compare);
	return c.n;
}
